"""The files that come with a recap: as they are now, opened as carefully as tools open them."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from sagent.compaction import FileText
from sagent.tool import Workspace, open_exact

_MOST_FILE_BYTES = 200_000


def file_texts(workspace: Workspace, names: tuple[str, ...]) -> tuple[FileText, ...]:
    """Read the files that the agent has called *names*; what is no text any more is left out.

    What was put in place of a file is not what the agent has seen: a symbolic link that leads out
    of the workspace is not followed, and a pipe or a device is not opened.
    """
    return tuple(_texts(workspace, names))


def _texts(workspace: Workspace, names: tuple[str, ...]) -> Iterator[FileText]:
    for name in names:
        try:
            text = _read(workspace, _meant(workspace, name))
        except (OSError, RuntimeError, ValueError):
            continue  # it is gone, or its name never was one
        if text is not None:
            yield FileText(name, text)


def _meant(workspace: Workspace, name: str) -> Path:
    """Give the path of *name*, which may be from before the shell went to another directory."""
    path = workspace.resolve(name)
    if path not in workspace.seen:
        ending = f"/{os.path.normpath(name)}"
        ended = [seen for seen in workspace.seen if str(seen).endswith(ending)]
        if len(ended) == 1:
            return ended[0]
    return path


def _read(workspace: Workspace, path: Path) -> str | None:
    target = Path(os.path.realpath(path))
    if workspace.names(path) and not workspace.holds(target):
        return None
    if not stat.S_ISREG(target.lstat().st_mode):  # to open a device can do something
        return None
    descriptor = open_exact(target, os.O_RDONLY | os.O_NONBLOCK)
    with open(descriptor, "rb") as file:  # noqa: PTH123  # a descriptor is no path
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        content = file.read(_MOST_FILE_BYTES)
    return None if b"\0" in content else content.decode(errors="replace")
