"""Where a file is to be changed: a name in a directory that is held open."""

import errno
import os
import stat
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import attrs

from sagent.tool import Workspace, open_exact
from sagent.tools._place import check_regular, missing, shown, target_of, unreadable
from sagent.tools._refusal import Refusal

_FOLDER = os.O_DIRECTORY | os.O_CLOEXEC | getattr(os, "O_PATH", os.O_RDONLY)
"""How a directory is opened in which something is to be done; it need not be readable."""


@attrs.frozen
class Slot:
    """A name in an open directory, whatever becomes of the path to that.

    Attributes:
        path: the file's, without symbolic links.
        folder: the descriptor of its directory.
    """

    path: Path
    folder: int

    def status(self) -> os.stat_result | None:
        """Give the state of the file, or None if there is none.

        Raises:
            Refusal: there is something, but no regular file that may be written.
        """
        try:
            status = os.stat(self.path.name, dir_fd=self.folder, follow_symlinks=False)
        except FileNotFoundError:
            return None
        except PermissionError as error:  # its directory may be listed, but not entered
            raise unreadable(self.path, error) from error
        if stat.S_ISLNK(status.st_mode):
            raise Refusal(f"{shown(self.path)} has become a symbolic link meanwhile: try again")
        check_regular(self.path, status)
        if not os.access(self.path.name, os.W_OK, dir_fd=self.folder):
            raise Refusal(
                f"{shown(self.path)} is read-only: change its mode first, if that is meant"
            )
        return status

    def open(self) -> BinaryIO:
        """Open the file for reading; the caller closes it.

        Raises:
            OSError: it cannot be opened.
        """
        flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
        return open(os.open(self.path.name, flags, dir_fd=self.folder), "rb", buffering=0)  # noqa: PTH123  # a descriptor is no path


@contextmanager
def open_slot(workspace: Workspace, path: Path) -> Generator[Slot]:
    """Hold the directory of the file *path* for the length of the block.

    Raises:
        Refusal: there is no such directory, or *path* leads out of the workspace.
    """
    with _slot(workspace, path, lambda folder: open_exact(folder, _FOLDER)) as slot:
        yield slot


@contextmanager
def make_slot(workspace: Workspace, path: Path) -> Generator[Slot]:
    """Do as `open_slot` does, and make the directories that are not there.

    Raises:
        Refusal: they cannot be made, or *path* leads out of the workspace.
    """
    with _slot(workspace, path, _made) as slot:
        yield slot


@contextmanager
def _slot(workspace: Workspace, path: Path, opened: Callable[[Path], int]) -> Generator[Slot]:
    target = target_of(workspace, path)
    if not target.name:
        raise Refusal(f"{shown(path)} is a directory, not a file: use List or Glob on it")
    if workspace.is_guarded(target):
        raise Refusal(
            f"{shown(path)} is among the records of this conversation, which only it writes: "
            "choose another place"
        )
    try:
        folder = opened(target.parent)
    except FileNotFoundError as error:
        raise missing(path) from error
    except NotADirectoryError as error:
        raise Refusal(f"{shown(path)}: a part of its path is a file, not a directory") from error
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise Refusal(f"{shown(path)}: its symbolic links have changed: try again") from error
        reason = f"cannot write in {shown(target.parent)}: {error.strerror}"
        raise Refusal(f"{reason}. Choose another place, or change its permissions") from error
    try:
        yield Slot(target, folder)
    finally:
        os.close(folder)


def _made(folder: Path) -> int:
    """Open *folder*, which is made with all above it; none of them is followed through a link."""
    absent: list[str] = []
    while True:
        try:
            descriptor = open_exact(folder, _FOLDER)
            break
        except FileNotFoundError:
            absent.append(folder.name)
            folder = folder.parent
    while absent:
        name, above = absent.pop(), descriptor
        try:
            with suppress(FileExistsError):
                os.mkdir(name, dir_fd=above)
            descriptor = os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=above)
        finally:
            os.close(above)
    return descriptor
