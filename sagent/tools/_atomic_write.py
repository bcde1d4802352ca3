import fcntl
import os
import secrets
import stat
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress

import trio

from sagent.tool import FileStamp
from sagent.tools._place import shown
from sagent.tools._refusal import Refusal
from sagent.tools._slot import Slot

_CHUNK_BYTES = 1 << 20
_MODE = 0o666
"""Of a new file, before the umask."""
_LOCK_TRIES, _LOCK_PAUSE_S = 2000, 0.001
"""Our own locks last as long as a rename; a stranger's is not waited for any longer than this."""


def write_atomically(
    slot: Slot, content: bytes, *, like: os.stat_result | None, check: Callable[[], None]
) -> FileStamp:
    """Put *content* in place of the file at *slot*, all of it or nothing.

    Called in a trio thread; until the file is in place, a cancel leaves everything as it was.

    Args:
        slot: where the file is.
        content: the new content.
        like: the file that is replaced, whose mode and owner stay; None for a new one.
        check: called last before the file changes, while no other agent can change it; what it
            raises leaves the file unchanged.

    Raises:
        Refusal: it cannot be written.
    """
    try:
        return _written(slot, content, like, check)
    except OSError as error:
        kept = "nothing was written" if like is None else "its old content is kept"
        raise Refusal(
            f"cannot write {shown(slot.path)}: {error.strerror}; {kept}. "
            "Make room or change permissions, or choose another place"
        ) from error


def _written(
    slot: Slot, content: bytes, like: os.stat_result | None, check: Callable[[], None]
) -> FileStamp:
    # In the same directory: a rename is atomic within one file system only.
    draft = f".sagent-{secrets.token_hex(8)}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    descriptor = os.open(draft, flags, _MODE, dir_fd=slot.folder)
    try:
        with open(descriptor, "wb", buffering=0) as file:  # noqa: PTH123  # a descriptor is no path
            if like is not None:
                _take_after(descriptor, like)
            _write(file.write, content)
            os.fsync(descriptor)
            stamp = FileStamp.of(os.fstat(descriptor))
        with _in_turn(slot.folder):
            check()
            os.rename(draft, slot.path.name, src_dir_fd=slot.folder, dst_dir_fd=slot.folder)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(draft, dir_fd=slot.folder)
        raise
    return stamp


def _write(write: Callable[[memoryview], int | None], content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        trio.from_thread.check_cancelled()
        rest = rest[write(rest[:_CHUNK_BYTES]) or 0 :]


def _take_after(descriptor: int, like: os.stat_result) -> None:
    # Only root gives files away; who may not, owns the new file, and may keep its group.
    try:
        os.fchown(descriptor, like.st_uid, like.st_gid)
    except OSError:
        with suppress(OSError):
            os.fchown(descriptor, -1, like.st_gid)
    os.fchmod(descriptor, stat.S_IMODE(like.st_mode))


@contextmanager
def _in_turn(folder: int) -> Generator[None]:
    """Let nobody else who takes turns here change a file of *folder*; then see it on the disk.

    A lock of the directory holds for all threads and processes, and is gone with its descriptor.
    """
    try:
        descriptor = os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=folder)
    except OSError:  # it may be written and searched, but not read
        yield
        return
    try:
        _lock(descriptor)
        yield
        # The file is in place; where this cannot be done, that changes nothing about it.
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_UN)
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> None:
    for _ in range(_LOCK_TRIES):
        trio.from_thread.check_cancelled()
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            threading.Event().wait(_LOCK_PAUSE_S)
        except OSError:
            return  # a file system without locks
        else:
            return
