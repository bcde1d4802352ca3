"""A folder for as long as its owner lives, and not much longer when that is killed.

The owner holds a lock on it, which ends with the process, however that ends. Whoever makes such a
folder deletes those that nobody holds.
"""

import fcntl
import os
import shutil
import tempfile
import threading
from contextlib import suppress
from pathlib import Path

import attrs

_PREFIX = "sagent-results-"


@attrs.define(eq=False)
class TemporaryPlace:
    """Makes its folder once, and removes it."""

    lasts: bool = attrs.field(default=False, init=False)
    _made: tuple[Path, int] | None = attrs.field(default=None, init=False)
    """The folder, and the descriptor that holds its lock."""
    _mutex: threading.Lock = attrs.field(factory=threading.Lock, init=False)

    @property
    def is_to_be_removed(self) -> bool:
        """Whether it is there."""
        return self._made is not None

    def make(self) -> Path:
        """Make the folder, if it is not there, and give its path.

        Raises:
            OSError: it cannot be made.
        """
        with self._mutex:
            if self._made is None:
                self._made = _new_folder()
                _sweep(self._made[0].parent)
            return self._made[0]

    def remove(self) -> None:
        """Delete the folder, with all that is in it."""
        with self._mutex:
            made, self._made = self._made, None
            if made is not None:
                path, lock = made
                shutil.rmtree(path, ignore_errors=True)
                os.close(lock)


def _new_folder() -> tuple[Path, int]:
    while True:
        path = Path(tempfile.mkdtemp(prefix=_PREFIX))
        with suppress(FileNotFoundError):  # another swept it away before it was locked
            return path, _locked(path)


def _locked(path: Path) -> int:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        path.stat()
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _sweep(directory: Path) -> None:
    """Delete the folders in *directory* whose owners are gone."""
    with os.scandir(directory) as entries:
        paths = [entry.path for entry in entries if entry.name.startswith(_PREFIX)]
    for path in paths:
        with suppress(OSError):  # it is another's, or not a directory, or is gone already
            _delete_if_left(path)


def _delete_if_left(path: str) -> None:
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(path, flags)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(descriptor).st_uid == os.geteuid():
            shutil.rmtree(path, ignore_errors=True)
    finally:
        os.close(descriptor)
