from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test a user who never ran sagent."""
    root = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(root))
    monkeypatch.setenv("SAGENT_HOME", str(root / ".sagent"))
    return root / ".sagent"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Give a directory that is a project of its own."""
    directory = tmp_path / "project"
    directory.mkdir()
    return directory
