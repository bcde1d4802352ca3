import os
from pathlib import Path

import attrs
import pytest


@attrs.frozen
class Place:
    """A workspace, and where its snapshots go."""

    workspace: Path
    store: Path

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.workspace / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def files(self) -> dict[str, object]:
        """Everything below the workspace: a content with its mode, or where a link leads."""
        return {
            str(path.relative_to(self.workspace)): _state(path)
            for path in sorted(self.workspace.rglob("*"))
            if path.is_symlink() or not path.is_dir()
        }


def _state(path: Path) -> object:
    if path.is_symlink():
        return f"-> {os.readlink(path)}"
    return path.read_bytes(), oct(path.stat().st_mode)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = Place(tmp_path / "workspace", tmp_path / "session" / "files.git")
    place.workspace.mkdir()
    return place
