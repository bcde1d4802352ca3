from pathlib import Path

import pytest
from instruction_files import write

from sagent.home import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A git repository, on the branch ``feature/x``."""
    write(tmp_path / "project/.git/HEAD", "ref: refs/heads/feature/x\n")
    return tmp_path / "project"
