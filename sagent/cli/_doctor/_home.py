"""What sagent keeps on this machine, and whether it can."""

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from sagent.cli._doctor._finding import Finding, failed, ok, warning
from sagent.control._socket_file import socket_files
from sagent.errors import UsageError
from sagent.home import HOME_VARIABLE, Home
from sagent.session import FoundSession, find_sessions

_LITTLE_BYTES = 200_000_000
_LEAST_BYTES = 5_000_000
_FEW_FILES = 1_000
_OPEN_TO_OTHERS = 0o077


def look_at_home() -> Iterator[Finding]:
    """See whether sessions can be kept, and how those that are there fare."""
    try:
        home = Home.default()
    except UsageError as error:
        yield failed(f"{error}", f"export {HOME_VARIABLE}=/a/directory/of/yours")
        return
    yield from _look_at_root(home.root)
    yield from _look_at_room(_nearest(home.root))
    yield from _look_at_sessions(home)
    yield from _look_at_sockets(home)


def _look_at_root(root: Path) -> Iterator[Finding]:
    try:
        status = root.stat()
    except FileNotFoundError:
        yield _to_be_made(root)
        return
    except OSError as error:
        yield failed(f"{root} cannot be looked at: {error.strerror}", _elsewhere(root))
        return
    if not stat.S_ISDIR(status.st_mode):
        yield failed(f"{root} is no directory", f"move it away, or {_elsewhere(root)}")
        return
    if not os.access(root, os.R_OK | os.W_OK | os.X_OK):
        yield failed(
            f"{root} cannot be read and written: no session is kept",
            f"chmod u+rwx {root}, if it is yours and its disk may be written; "
            f"else {_elsewhere(root)}",
        )
    elif status.st_uid != os.geteuid():
        yield warning(f"{root} belongs to another user", _elsewhere(root))
    elif stat.S_IMODE(status.st_mode) & _OPEN_TO_OTHERS:
        mode = stat.S_IMODE(status.st_mode)
        yield warning(f"{root} is open to other users (mode {mode:04o})", f"chmod 700 {root}")
    else:
        yield ok(f"{root} can be written, by you alone")


def _to_be_made(root: Path) -> Finding:
    above = _nearest(root)
    if above.is_dir() and os.access(above, os.W_OK | os.X_OK):
        return ok(f"{root} is not there yet; the first session makes it")
    return failed(f"{root} cannot be made: {above} cannot be written", _elsewhere(root))


def _look_at_room(place: Path) -> Iterator[Finding]:
    try:
        free_bytes, files = shutil.disk_usage(place).free, os.statvfs(place)
    except OSError as error:
        yield warning(f"how much room is at {place} is not known: {error.strerror}", "see df -h")
        return
    told = f"{free_bytes / 1e9:.1f} GB free at {place}"
    remedy = "make room; sagent sessions remove ID... deletes what you need no more"
    if free_bytes < _LEAST_BYTES:
        yield failed(told, remedy)
    elif free_bytes < _LITTLE_BYTES:
        yield warning(told, remedy)
    elif files.f_files and files.f_favail < _FEW_FILES:
        yield warning(f"room for {files.f_favail} more files only at {place}", remedy)
    else:
        yield ok(told)


def _look_at_sessions(home: Home) -> Iterator[Finding]:
    sessions = find_sessions(home, None)
    if not sessions:
        return
    size_mb = sum(session.size_bytes for session in sessions) / 1e6
    noun = "session" if len(sessions) == 1 else "sessions"
    yield ok(f"{len(sessions)} {noun}, {size_mb:.1f} MB")
    unreadable = [session for session in sessions if not _is_readable(session)]
    if unreadable:
        yield warning(
            f"{len(unreadable)} of them cannot be read, such as {unreadable[0].directory}",
            "make them yours: chown, chmod u+rw",
        )
    cut_off = [session for session in sessions if session.was_cut_off]
    if cut_off:
        yield ok(f"{len(cut_off)} of them ended with a killed process; they open as all others do")


def _look_at_sockets(home: Home) -> Iterator[Finding]:
    files = tuple(socket_files(home))
    left_over = sum(file.is_orphaned for file in files)
    if running := len(files) - left_over:
        yield ok(f"running now: {running}, see sagent ps")
    if left_over:
        yield warning(f"{left_over} sockets are left of killed processes", "sagent ps removes them")


def _is_readable(session: FoundSession) -> bool:
    return os.access(session.directory, os.R_OK | os.X_OK)


def _nearest(place: Path) -> Path:
    """Give *place*, or what is there of the way to it."""
    return next((path for path in (place, *place.parents) if os.path.lexists(path)), Path("/"))


def _elsewhere(root: Path) -> str:
    return f"export {HOME_VARIABLE}=/a/directory/of/yours in place of {root}"
