"""What is known of sessions, in SQLite; see `_index_file` for where it lives."""

import json
import os
import sqlite3
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs

from sagent.errors import SessionError
from sagent.session._found import FoundSession
from sagent.session._reading import read_session
from sagent.session._searchable import searchable_text
from sagent.session._summary import SessionInfo

_TOO_LATE_NS = 2**63
_SELECT = (
    "SELECT path, cwd, name, first_prompt, messages, created_ns, updated_ns, cost_usd, agent,"
    " model_id FROM session"
)
_UPSERT = """
    INSERT INTO session (
        path, size, changed_ns, cwd, name, first_prompt, messages, created_ns, updated_ns,
        cost_usd, agent, model_id
    ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (path) DO UPDATE SET
        size = excluded.size, changed_ns = excluded.changed_ns, cwd = excluded.cwd,
        name = excluded.name, first_prompt = excluded.first_prompt,
        messages = excluded.messages, created_ns = excluded.created_ns,
        updated_ns = excluded.updated_ns, cost_usd = excluded.cost_usd, agent = excluded.agent,
        model_id = excluded.model_id
"""
_DELETIONS = (
    "DELETE FROM words WHERE rowid IN (SELECT number FROM message WHERE path = ?)",
    "DELETE FROM message WHERE path = ?",
    "DELETE FROM session WHERE path = ?",
)


@attrs.frozen(eq=False)
class Index:
    """An open index of the sessions in a home."""

    _root: Path
    _database: sqlite3.Connection

    def sessions(self, found: Sequence[FoundSession]) -> dict[str, SessionInfo]:
        """Sum up the sessions that were found, by their path, reading those that have changed."""
        known = {
            path: (size, changed_ns)
            for path, size, changed_ns in self._database.execute(
                "SELECT path, size, changed_ns FROM session"
            )
        }
        for session in found:
            if known.get(session.path) != (session.size_bytes, session.changed_ns):
                self._take_in(session)
        rows = self._database.execute(_SELECT)
        wanted = {session.path for session in found}
        return {path: self._summary(path, row) for path, *row in rows if path in wanted}

    def forget_all_but(self, found: Sequence[FoundSession]) -> None:
        """Leave out the sessions that are no more."""
        left = {session.path for session in found}
        paths = [path for (path,) in self._database.execute("SELECT path FROM session")]
        for path in paths:
            if path not in left:
                with self._change():
                    for deletion in _DELETIONS:
                        self._database.execute(deletion, (path,))

    def search(
        self, found: Sequence[FoundSession], expression: str, limit: int
    ) -> list[tuple[str, str, str]]:
        """Find messages by an FTS5 *expression*, best first: path, message id, snippet."""
        searched = dict(self._database.execute("SELECT path, searched_size FROM session"))
        for session in found:
            if searched.get(session.path) != session.size_bytes:
                self._take_in_words(session)
        rows = self._database.execute(
            "SELECT message.path, message.id, snippet(words, 0, '', '', '…', 24)"
            " FROM words JOIN message ON message.number = words.rowid"
            " WHERE words MATCH ? AND message.path IN (SELECT value FROM json_each(?))"
            " ORDER BY rank LIMIT ?",
            (expression, json.dumps([session.path for session in found]), limit),
        )
        return [(path, id_, " ".join(snippet.split())) for path, id_, snippet in rows]

    def _take_in(self, found: FoundSession) -> None:
        try:
            summary = SessionInfo.of(read_session(found.directory), found.directory)
        except SessionError:  # it went away meanwhile, or is not ours to read
            return
        with self._change():
            row = (found.path, found.size_bytes, found.changed_ns, *_row(summary))
            self._database.execute(_UPSERT, row)

    def _take_in_words(self, found: FoundSession) -> None:
        with suppress(SessionError), self._change():
            transcript = read_session(found.directory)
            # Messages never change, so that those which are known need not be looked at again.
            known = {
                id_
                for (id_,) in self._database.execute(
                    "SELECT id FROM message WHERE path = ?", (found.path,)
                )
            }
            for id_, message in transcript.messages.items():
                if id_ not in known and (text := searchable_text(message)):
                    number = self._database.execute(
                        "INSERT INTO message (path, id) VALUES (?, ?)", (found.path, id_)
                    ).lastrowid
                    self._database.execute(
                        "INSERT INTO words (rowid, text) VALUES (?, ?)", (number, text)
                    )
            self._database.execute(
                "UPDATE session SET searched_size = ? WHERE path = ?",
                (found.size_bytes, found.path),
            )

    @contextmanager
    def _change(self) -> Generator[None]:
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")

    def _summary(self, path: str, row: Sequence[Any]) -> SessionInfo:  # columns, as SQLite has them
        directory = self._root / path
        cwd, name, first_prompt, messages, created_ns, updated_ns, cost_usd, agent, model_id = row
        return SessionInfo(
            id=directory.name,
            directory=directory,
            cwd=None if cwd is None else Path(os.fsdecode(cwd)),
            name=name,
            first_prompt=first_prompt,
            messages=messages,
            created_ns=created_ns,
            updated_ns=updated_ns,
            cost_usd=Decimal(cost_usd),
            agent=agent,
            model_id=model_id,
        )


def _row(summary: SessionInfo) -> tuple[object, ...]:
    return (
        None if summary.cwd is None else os.fsencode(summary.cwd),
        _plain(summary.name),
        _plain(summary.first_prompt),
        summary.messages,
        _storable(summary.created_ns),
        _storable(summary.updated_ns),
        str(summary.cost_usd),
        _plain(summary.agent),
        _plain(summary.model_id),
    )


def _storable(ns: int) -> int:
    # A file that somebody edited may tell any time; SQLite keeps 64 bits with a sign.
    return ns if 0 <= ns < _TOO_LATE_NS else 0


def _plain(text: str | None) -> str | None:
    # SQLite keeps UTF-8, in which there are no lone surrogates.
    return None if text is None else text.encode(errors="replace").decode()
