"""Files put back: each at once or not at all, through no link, over nothing that is not kept.

Every step down a path opens a directory as such, so that a link in the place of one is refused
however late it came to be.
"""

import errno
import os
import secrets
import stat
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress

from sagent.checkpoint._contents import EXECUTABLE, LINK
from sagent.checkpoint._survey import Signature, signature_of

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_STATUS_TIME = 4


def put(
    root: bytes,
    key: bytes,
    content: bytes,
    *,
    mode: str,
    over: Signature | None,
    permissions: int | None,
) -> None:
    """Write a file or a link.

    Args:
        root: the workspace.
        key: the file below it, or an absolute path.
        content: what it holds, or where the link leads.
        mode: its kind, as git writes it.
        over: what may be replaced; None for nothing.
        permissions: who may read and write it; None for what new files have. Whether it may be
            executed, *mode* says.

    Raises:
        OSError: it cannot be written; everything is as before.
    """
    with _parent(root, key, _made) as (parent, name):
        _check(parent, name, over)
        draft = b".sagent-" + secrets.token_hex(8).encode()
        try:
            if mode == LINK:
                os.symlink(content, draft, dir_fd=parent)
            else:
                _write(parent, draft, content, mode, permissions)
            os.replace(draft, name, src_dir_fd=parent, dst_dir_fd=parent)
        except BaseException:
            with suppress(OSError):
                os.unlink(draft, dir_fd=parent)
            raise


def remove(root: bytes, key: bytes, *, over: Signature) -> None:
    """Delete a file, and the directories of the workspace that it leaves empty.

    Raises:
        OSError: it cannot be deleted.
    """
    with _parent(root, key, _opened) as (parent, name):
        _check(parent, name, over)
        os.unlink(name, dir_fd=parent)
    directory = os.path.dirname(key)  # noqa: PTH120  # paths are bytes
    with suppress(OSError):
        while directory and not key.startswith(b"/"):
            with _parent(root, directory, _opened) as (parent, name):
                os.rmdir(name, dir_fd=parent)
            directory = os.path.dirname(directory)  # noqa: PTH120  # paths are bytes


def _check(parent: int, name: bytes, over: Signature | None) -> None:
    try:
        status = os.stat(name, dir_fd=parent, follow_symlinks=False)
    except FileNotFoundError:
        return
    if over is not None:
        # The time of status also changes with another name of the same file.
        if signature_of(status)[:_STATUS_TIME] != over[:_STATUS_TIME]:
            raise OSError(errno.ESTALE, "it changed meanwhile")
    elif stat.S_ISDIR(status.st_mode):
        os.rmdir(name, dir_fd=parent)
    else:
        raise OSError(errno.EEXIST, "a file that is not kept is in the way")


def _write(parent: int, name: bytes, content: bytes, mode: str, permissions: int | None) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(name, flags, 0o666 if permissions is None else 0o600, dir_fd=parent)
    with open(descriptor, "wb") as file:  # noqa: PTH123  # a descriptor is no path
        file.write(content)
        bits = os.fstat(descriptor).st_mode if permissions is None else permissions
        # Whoever may read it may execute it.
        executable = (bits & 0o444) >> 2 if mode == EXECUTABLE else 0
        os.fchmod(descriptor, bits & 0o666 | executable)


@contextmanager
def _parent(
    root: bytes, key: bytes, step: Callable[[bytes, int], int]
) -> Generator[tuple[int, bytes]]:
    names: Sequence[bytes] = [name for name in key.split(b"/") if name]
    if not names or {b".", b"..", b".git"} & {name.lower() for name in names}:
        raise OSError(errno.EPERM, "no file of that name is ever written")
    directory = os.open(b"/" if key.startswith(b"/") else root, os.O_RDONLY | os.O_CLOEXEC)
    try:
        for name in names[:-1]:
            below = step(name, directory)
            os.close(directory)
            directory = below
        yield directory, names[-1]
    finally:
        os.close(directory)


def _opened(name: bytes, directory: int) -> int:
    return os.open(name, _DIRECTORY, dir_fd=directory)


def _made(name: bytes, directory: int) -> int:
    with suppress(FileExistsError):
        os.mkdir(name, dir_fd=directory)
    return _opened(name, directory)
