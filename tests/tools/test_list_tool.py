import os
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from sagent.lib.json import JSON
from sagent.message import JsonMessage, is_error, response_text
from sagent.tool import Binding, Workspace
from sagent.tools import List

type Use = Callable[..., Awaitable[str]]

SHOWN = "List or Glob shows what there is"


@pytest.fixture
def listing(tmp_path: Path) -> Use:
    tool = List().bind(Binding(agent="lister", workspace=Workspace(tmp_path)))

    async def use(path: str = ".", **more: bool | int) -> str:
        directive: dict[str, JSON] = {"path": path}
        result = await tool.run(JsonMessage(directive | more))
        return ("ERROR " if is_error(result) else "") + response_text(result)

    return use


async def test_names_are_sorted_and_directories_marked(tmp_path: Path, listing: Use) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "c").touch()
    (tmp_path / "a").symlink_to("b")

    assert await listing() == "a/\nb/\nc"


async def test_hidden_names_are_shown_when_asked_for(tmp_path: Path, listing: Use) -> None:
    (tmp_path / ".a").touch()

    assert await listing() == "(empty)"
    assert await listing(show_hidden=True) == ".a"


async def test_a_long_listing_has_size_and_time(tmp_path: Path, listing: Use) -> None:
    (tmp_path / "a").write_text("hello")
    os.utime(tmp_path / "a", (0, 0))
    (tmp_path / "gone").symlink_to("nowhere")

    lines = (await listing(long=True)).split("\n")

    assert lines[0] == "           5 1970-01-01 00:00 a"
    assert re.fullmatch(r" *\d+ \d{4}-\d\d-\d\d \d\d:\d\d gone", lines[1])


async def test_more_than_the_limit_is_told(tmp_path: Path, listing: Use) -> None:
    (tmp_path / "a").touch()
    (tmp_path / "b").touch()

    assert await listing(max_results=1) == "a\n... (1 more; raise max_results)"


async def test_what_is_no_directory_is_told(tmp_path: Path, listing: Use) -> None:
    (tmp_path / "a").touch()

    assert await listing("a") == f"ERROR Not a directory: {tmp_path}/a. Use Read on a file"
    assert await listing("b") == f"ERROR File not found: {tmp_path}/b. {SHOWN}"
