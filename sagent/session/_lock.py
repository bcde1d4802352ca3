"""One writer at a time: an advisory lock that ends with its holder, however that ends."""

import fcntl
import os
from contextlib import suppress
from pathlib import Path

from sagent.errors import SessionBusyError, SessionError

WRITER_FILE = "writer.pid"
"""Tells the loser who holds the lock; the lock itself is on the session's file."""


def lock_session(descriptor: int, directory: Path) -> None:
    """Lock the session whose file is open as *descriptor*, until that is closed.

    Raises:
        SessionBusyError: another process, or this one, has it open for writing.
        SessionError: the file system has no locks.
    """
    writer = directory / WRITER_FILE
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        pid = living_writer(writer)
        raise SessionBusyError(
            f"session {directory.name} is {_holder(pid)}, fork it to go on from here, or read it "
            "only",
            pid=pid,
        ) from error
    except OSError as error:
        raise SessionError(
            f"session {directory.name} cannot be locked ({error.strerror}): keep sessions on a "
            "file system that has locks"
        ) from error
    with suppress(OSError):  # the lock is held, whether or not its holder can be told
        _tell(writer)


def unlock_session(descriptor: int, directory: Path) -> None:
    """Close the session's file, and with it give up the lock."""
    with suppress(OSError):  # a reader looks at the lock first
        (directory / WRITER_FILE).unlink()
    os.close(descriptor)


def _holder(pid: int | None) -> str:
    if pid == os.getpid():
        return "open in this process already: wait until its block has ended"
    return f"written by {'another process' if pid is None else f'process {pid}'}: wait for it"


def _tell(writer: Path) -> None:
    descriptor = os.open(writer, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(descriptor, f"{os.getpid()}\n".encode())
    finally:
        os.close(descriptor)


def living_writer(writer: Path) -> int | None:
    """Give the process that *writer*, a file of `WRITER_FILE`, names, if it lives."""
    try:
        pid = int(writer.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
    return pid if pid > 0 and _lives(pid) else None


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except PermissionError:  # another user's
        return True
    except (ProcessLookupError, OverflowError):
        return False
    return True
