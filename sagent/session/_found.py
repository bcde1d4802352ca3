import os
from pathlib import Path

import attrs

from sagent.home import Home
from sagent.session._lock import WRITER_FILE, living_writer
from sagent.session._opening import SESSIONS
from sagent.session._reading import SESSION_FILE


@attrs.frozen
class FoundSession:
    """A session's file, as the file system tells of it.

    Attributes:
        directory: the session's.
        path: the same, from the home's root on.
        size_bytes: of the file.
        changed_ns: when it was written last, in nanoseconds since the epoch.
    """

    directory: Path
    path: str
    size_bytes: int
    changed_ns: int

    @property
    def was_cut_off(self) -> bool:
        """Whether the process that wrote it last has ended, and not in peace."""
        writer = self.directory / WRITER_FILE
        return os.path.lexists(writer) and living_writer(writer) is None


def find_sessions(home: Home, cwd: Path | None) -> tuple[FoundSession, ...]:
    """Look for the sessions of the project in *cwd*, or of all projects for None."""
    return tuple(
        found
        for project in (
            [home.project(cwd)] if cwd else _directories(home.project(Path("/")).parent)
        )
        for directory in _directories(project / SESSIONS)
        if (found := _found(home, directory))
    )


def _found(home: Home, directory: Path) -> FoundSession | None:
    path = directory.relative_to(home.root).as_posix()
    try:
        status = (directory / SESSION_FILE).stat()
    except OSError:
        return None
    if not path.isprintable():  # nobody's doing; SQLite would not take it
        return None
    return FoundSession(directory, path, status.st_size, status.st_mtime_ns)


def _directories(parent: Path) -> list[Path]:
    try:
        with os.scandir(parent) as entries:
            return [Path(entry) for entry in entries if entry.is_dir()]
    except OSError:
        return []
