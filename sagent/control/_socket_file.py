"""Where the sockets of running sagents are: in a folder that only their user can enter.

A name is never used twice, so that a file whose process is gone can be removed at any time.
"""

import hashlib
import os
import platform
import re
import socket
import stat
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import attrs

from sagent.errors import ControlError
from sagent.home import Home

MOST_PATH_BYTES = 103
"""What a socket's path may have on macOS, unix(4); Linux has 107, unix(7)."""
_BACKLOG = 64
_ATTEMPTS = 5
"""Another process may remove the folder, when it is empty, before a socket is in it."""
_YOUNG_S = 60
_NAME = re.compile(r"(?P<host>[0-9a-f]{8})-(?P<pid>[0-9]{1,10})-[0-9a-f]{8}\.sock")
_SHORT_PREFIX = "sagent-"


@attrs.frozen
class SocketFile:
    """The socket of a process, or what is left of it.

    Attributes:
        path: where it is, or a link to where it is.
        pid: the process, as that knows itself.
    """

    path: Path
    pid: int

    @property
    def address(self) -> str:
        """What to connect to: a link's end, where the path itself is too long for that."""
        with suppress(OSError):
            return str(self.path.readlink())
        return str(self.path)

    @property
    def is_orphaned(self) -> bool:
        """Whether its process is gone."""
        return not _lives(self.pid)

    @property
    def is_left_over(self) -> bool:
        """Whether nobody can be meant to listen any more, given that nobody does."""
        if self.is_orphaned:
            return True
        try:
            return time.time() - self.path.lstat().st_mtime > _YOUNG_S
        except OSError:
            return False

    def remove(self) -> None:
        """Remove the file, with what it links to; one that is gone already is no error."""
        with suppress(OSError):
            end = self.path.readlink()
            if end.parent.name.startswith(_SHORT_PREFIX):
                end.unlink()
                end.parent.rmdir()
        with suppress(OSError):
            self.path.unlink()


def socket_files(home: Home) -> Iterator[SocketFile]:
    """Find the sockets of this user on this machine, by name."""
    if not _is_private(home.run):
        return
    try:
        paths = sorted(home.run.iterdir())
    except OSError:
        return
    for path in paths:
        match = _NAME.fullmatch(path.name)
        if match and match["host"] == _host():
            yield SocketFile(path, int(match["pid"]))


@contextmanager
def bound_socket(home: Home) -> Generator[socket.socket]:
    """Listen on a socket of this process's own, which is gone after the block.

    Raises:
        ControlError: that is not possible here.
    """
    is_new = not home.root.exists()
    try:
        file, listener = _bound(home)
    except OSError as error:
        raise ControlError(
            f"no socket can be made in {home.run} ({error.strerror or error}): this run is not "
            "seen by sagent ps"
        ) from error
    try:
        with listener:
            yield listener
    finally:
        file.remove()
        with suppress(OSError):  # something else is in it
            home.run.rmdir()
            if is_new:
                home.root.rmdir()


def _bound(home: Home) -> tuple[SocketFile, socket.socket]:
    path = home.run / f"{_host()}-{os.getpid()}-{os.urandom(4).hex()}.sock"
    for attempt in range(_ATTEMPTS):
        try:
            home.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            home.run.mkdir(mode=0o700, exist_ok=True)
            if not _is_private(home.run):
                raise PermissionError(0, "others can enter that folder")
            return SocketFile(path, os.getpid()), _listening(path)
        except FileNotFoundError:
            if attempt == _ATTEMPTS - 1:
                raise
    raise AssertionError(path)  # the last attempt returns or raises


def _listening(path: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        if len(os.fsencode(path)) <= MOST_PATH_BYTES:
            listener.bind(str(path))
            path.chmod(0o600)
        else:
            _bind_elsewhere(listener, path)
        listener.listen(_BACKLOG)
    except BaseException:
        listener.close()
        SocketFile(path, 0).remove()
        raise
    return listener


def _bind_elsewhere(listener: socket.socket, path: Path) -> None:
    """Bind at a short path in a private folder, to which *path* becomes a link."""
    import tempfile  # noqa: PLC0415  # few paths are so long, and it takes time to load

    short = Path(tempfile.mkdtemp(prefix=_SHORT_PREFIX)) / "s"
    try:
        listener.bind(str(short))
        short.chmod(0o600)
        path.symlink_to(short)
    except BaseException:
        short.unlink(missing_ok=True)
        short.parent.rmdir()
        raise


def _is_private(folder: Path) -> bool:
    """Tell whether *folder* is this user's and nobody else's; what is too open is closed."""
    try:
        status = folder.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid():
            return False
        if stat.S_IMODE(status.st_mode) & 0o077:
            folder.chmod(0o700)
    except OSError:
        return False
    return True


def _host() -> str:
    return hashlib.sha256(platform.node().encode()).hexdigest()[:8]


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (ProcessLookupError, OverflowError):
        return False
    return True
