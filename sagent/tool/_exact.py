"""Opening a path that has no symbolic link in it.

Whoever follows links first, judges where they lead, and opens the name afterwards may open
something else: the links can change in between. So whoever works for an agent follows them once,
and opens what they led to in a way that follows none. A link that has come into the path
meanwhile is an error, ``ELOOP``.

Linux has one system call for it since 5.6, openat2(2); its number, and the values below, are those
of ``linux/openat2.h``. Elsewhere the path is opened step by step, each below the one before.
"""

import ctypes
import errno
import os
import sys
from functools import cache
from pathlib import Path

_FOLDER = os.O_DIRECTORY | os.O_CLOEXEC | getattr(os, "O_PATH", os.O_RDONLY)
_OPENAT2 = 437
_RESOLVE_NO_MAGICLINKS = 0x02
_RESOLVE_NO_SYMLINKS = 0x04
_AT_FDCWD = -100
_UNKNOWN = frozenset({errno.ENOSYS, errno.EPERM})
"""What an older kernel says, and a filter that does not know the call."""


class _OpenHow(ctypes.Structure):
    _fields_ = (
        ("flags", ctypes.c_uint64),
        ("mode", ctypes.c_uint64),
        ("resolve", ctypes.c_uint64),
    )


def open_exact(path: Path | str, flags: int) -> int:
    """Open *path*, an absolute one, with the *flags* of open(2), and give its descriptor.

    Nothing is made.

    Raises:
        OSError: ``ELOOP`` for a symbolic link anywhere in it; what open(2) says otherwise.
    """
    if sys.platform == "linux":
        try:
            return _open_at_once(os.fsencode(path), flags | os.O_CLOEXEC)
        except OSError as error:
            if error.errno not in _UNKNOWN:
                raise
    return open_by_steps(path, flags)


def opens_at_once() -> bool:
    """Tell whether this system has one call for it, and lets us make it."""
    if sys.platform != "linux":
        return False
    try:
        os.close(_open_at_once(b"/", _FOLDER))
    except OSError:
        return False
    return True


def open_by_steps(path: Path | str, flags: int) -> int:
    """Do as `open_exact` does where there is no system call for it."""
    *folders, name = Path(path).parts
    if not folders:
        return os.open(name, flags | os.O_CLOEXEC)
    folder = os.open(folders[0], _FOLDER)
    try:
        for part in folders[1:]:
            above, folder = folder, os.open(part, _FOLDER | os.O_NOFOLLOW, dir_fd=folder)
            os.close(above)
        return os.open(name, flags | os.O_CLOEXEC | os.O_NOFOLLOW, dir_fd=folder)
    finally:
        os.close(folder)


def _open_at_once(path: bytes, flags: int) -> int:
    how = _OpenHow(flags, 0, _RESOLVE_NO_SYMLINKS | _RESOLVE_NO_MAGICLINKS)
    while True:
        descriptor: int = _libc().syscall(
            ctypes.c_long(_OPENAT2),
            ctypes.c_int(_AT_FDCWD),
            ctypes.c_char_p(path),
            ctypes.byref(how),
            ctypes.c_size_t(ctypes.sizeof(how)),
        )
        number = ctypes.get_errno()
        if descriptor >= 0:
            return descriptor
        if number != errno.EINTR:
            raise OSError(number, os.strerror(number), os.fsdecode(path))


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
