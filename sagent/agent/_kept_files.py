"""The files that go with a session: snapshots of its directory, from before tools changed it."""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import attrs

from sagent.checkpoint import Checkpoints, Limits, Restored, open_checkpoints
from sagent.errors import CheckpointError, SessionError, UnknownNameError
from sagent.home import Home
from sagent.session import CheckpointRecord, Session


@attrs.define(eq=False)
class KeptFiles:
    """Takes snapshots for a session, and finds the one to go back to.

    Attributes:
        checkpoints: of the directory.
        root: the directory.
    """

    checkpoints: Checkpoints
    _session: Session
    root: Path
    _named: bool = attrs.field(default=False, init=False)

    async def take(self, before: str) -> CheckpointRecord:
        """Take a snapshot before the tools of the message *before* run.

        Raises:
            CheckpointError: it could not be taken.
        """
        snapshot = await self.checkpoints.take()
        self._name_root()
        return CheckpointRecord(snapshot=snapshot, before=before)

    async def restore(self, to: str) -> Restored | None:
        """Bring the files back as they were at the message *to*; None if no tool has changed any.

        Raises:
            CheckpointError: they cannot be brought back.
            UnknownNameError: there is no such message.
        """
        transcript = self._session.transcript
        places = {id_: place for place, id_ in enumerate(transcript.messages)}
        if to not in places:
            raise UnknownNameError(f"there is no message {to} to bring files back to")
        # The files as the next tools found them are the files as they were at the message.
        # One whose own message is a lost line has no place.
        placed = [kept for kept in transcript.checkpoints if kept.before in places]
        later = (kept for kept in placed if places[kept.before] >= places[to])
        record = min(later, key=lambda kept: places[kept.before], default=None)
        return None if record is None else await self.checkpoints.restore(record.snapshot)

    def _name_root(self) -> None:
        if self._named:
            return
        path = self._session.kept_root  # it stays the same, wherever the shell goes
        try:
            if not _named_root(path):
                _write_whole(path, os.fsencode(self.root))
        except OSError as error:
            raise CheckpointError(f"{path} cannot be written: {error.strerror}") from error
        self._named = True


@asynccontextmanager
async def open_kept_files(
    session: Session, *, root: Path | None = None, limits: Limits | None = None
) -> AsyncGenerator[KeptFiles]:
    """Open the snapshots of *session*, for as long as the block lasts.

    Args:
        session: open for writing, since one process at a time may use them.
        root: the directory that they are of, where none was taken yet; None for where the session
            was begun.
        limits: how much of it is kept; None for the usual.

    Raises:
        SessionError: nobody knows of what directory they are.
    """
    known = _known_root(session) or root or session.transcript.header.cwd
    if known is None:
        raise SessionError(f"session {session.id} does not say where it was begun: keep no files")
    async with open_checkpoints(
        session.kept_files,
        known,
        leave_out=(session.directory, Home.default().root),
        limits=limits,
    ) as checkpoints:
        yield KeptFiles(checkpoints, session, known)


def _known_root(session: Session) -> Path | None:
    name = _named_root(session.kept_root)
    return Path(os.fsdecode(name)) if name else None


def _named_root(path: Path) -> bytes:
    """Read the name in *path*; empty for none, or where a crash came before it was written."""
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _write_whole(path: Path, content: bytes) -> None:
    """Write *path*, for its owner alone, so that no crash leaves half of *content* there."""
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    with open(draft, "xb", opener=_privately) as file:
        file.write(content)
    draft.replace(path)


def _privately(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
