import os
from pathlib import Path

import attrs

from sagent.home import Home


def real(path: Path) -> Path:
    """Follow the links of *path*, as far as they lead."""
    return Path(os.path.realpath(path))


def absolute(path: Path) -> Path:
    """Give *path* from the root, without ``.`` and ``..``."""
    return Path(os.path.normpath(path.absolute()))


@attrs.frozen(kw_only=True)
class Reach:
    """From where a project's files may be read, by name, by link or by include.

    That is the project, and of the user's own directory what is written to be read: Markdown
    outside the sessions and memories of projects. Else a cloned repository could have any file
    of this machine sent to a model.
    """

    roots: tuple[Path, ...]
    home: Path

    @classmethod
    def of(cls, home: Home, *roots: Path) -> "Reach":
        """Make it of directories by any of their names."""
        return cls(roots=tuple(map(real, roots)), home=real(home.root))

    def holds(self, directory: Path) -> bool:
        """Tell whether *directory*, free of links, may be looked through."""
        return any(directory.is_relative_to(root) for root in self.roots)

    def fault(self, path: Path) -> str:
        """Tell why *path*, by any of its names, may not be read; "" if it may."""
        return "" if self.admits(real(path)) else "it lies outside the project"

    def admits(self, path: Path) -> bool:
        """Tell whether *path*, free of links, may be read."""
        if path.is_relative_to(self.home):
            kept = path.is_relative_to(self.home / "projects")
            return path.suffix == ".md" and not kept
        return self.holds(path)
