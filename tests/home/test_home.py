from pathlib import Path

import pytest

from sagent.errors import UsageError
from sagent.home import Home


def test_directories_whose_names_differ_in_one_separator_are_two_projects() -> None:
    home = Home(Path("/h"))

    assert home.project(Path("/a/b")) != home.project(Path("/a-b"))


def test_a_project_is_readable_by_its_name() -> None:
    assert Home(Path("/h")).project(Path("/srv/my app")).name.startswith("srv-my-app-")


def test_a_link_to_a_directory_is_the_same_project(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    home = Home(tmp_path)

    assert home.project(tmp_path / "link") == home.project(tmp_path / "real")


def test_any_directory_gets_a_name_that_a_file_system_takes(tmp_path: Path) -> None:
    home = Home(tmp_path)

    assert home.project(Path("/")).name
    assert len(home.project(Path("/" + "x" * 4000)).name) < 100


def test_a_variable_names_the_directory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SAGENT_HOME", str(tmp_path / "elsewhere"))

    assert Home.default().root == tmp_path / "elsewhere"


def test_without_a_variable_it_is_in_the_users_home(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("SAGENT_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))

    assert Home.default().root == tmp_path / ".sagent"


@pytest.mark.parametrize("user", ["", "rel", "./x"])
def test_a_users_home_that_is_no_place_is_not_taken(
    monkeypatch: pytest.MonkeyPatch, user: str
) -> None:
    monkeypatch.delenv("SAGENT_HOME", raising=False)
    monkeypatch.setenv("HOME", user)

    with pytest.raises(UsageError, match="set SAGENT_HOME"):
        Home.default()
