import os
from pathlib import Path

import attrs

from sagent.home import Home
from sagent.prompt._text_file import TextFile, cut_text, read_text_file, shown

INDEX = "MEMORY.md"
"""The file that tells what else is remembered."""
_FOLDER = "memory"
MOST_LINES = 200
MOST_BYTES = 25_000


@attrs.frozen(kw_only=True)
class Memory:
    """What the agent kept of a project, for later conversations.

    Attributes:
        directory: where it is kept; None when it could not be made.
        index: of ``MEMORY.md``, as much as a prompt may hold; empty when there is none.
        size_bytes: of the whole ``MEMORY.md``.
        warnings: what the user should know, a line each.
    """

    directory: Path | None
    index: str = attrs.field(default="", repr=False)
    size_bytes: int = 0
    warnings: tuple[str, ...] = ()


def load_memory(*, cwd: Path, home: Home) -> Memory:
    """Read the memory of the project in *cwd*, and make its directory, for its owner alone.

    Blocks; never raises OSError.
    """
    directory = home.project(cwd) / _FOLDER
    try:
        _make_private(directory)
    except OSError as error:
        told = f"no memory: {shown(directory)} could not be made: {error.strerror}"
        return Memory(directory=None, warnings=(told,))
    return read_memory(cwd=cwd, home=home)


def read_memory(*, cwd: Path, home: Home) -> Memory:
    """Read the memory of the project in *cwd*, if there is any; blocks, never raises OSError."""
    directory = home.project(cwd) / _FOLDER
    path = directory / INDEX
    if not os.path.lexists(path):
        return Memory(directory=directory)
    file = read_text_file(path, most_bytes=MOST_BYTES)
    if not isinstance(file, TextFile):
        return Memory(directory=directory, warnings=(f"{shown(path)} is not read: {file.reason}",))
    return _memory(directory, file)


def _memory(directory: Path, file: TextFile) -> Memory:
    lines = file.text.rstrip().split("\n")
    index = cut_text("\n".join(lines[:MOST_LINES]), most_bytes=MOST_BYTES).strip()
    warnings: tuple[str, ...] = ()
    if file.was_cut or len(lines) > MOST_LINES:
        index += f"\n[{INDEX} goes on; its first {MOST_LINES} lines or {MOST_BYTES} bytes are here]"
        most = f"{MOST_LINES} lines and {MOST_BYTES} bytes"
        warnings = (f"{shown(directory / INDEX)} is cut at {most}: make it shorter",)
    return Memory(directory=directory, index=index, size_bytes=file.size_bytes, warnings=warnings)


def _make_private(directory: Path) -> None:
    if directory.is_dir():
        return
    _make_private(directory.parent)
    directory.mkdir(mode=0o700, exist_ok=True)
