import fcntl
import hashlib
import os
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import trio

_LOCK_POLL_S = 0.25


def default_cache_dir(environ: Mapping[str, str]) -> Path:
    """Give the user's cache directory for sagent, which may not exist yet."""
    if own := environ.get("SAGENT_CACHE_DIR"):
        return Path(own)
    if shared := environ.get("XDG_CACHE_HOME"):
        return Path(shared) / "sagent"
    return Path.home() / ".cache" / "sagent"


def make_private(directory: Path) -> None:
    """Make *directory* for its owner only, where it does not exist yet."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)


def private_opener(path: str, flags: int) -> int:
    """Open a file that only its owner may read."""
    return os.open(path, flags, 0o600)


def write_durably(path: Path, text: str) -> None:
    """Replace *path* so that after a crash it holds either the old text or the new."""
    new = path.with_name(path.name + ".new")
    with open(new, "w", opener=private_opener) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def file_sha256(path: Path) -> str:
    """Hash a file's bytes, at about half a gigabyte to two a second."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@asynccontextmanager
async def locked(path: Path, *, on_wait: Callable[[], None]) -> AsyncGenerator[None]:
    """Hold the lock file *path*; call *on_wait* each time another process is found to have it.

    The system frees the lock when its holder ends, however it ends. The file stays, for one that
    is deleted could be locked twice.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        while not _try_lock(handle):
            on_wait()
            await trio.sleep(_LOCK_POLL_S)
        yield
    finally:
        os.close(handle)


def _try_lock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
