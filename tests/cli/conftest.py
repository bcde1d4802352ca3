import os
from pathlib import Path

import pytest
from command import Command

from sagent.providers.local import default_cache_dir


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test a user who never ran sagent; models that are on this machine stay at hand."""
    models = default_cache_dir(os.environ)
    root = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(root))
    monkeypatch.setenv("SAGENT_HOME", str(root / ".sagent"))
    monkeypatch.setenv("SAGENT_CACHE_DIR", str(models))
    return root / ".sagent"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a directory that is a project of its own, and work in it."""
    directory = tmp_path / "project"
    directory.mkdir()
    monkeypatch.chdir(directory)
    return directory


@pytest.fixture
def sagent(capfdbinary: pytest.CaptureFixture[bytes]) -> Command:
    """Run the command within this process."""
    return Command(capfdbinary)
