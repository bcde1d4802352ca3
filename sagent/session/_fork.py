import os
import shutil
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import attrs

from sagent.errors import SessionError
from sagent.home import Home
from sagent.message import new_id
from sagent.session._line import Envelope, Line, parse_line, read_seal, write_line
from sagent.session._opening import SESSIONS, new_directory
from sagent.session._reading import SESSION_FILE, read_lines, read_session
from sagent.session._records import (
    CheckpointRecord,
    CompactionRecord,
    Header,
    HeadRecord,
    MessageRecord,
    RawRecord,
    StateRecord,
)
from sagent.session._session import KEPT_FILES, KEPT_ROOT
from sagent.session._transcript import Transcript


def fork_session(source: Path, home: Home, *, at: str | None = None) -> Path:
    """Begin a session that goes on from a message of another, and give its directory.

    It holds the path to that message with its checkpoints and the files that they kept, what a
    recap on it took the place of, the state as it was, and lines of unknown kinds beside them; but
    not what the path has cost, which the other session tells. The other one may be locked by
    another process meanwhile.

    Args:
        source: the other session's directory.
        home: where sessions are kept.
        at: the message's id; None for the head.

    Raises:
        SessionError: the other session cannot be read, or the new one not be written.
        UnknownNameError: there is no such message.
    """
    transcript = read_session(source)
    message = transcript.head if at is None else at
    cut = _Cut.at(transcript, message)
    cwd = transcript.header.cwd
    directory = new_directory(home.project(cwd) / SESSIONS if cwd else source.parent)
    header = Header(
        id=directory.name,
        cwd=cwd,
        created_ns=time.time_ns(),
        parent_session=transcript.header.id,
        parent_message=message,
    )
    end = Envelope(new_id(), message, transcript.epoch, time.time_ns())
    try:
        with (directory / SESSION_FILE).open("ab") as file:
            file.write(write_line(header, Envelope(header.id, None, 0, header.created_ns)).encode())
            for text in cut.kept(read_lines(source)):
                file.write(text + b"\n")
            file.write(write_line(HeadRecord(message, "fork"), end).encode())
        _copy_kept_files(source, directory)
    except BaseException as error:
        shutil.rmtree(directory, ignore_errors=True)
        if not isinstance(error, OSError):
            raise
        why = error.strerror or error
        raise SessionError(f"{source} could not be forked: {why}") from error
    return directory


def _copy_kept_files(source: Path, directory: Path) -> None:
    """Give *directory* the kept files of *source*; contents, which never change, by links."""
    store, fork = source / KEPT_FILES, directory / KEPT_FILES
    if not store.is_dir():
        return
    # First what refers to contents: another process may keep more meanwhile, which it does last.
    passing = ("*.lock", "*.index", "tmp_*")
    shutil.copytree(store, fork, ignore=shutil.ignore_patterns("objects", *passing))
    shutil.copytree(
        store / "objects",
        fork / "objects",
        ignore=shutil.ignore_patterns(*passing),
        copy_function=_link,
    )
    if (source / KEPT_ROOT).exists():
        shutil.copy2(source / KEPT_ROOT, directory / KEPT_ROOT)


def _link(path: str, other: str) -> None:
    try:
        os.link(path, other)
    except OSError:  # no links there, or too many
        shutil.copy2(path, other)


@attrs.define
class _Cut:
    """Decides which lines of a session a fork takes over."""

    _at: str | None
    _path: frozenset[str]
    _recaps: frozenset[CompactionRecord]
    _seen: bool = attrs.field(default=False, init=False)
    """The line of the message was there."""
    _beyond: bool = attrs.field(default=False, init=False)
    """So was that of a message after it, which is left out."""

    @classmethod
    def at(cls, transcript: Transcript, message: str | None) -> "_Cut":
        path: set[str] = set()
        recaps: set[CompactionRecord] = set()
        step = message
        while step is not None and step not in path:
            ids = transcript.path_ids(step)
            path.update(ids)
            recap = transcript.compacted.get(ids[0])
            if recap is not None:
                recaps.add(recap)
            # What a recap replaced can be lost, or be on the path already.
            step = recap.replaced if recap and recap.replaced in transcript.messages else None
        return cls(message, frozenset(path), frozenset(recaps))

    def kept(self, lines: Iterable[tuple[int, bytes]]) -> Iterator[bytes]:
        return (text for _, text in lines if self._keeps(text))

    def _keeps(self, text: bytes) -> bool:
        seal = read_seal(text)
        match seal:
            case (b"message", id_, *_):
                return self._keeps_message(id_.decode())
            case (b"spend", *_):
                return False
            case _:
                pass
        line = parse_line(text)
        return line is not None and self._keeps_line(line)

    def _keeps_message(self, id_: str) -> bool:
        kept = id_ in self._path
        self._beyond |= self._seen and not kept
        self._seen |= id_ == self._at
        return kept

    def _keeps_line(self, line: Line) -> bool:
        match line.content:
            case MessageRecord(message=message):
                return self._keeps_message(message.id)
            case StateRecord():
                return not self._beyond
            case CheckpointRecord(before=before):
                return before in self._path
            case CompactionRecord():
                return line.content in self._recaps
            case RawRecord():
                return line.envelope.parent is None or line.envelope.parent in self._path
            case _:  # what was spent, what goes on, and where the head was, are the other's
                return False
