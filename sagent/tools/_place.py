"""Names of files: from the model's words to paths, and back."""

import difflib
import os
import stat
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from sagent.tool import Workspace
from sagent.tools._refusal import Refusal

_NEIGHBOURS = 10_000


def place_of(workspace: Workspace, name: str) -> Path:
    """Give the absolute path that *name* stands for, existing or not.

    Raises:
        Refusal: no file can have that name.
    """
    if not name:
        raise Refusal("the path is empty: name a file or directory")
    if "\0" in name:
        raise Refusal("the path holds a NUL character, which no file name can")
    try:
        path = workspace.resolve(name)
        os.fsencode(path)
    except RuntimeError as error:
        raise Refusal(f"{name}: no such home directory; give an absolute path") from error
    except UnicodeEncodeError as error:
        raise Refusal(f"{shown(name)}: no file can have this name") from error
    return path


def target_of(path: Path) -> Path:
    """Follow symbolic links to the file they stand for; it need not exist.

    Raises:
        Refusal: the links go round in a circle.
    """
    target = Path(os.path.realpath(path))
    if target.is_symlink():
        raise Refusal(f"{shown(path)}: its symbolic links go round in a circle")
    return target


def short(path: Path, workspace: Workspace) -> str:
    """Show *path* as the agent may write it: relative where it is below the agent's directory."""
    return shown(path.relative_to(workspace.cwd) if path.is_relative_to(workspace.cwd) else path)


def shown(path: Path | str) -> str:
    """Show *path* in characters that every provider takes."""
    return str(path).encode(errors="replace").decode()


def open_regular(path: Path) -> BinaryIO:
    """Open a regular file for reading, unbuffered; never waits for the other end of a pipe.

    Raises:
        Refusal: there is no such file, or it is something else, or may not be read.
    """
    check_regular(path, _status(path))
    try:
        # What it is can change between the two calls.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise Refusal(f"cannot read {shown(path)}: {error.strerror}") from error
    file = open(descriptor, "rb", buffering=0)  # noqa: SIM115, PTH123  # the caller's to close
    try:
        check_regular(path, os.fstat(descriptor))
    except BaseException:
        file.close()
        raise
    return file


def check_regular(path: Path, status: os.stat_result) -> None:
    """Refuse what is not a regular file.

    Raises:
        Refusal: it is a directory, a pipe, a device or a socket.
    """
    if stat.S_ISDIR(status.st_mode):
        raise Refusal(f"{shown(path)} is a directory, not a file: use List or Glob on it")
    if not stat.S_ISREG(status.st_mode):
        raise Refusal(f"{shown(path)} is {_kind(status.st_mode)}, not a regular file")


def missing(path: Path) -> Refusal:
    """Tell that there is no *path*, and what comes near."""
    parent = path.parent
    while not parent.is_dir() and parent != parent.parent:
        parent = parent.parent
    if parent != path.parent:
        return Refusal(f"File not found: {shown(path)}. The nearest directory is {shown(parent)}")
    with os.scandir(parent) as entries:
        names = [entry.name for entry in islice(entries, _NEIGHBOURS)]
    near = difflib.get_close_matches(path.name, names, n=3)
    hint = f" Did you mean {' or '.join(shown(parent / name) for name in near)}?" if near else ""
    return Refusal(f"File not found: {shown(path)}.{hint}")


def _status(path: Path) -> os.stat_result:
    try:
        return path.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise missing(path) from error
    except OSError as error:
        raise Refusal(f"cannot read {shown(path)}: {error.strerror}") from error


def _kind(mode: int) -> str:
    if stat.S_ISFIFO(mode):
        return "a named pipe"
    if stat.S_ISSOCK(mode):
        return "a socket"
    return "a device"
