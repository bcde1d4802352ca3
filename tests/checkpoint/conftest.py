from pathlib import Path

import pytest
from kept_workspace import KeptWorkspace


@pytest.fixture
def place(tmp_path: Path) -> KeptWorkspace:
    return KeptWorkspace.below(tmp_path)
