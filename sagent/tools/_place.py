"""Names of files: from the model's words to paths, to what is open, and back.

A name that is in the workspace as it is written may go through symbolic links, as long as they
stay in the workspace. One that is plainly outside stands for what it leads to. In both cases the
links are followed once, and what they led to is opened exactly, see `open_exact`.
"""

import errno
import os
import stat
from collections.abc import Generator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import attrs

from sagent.tool import Workspace, open_exact
from sagent.tools._closest import closest
from sagent.tools._refusal import Refusal

_NEIGHBOURS = 10_000
_MOST_NAME_BYTES = 255
_MOST_PATH_BYTES = 4095
"""What Linux takes (limits.h: NAME_MAX, PATH_MAX less the NUL)."""
_SHOWN_CHARS = 100
_TRIES = 20
"""How often links may change between being followed and being opened."""


@attrs.frozen
class Opened:
    """A descriptor, and what it is of: a path without symbolic links."""

    descriptor: int
    path: Path


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
        octets = os.fsencode(path)
    except RuntimeError as error:
        raise Refusal(f"{name}: no such home directory; give an absolute path") from error
    except UnicodeEncodeError as error:
        raise Refusal(f"{shown(name)}: no file can have this name") from error
    longest = max(map(len, octets.split(b"/")))
    if longest > _MOST_NAME_BYTES or len(octets) > _MOST_PATH_BYTES:
        raise Refusal(
            f"{shown(name[:_SHOWN_CHARS])}... is too long for a path: a name has "
            f"{_MOST_NAME_BYTES} bytes at most, a path {_MOST_PATH_BYTES}"
        )
    return path


def target_of(workspace: Workspace, path: Path) -> Path:
    """Follow symbolic links to what *path* stands for; it need not exist.

    Raises:
        Refusal: the links lead out of the workspace, or go round in a circle.
    """
    target = Path(os.path.realpath(path))
    if target.is_symlink():
        raise Refusal(f"{shown(path)}: its symbolic links go round in a circle")
    if workspace.names(path) and not workspace.holds(target):
        raise Refusal(
            f"{shown(path)} leads out of the workspace, to {shown(target)}: "
            f"name {shown(target)} itself, if that is meant"
        )
    return target


def open_named(workspace: Workspace, path: Path, flags: int) -> Opened:
    """Open what *path* stands for; the caller closes it.

    Raises:
        OSError: it cannot be opened.
        Refusal: it leads out of the workspace, or its links do not hold still.
    """
    for _ in range(_TRIES):
        target = target_of(workspace, path)
        try:
            return Opened(open_exact(target, flags), target)
        except OSError as error:
            if error.errno != errno.ELOOP and target_of(workspace, path) == target:
                raise
    raise Refusal(f"{shown(path)}: its symbolic links keep changing: try again when they do not")


@contextmanager
def open_folder(workspace: Workspace, path: Path) -> Generator[Opened]:
    """Open the directory *path* for the length of the block, to list it.

    Raises:
        Refusal: there is none, or it may not be read.
    """
    try:
        opened = open_named(workspace, path, os.O_RDONLY | os.O_DIRECTORY)
    except FileNotFoundError as error:
        raise missing(path) from error
    except NotADirectoryError as error:
        raise Refusal(f"Not a directory: {shown(path)}. Use Read on a file") from error
    except OSError as error:
        raise unreadable(path, error) from error
    try:
        yield opened
    finally:
        os.close(opened.descriptor)


@contextmanager
def open_regular(workspace: Workspace, path: Path) -> Generator[tuple[BinaryIO, Path]]:
    """Open a regular file for reading, unbuffered; never waits for the other end of a pipe.

    Raises:
        Refusal: there is no such file, or it is something else, or may not be read.
    """
    try:
        # To open a device can do something, so what it is is asked first, and again.
        check_regular(path, target_of(workspace, path).lstat())
        opened = open_named(workspace, path, os.O_RDONLY | os.O_NONBLOCK)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise missing(path) from error
    except OSError as error:
        raise unreadable(path, error) from error
    with open(opened.descriptor, "rb", buffering=0) as file:  # noqa: PTH123  # a descriptor is no path
        check_regular(path, os.fstat(opened.descriptor))
        try:
            yield file, opened.path
        except OSError as error:
            raise unreadable(path, error) from error


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
    try:
        with os.scandir(parent) as entries:
            names = [entry.name for entry in islice(entries, _NEIGHBOURS)]
    except OSError:  # it may be entered, but not read
        names = []
    # Shown, a name may be another one, which the model then asks for.
    if any(shown(path.name) in _spellings(name) for name in names):
        return Refusal(
            f"{shown(path)} has characters in its name that cannot be written here: "
            "rename it, or work on it, with a pattern (*, ?) in Bash"
        )
    near = closest(path.name, names, most=3)
    if not near:
        return Refusal(f"File not found: {shown(path)}. List or Glob shows what there is")
    names = [shown(parent / name) for name in near]
    return Refusal(f"File not found: {shown(path)}. Did you mean {' or '.join(names)}?")


def _spellings(name: str) -> set[str]:
    return {shown(name), name.encode(errors="surrogateescape").decode(errors="replace")}


def unreadable(path: Path, error: OSError) -> Refusal:
    """Tell why *path* cannot be read."""
    denied = isinstance(error, PermissionError)
    remedy = "Ask for access, or go on without" if denied else "Go on without it"
    return Refusal(f"cannot read {shown(path)}: {error.strerror}. {remedy}")


def short(path: Path, workspace: Workspace) -> str:
    """Show *path* as the agent may write it: relative where it is below the agent's directory."""
    return shown(path.relative_to(workspace.cwd) if path.is_relative_to(workspace.cwd) else path)


def shown(path: Path | str) -> str:
    """Show *path* in one line of characters that every provider takes."""
    text = str(path).encode(errors="replace").decode()
    return text if text.isprintable() else "".join(map(_printable, text))


def _printable(character: str) -> str:
    plain = character.isprintable() or character > "\x9f"
    return character if plain else character.encode("unicode_escape").decode()


def _kind(mode: int) -> str:
    if stat.S_ISFIFO(mode):
        return "a named pipe"
    if stat.S_ISSOCK(mode):
        return "a socket"
    return "a device"
