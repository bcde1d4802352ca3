import os
import secrets
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import trio

from sagent.tool import FileStamp
from sagent.tools._refusal import Refusal

_CHUNK_BYTES = 1 << 20


def write_atomically(
    path: Path, content: bytes, *, like: os.stat_result | None, check: Callable[[], None]
) -> FileStamp:
    """Put *content* in place of the file at *path*, all of it or nothing.

    Called in a trio thread; until the file is in place, a cancel leaves everything as it was.

    Args:
        path: no symbolic link; its parents are made.
        content: the new content.
        like: the file that is replaced, whose mode and owner stay; None for a new one.
        check: called last before the file changes; what it raises leaves the file unchanged.

    Raises:
        Refusal: the parents cannot be made, or hold no writable directory.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # In the same directory: a rename is atomic within one file system only.
        draft = path.with_name(f".sagent-{secrets.token_hex(8)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    except OSError as error:
        raise Refusal(f"cannot write in {path.parent}: {error.strerror}") from error
    try:
        with open(descriptor, "wb", buffering=0) as file:  # noqa: PTH123  # a descriptor is no path
            if like is not None:
                _take_after(descriptor, like)
            _write(file.write, content)
            os.fsync(descriptor)
            stamp = FileStamp.of(os.fstat(descriptor))
        check()
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    _sync_directory(path.parent)
    return stamp


def _write(write: Callable[[memoryview], int | None], content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        trio.from_thread.check_cancelled()
        rest = rest[write(rest[:_CHUNK_BYTES]) or 0 :]


def _take_after(descriptor: int, like: os.stat_result) -> None:
    # Only root gives files away; who may not, owns the new file.
    with suppress(OSError):
        os.fchown(descriptor, like.st_uid, like.st_gid)
    os.fchmod(descriptor, stat.S_IMODE(like.st_mode))


def _sync_directory(path: Path) -> None:
    # The file is in place; a file system that cannot sync directories changes nothing about it.
    with suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
