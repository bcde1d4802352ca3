"""The file in which a team keeps what is done, so that it is not paid for twice."""

import fcntl
import logging
import os
from collections.abc import AsyncGenerator, Iterable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import attrs
import trio

from sagent.errors import SessionBusyError, SessionError
from sagent.lib.json import JSON, json_dumps, json_freeze
from sagent.session._log import Log
from sagent.team._journal_line import is_whole, read_line, write_line

_log = logging.getLogger(__name__)

_HEADER = write_line({"kind": "journal", "version": 1})
_SYNC_EACH_S = 1.0
"""What was done may be lost with the machine for so long; with the process, nothing is."""
_GRACE_S = 30.0


@attrs.define(eq=False)
class Journal:
    """An open journal; one process at a time has it."""

    _log: Log
    _descriptor: int
    _lines: dict[str, bytes]
    _secrets: tuple[str, ...] = attrs.field(repr=False)
    _synced_s: float = attrs.field(default=0, init=False)

    def find(self, key: str) -> tuple[JSON] | None:
        """Give the value that an earlier run kept under *key*, by itself in a tuple."""
        line = self._lines.get(key)
        return None if line is None else (json_freeze(read_line(line)["value"]),)

    def append(self, **fields: JSON) -> None:
        """Keep an outcome.

        Raises:
            SessionError: it could not be written, or holds one of the process's secrets.
            JsonError: it holds what JSON cannot carry.
        """
        line = write_line({"kind": "outcome", **fields})
        if any(secret in line for secret in self._secrets):
            raise SessionError(
                f"the outcome holds a credential of this process, so it is not in {self._log.path}"
            )
        self._log.append(line)

    async def settle(self) -> None:
        """Let the disk have what was written, once a second at most."""
        now = trio.current_time()
        if self._log.unsynced and now - self._synced_s >= _SYNC_EACH_S:
            self._synced_s = now
            await trio.to_thread.run_sync(self._sync)

    def close(self) -> None:
        """Let the disk have all, and others the file; this blocks."""
        self._sync()
        self._log.closed = True
        os.close(self._descriptor)

    def _sync(self) -> None:
        try:
            self._log.sync()
        except SessionError as error:
            _log.warning("%s", error)


@asynccontextmanager
async def open_journal(path: Path, *, secrets: Iterable[str]) -> AsyncGenerator[Journal]:
    """Open the journal at *path*, made if need be, for as long as the block lasts.

    A line that a crash cut short is taken away.

    Raises:
        SessionBusyError: another process has it, or this one.
        SessionError: it cannot be read or written, or is no journal.
    """
    needles = tuple(json_dumps(secret)[1:-1] for secret in secrets if secret)  # as lines have them
    journal = await trio.to_thread.run_sync(_opened, path, needles)
    try:
        yield journal
    finally:
        with trio.move_on_after(_GRACE_S, shield=True):
            await trio.to_thread.run_sync(journal.close)


def _opened(path: Path, secrets: tuple[str, ...]) -> Journal:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    except OSError as error:
        raise SessionError(f"the journal {path} cannot be opened: {error.strerror}") from error
    try:
        _lock(descriptor, path)
        lines = _read(descriptor, path)
        log = Log.of(descriptor, path)
        if not os.fstat(descriptor).st_size:
            log.append(_HEADER)
    except BaseException:
        os.close(descriptor)
        raise
    return Journal(log, descriptor, lines, secrets)


def _lock(descriptor: int, path: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise SessionBusyError(
            f"the journal {path} is in use by another run: wait for its end, or keep this one in "
            "another file",
            pid=None,
        ) from error
    except OSError as error:
        raise SessionError(
            f"the journal {path} cannot be locked ({error.strerror}): keep it on a file system "
            "that has locks"
        ) from error


def _read(descriptor: int, path: Path) -> dict[str, bytes]:
    try:
        octets = _all_of(descriptor)
        _check_header(octets, path)
        lines = octets.splitlines()
        if not octets.endswith(b"\n") and lines and not is_whole(lines[-1]):
            os.ftruncate(descriptor, len(octets) - len(lines.pop()))
        with suppress(OSError):  # a copy of a journal may have come with wider rights
            os.fchmod(descriptor, 0o600)
    except OSError as error:
        raise SessionError(f"the journal {path} cannot be read: {error.strerror}") from error
    return dict(_succeeded(lines, path))


def _all_of(descriptor: int) -> bytes:
    with os.fdopen(os.dup(descriptor), "rb") as file:
        file.seek(0)
        return file.read()


def _check_header(octets: bytes, path: Path) -> None:
    header = _HEADER.encode()
    if octets[: len(header)] != header[: len(octets)]:
        raise SessionError(
            f"{path} is no journal of this version: choose another file, it is left as it is"
        )


def _succeeded(lines: list[bytes], path: Path) -> Iterator[tuple[str, bytes]]:
    lost = 0
    for line in lines:
        if not is_whole(line):
            lost += 1
            continue
        fields = read_line(line)
        key = fields.get("key")
        if isinstance(key, str) and "value" in fields:
            yield key, line
    if lost:
        _log.warning("%s has %d damaged lines: their items are done again", path, lost)
