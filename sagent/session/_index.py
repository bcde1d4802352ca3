"""A side file that makes listing and searching sessions quick.

It is never the truth: what it says of a session counts only while that session's file has the size
and the time of change that it had, and the whole may be deleted at any time. Several processes may
use it at once. Where it cannot be used, an index in memory takes its place.
"""

import json
import os
import sqlite3
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs

from sagent.errors import SessionError
from sagent.home import Home
from sagent.session._found import FoundSession
from sagent.session._reading import read_session
from sagent.session._searchable import searchable_text
from sagent.session._summary import SessionInfo
from sagent.session._transcript import Transcript

INDEX_FILE = "index.db"
_VERSION = 1
_BUSY_S = 5
_SCHEMA = """
    CREATE TABLE IF NOT EXISTS session (
        path TEXT PRIMARY KEY, size INTEGER, changed_ns INTEGER, searched_size INTEGER DEFAULT -1,
        cwd BLOB, name TEXT, first_prompt TEXT, messages INTEGER, created_ns INTEGER,
        updated_ns INTEGER, cost_usd TEXT, agent TEXT, model_id TEXT
    );
    CREATE TABLE IF NOT EXISTS message (
        number INTEGER PRIMARY KEY, path TEXT, id TEXT, UNIQUE (path, id)
    );
    CREATE VIRTUAL TABLE IF NOT EXISTS words
        USING fts5 (text, tokenize = "unicode61 remove_diacritics 2");
"""
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
_ELSEWHERE = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_READONLY,
    }
)
"""Errors that say nothing against what is in the file (https://sqlite.org/rescode.html)."""


def indexed[T](home: Home, work: "Callable[[Index], T]") -> T:
    """Do *work* with the index of *home*, made anew if it is broken, or in memory if it cannot be.

    Raises:
        SessionError: SQLite cannot do it at all.
    """
    file = home.root / INDEX_FILE
    for _ in range(2):
        try:
            os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
            with closing(sqlite3.connect(file, timeout=_BUSY_S, isolation_level=None)) as database:
                return work(_prepared(home, database))
        except OSError:
            break
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode & 0xFF in _ELSEWHERE:
                break
            for suffix in ("", "-wal", "-shm"):
                file.with_name(INDEX_FILE + suffix).unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as database:
            return work(_prepared(home, database))
    except sqlite3.DatabaseError as error:
        raise SessionError(f"sessions cannot be listed: SQLite says {error}") from error


def _prepared(home: Home, database: sqlite3.Connection) -> "Index":
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if version not in {0, _VERSION}:
        raise _outdated(version)
    database.execute("PRAGMA synchronous = OFF")  # what is lost is made again
    if version == 0:
        database.execute("PRAGMA journal_mode = WAL")
        database.executescript(_SCHEMA)
        database.execute(f"PRAGMA user_version = {_VERSION}")
    return Index(home.root, database)


def _outdated(version: int) -> sqlite3.DatabaseError:
    error = sqlite3.DatabaseError(f"an index of version {version}")
    error.sqlite_errorcode = sqlite3.SQLITE_NOTADB
    return error


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
        transcript = _read(found)
        if transcript is None:
            return
        summary = SessionInfo.of(transcript, found.directory)
        with self._change():
            row = (found.path, found.size_bytes, found.changed_ns, *_row(summary))
            self._database.execute(_UPSERT, row)

    def _take_in_words(self, found: FoundSession) -> None:
        transcript = _read(found)
        if transcript is None:
            return
        with self._change():
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

    def _summary(self, path: str, row: Sequence[Any]) -> SessionInfo:
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


def _read(found: FoundSession) -> Transcript | None:
    try:
        return read_session(found.directory)
    except SessionError:  # it went away meanwhile, or is not ours to read
        return None


def _row(summary: SessionInfo) -> tuple[object, ...]:
    return (
        None if summary.cwd is None else os.fsencode(summary.cwd),
        _plain(summary.name),
        _plain(summary.first_prompt),
        summary.messages,
        summary.created_ns,
        summary.updated_ns,
        str(summary.cost_usd),
        _plain(summary.agent),
        _plain(summary.model_id),
    )


def _plain(text: str | None) -> str | None:
    # SQLite keeps UTF-8, in which there are no lone surrogates.
    return None if text is None else text.encode(errors="replace").decode()
