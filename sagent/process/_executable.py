import os
import shutil
from pathlib import Path

from sagent.errors import ProcessError


def executable_path(name: str, *, cwd: Path | None, path: str | None) -> str:
    """Find what *name* runs, as a file name with a slash in it.

    The slash matters: without one the shell would take ``echo`` or ``exit`` for its own.

    Args:
        name: a command's name, or a path, which is relative to *cwd*.
        cwd: where the command will run; None for our own directory.
        path: directories to search, parted by colons; None for the system's default.

    Raises:
        ProcessError: there is no such directory, no such command, or it may not be run.
    """
    if cwd is not None and not cwd.is_dir():
        raise ProcessError(f"cannot run {name!r}: no such directory: {cwd}")
    if "/" in name:
        file = (cwd or Path()) / name
        if not file.is_file():
            raise ProcessError(f"cannot run {name!r}: no such file")
        if not os.access(file, os.X_OK):
            raise ProcessError(f"cannot run {name!r}: the file is not executable")
        return name
    found = shutil.which(name, path=path or os.defpath) if name else None
    if found is None:
        raise ProcessError(f"cannot run {name!r}: no such command on PATH")
    return str(Path(found).absolute())
