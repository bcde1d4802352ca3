import stat
from pathlib import Path

import pytest

from sagent.home import Home
from sagent.prompt import load_memory
from sagent.prompt._memory import MOST_BYTES, MOST_LINES


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "a" / "home")


def keep(home: Home, cwd: Path, text: str) -> None:
    directory = home.project(cwd) / "memory"
    directory.mkdir(parents=True)
    (directory / "MEMORY.md").write_text(text)


def test_the_directory_is_made_for_its_owner_alone(home: Home, tmp_path: Path) -> None:
    memory = load_memory(cwd=tmp_path, home=home)

    project = home.project(tmp_path)

    assert memory.directory == project / "memory"
    for directory in (project / "memory", project, home.root):
        assert stat.S_IMODE(directory.stat().st_mode) == 0o700


def test_a_project_without_memory_has_an_empty_one(home: Home, tmp_path: Path) -> None:
    memory = load_memory(cwd=tmp_path, home=home)

    assert (memory.index, memory.size_bytes, memory.warnings) == ("", 0, ())


def test_the_index_is_read(home: Home, tmp_path: Path) -> None:
    keep(home, tmp_path, "- tests.md: how tests run\n")

    memory = load_memory(cwd=tmp_path, home=home)

    assert (memory.index, memory.size_bytes) == ("- tests.md: how tests run", 26)


@pytest.mark.parametrize(
    "text", ["- a line\n" * (MOST_LINES + 1), ("x" * 999 + "\n") * 26, "x" * 30_000]
)
def test_an_index_that_is_too_long_is_cut_and_told(text: str, home: Home, tmp_path: Path) -> None:
    keep(home, tmp_path, text)

    memory = load_memory(cwd=tmp_path, home=home)
    kept, _, last = memory.index.rpartition("\n")

    assert text.startswith(kept)
    assert len(kept) <= MOST_BYTES
    assert kept.count("\n") < MOST_LINES
    assert "goes on" in last
    assert len(memory.warnings) == 1


def test_where_no_directory_can_be_made_there_is_no_memory(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    memory = load_memory(cwd=tmp_path, home=Home(tmp_path / "file" / "home"))

    assert memory.directory is None
    assert "could not be made" in memory.warnings[0]


def test_an_index_that_cannot_be_read_is_told(home: Home, tmp_path: Path) -> None:
    (home.project(tmp_path) / "memory" / "MEMORY.md").mkdir(parents=True)

    memory = load_memory(cwd=tmp_path, home=home)

    assert memory.directory
    assert "it is a directory" in memory.warnings[0]
