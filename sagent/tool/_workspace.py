import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import attrs


@attrs.frozen
class FileStamp:
    """A file's state when it was last seen."""

    mtime_ns: int
    size_bytes: int

    @classmethod
    def of(cls, status: os.stat_result) -> "FileStamp":
        """Take the stamp out of *status*."""
        return cls(status.st_mtime_ns, status.st_size)


def _here() -> Path:
    return Path.cwd()


@attrs.define
class Workspace:
    """One agent's place in the file system, shared by its tools.

    Names that are not absolute start at `cwd`, which follows the shell's ``cd``.
    """

    cwd: Path = attrs.field(factory=_here)
    _seen: dict[Path, FileStamp] = attrs.field(factory=dict[Path, FileStamp], init=False)

    def resolve(self, name: str) -> Path:
        """Give the absolute path that *name* stands for; ``~`` is the home directory."""
        return Path(os.path.normpath(self.cwd / Path(name).expanduser()))

    def saw(self, path: Path, stamp: FileStamp) -> None:
        """Remember that the agent knows *path* as it is at *stamp*."""
        self._seen[path] = stamp

    @property
    def seen(self) -> Mapping[Path, FileStamp]:
        """The files that the agent knows, each as it was when it last saw it."""
        return MappingProxyType(self._seen)

    def last_seen(self, path: Path) -> FileStamp | None:
        """Give the state in which the agent knows *path*, if it does."""
        return self._seen.get(path)
