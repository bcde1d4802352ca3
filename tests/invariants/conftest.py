from collections.abc import Iterator
from pathlib import Path

import pytest

from sagent.home import Home
from sagent.session import Session, create_session


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def session(home: Home, tmp_path: Path) -> Iterator[Session]:
    with create_session(home, cwd=tmp_path, durability="none") as session:
        yield session
