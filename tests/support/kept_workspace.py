import subprocess
from pathlib import Path

import attrs


@attrs.frozen
class KeptWorkspace:
    """A workspace, and where its snapshots go."""

    root: Path
    store: Path

    @classmethod
    def below(cls, directory: Path) -> "KeptWorkspace":
        place = cls(directory / "workspace", directory / "session" / "files.git")
        place.root.mkdir()
        return place

    def write(self, name: str, content: str | bytes = "") -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def git(self, *arguments: str, cwd: str = ".") -> None:
        names = ("-c", "user.name=user", "-c", "user.email=user@localhost")
        subprocess.run(
            ["git", *names, *arguments], cwd=self.root / cwd, check=True, capture_output=True
        )

    def files(self) -> dict[str, object]:
        """Everything that is there: a content with its permissions, or where a link leads."""
        return {
            str(path.relative_to(self.root)): _state(path)
            for path in self.root.rglob("*")
            if path.is_symlink() or path.is_file()
        }


def _state(path: Path) -> object:
    return path.readlink() if path.is_symlink() else (path.read_bytes(), path.stat().st_mode)
