"""No symbolic link leads the file tools out of the workspace, whoever makes it and when."""

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import trio

from sagent.lib.json import JSON
from sagent.message import JsonMessage, is_error, response_text
from sagent.process import open_process
from sagent.tool import Binding, Workspace, _exact
from sagent.tools import TOOLS

type Use = Callable[..., Awaitable[str]]

_FLIP = """
import os, sys
link, inside, outside = sys.argv[1:]
while True:
    for target in (inside, outside):
        os.symlink(target, link + ".new")
        os.rename(link + ".new", link)
"""
_SECRET = "the secret of somebody else"


@pytest.fixture
def inside(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/a.txt").write_text(_SECRET)
    return tmp_path / "out"


@pytest.fixture
def workspace(inside: Path) -> Workspace:
    return Workspace(inside)


@pytest.fixture(params=["at once", "by steps"])
def use(
    workspace: Workspace, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Use:
    if request.param == "by steps":
        monkeypatch.setattr("sagent.tools._place.open_exact", _exact.open_by_steps)
        monkeypatch.setattr("sagent.tools._slot.open_exact", _exact.open_by_steps)
        monkeypatch.setattr("sagent.tools._walk.open_exact", _exact.open_by_steps)

    async def call(name: str, **directive: JSON) -> str:
        tool = TOOLS[name]().bind(Binding(agent="any", workspace=workspace))
        result = await tool.run(JsonMessage(directive))
        return ("ERROR " if is_error(result) else "") + response_text(result)

    return call


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def put_in_place_of(folder: Path, other: Path) -> None:
    folder.rename(folder.with_name("moved"))
    folder.symlink_to(other)


async def test_a_link_that_leads_out_is_told_with_where_it_leads(
    inside: Path, outside: Path, use: Use
) -> None:
    (inside / "link").symlink_to(outside)

    text = await use("Read", file_path="link/a.txt")

    assert text == (
        f"ERROR {inside}/link/a.txt leads out of the workspace, to {outside}/a.txt: "
        f"name {outside}/a.txt itself, if that is meant"
    )


@pytest.mark.parametrize(
    ("name", "directive"),
    [
        ("Read", {"file_path": "link/a.txt"}),
        ("Write", {"file_path": "link/new.txt", "content": "x"}),
        ("Write", {"file_path": "link/new/folder/b.txt", "content": "x"}),
        ("Edit", {"file_path": "link/a.txt", "old_string": "the", "new_string": "x"}),
        ("List", {"path": "link"}),
        ("Glob", {"pattern": "*", "path": "link"}),
        ("Glob", {"pattern": "link/*"}),
        ("Glob", {"pattern": "link/a.txt"}),
        ("Grep", {"pattern": "secret", "path": "link"}),
        ("Grep", {"pattern": "secret", "path": "link/a.txt"}),
    ],
)
async def test_no_tool_goes_through_a_link_that_leads_out(
    inside: Path, outside: Path, use: Use, name: str, directive: dict[str, JSON]
) -> None:
    (inside / "link").symlink_to(outside)

    text = await use(name, **directive)

    assert "leads out of the workspace" in text
    assert names_in(outside) == ["a.txt"]
    assert (outside / "a.txt").read_text() == _SECRET


async def test_a_link_that_a_command_made_is_not_written_through(
    inside: Path, outside: Path, use: Use
) -> None:
    await use("Bash", command=f"ln -s {outside}/a.txt notes.txt")

    text = await use("Write", file_path="notes.txt", content="overwritten")

    assert "leads out of the workspace" in text
    assert (outside / "a.txt").read_text() == _SECRET


async def test_a_link_to_what_is_not_there_yet_is_not_written_through(
    inside: Path, outside: Path, use: Use
) -> None:
    (inside / "new.txt").symlink_to(outside / "new.txt")

    assert "leads out" in await use("Write", file_path="new.txt", content="x")
    assert not (outside / "new.txt").exists()


@pytest.mark.parametrize("to", ["real", "{inside}/real"])
async def test_a_link_that_stays_inside_works(inside: Path, use: Use, to: str) -> None:
    (inside / "real").mkdir()
    (inside / "real/a.txt").write_text("one")
    (inside / "link").symlink_to(to.format(inside=inside))

    assert await use("Read", file_path="link/a.txt") == "1\tone"
    assert not (await use("Write", file_path="link/a.txt", content="two")).startswith("ERROR")
    assert (inside / "real/a.txt").read_text() == "two"


async def test_a_link_to_another_root_works(
    inside: Path, outside: Path, workspace: Workspace, use: Use
) -> None:
    (inside / "link").symlink_to(outside)

    workspace.add_root(outside)

    assert await use("Read", file_path="link/a.txt") == f"1\t{_SECRET}"


async def test_a_name_that_is_plainly_outside_is_what_it_leads_to(
    outside: Path, tmp_path: Path, use: Use
) -> None:
    (tmp_path / "link").symlink_to(outside)

    assert await use("Read", file_path=f"{tmp_path}/link/a.txt") == f"1\t{_SECRET}"


async def test_a_link_in_the_place_of_the_workspace_is_not_the_workspace(
    inside: Path, outside: Path, use: Use
) -> None:
    put_in_place_of(inside, outside)

    assert "leads out of the workspace" in await use("Read", file_path="a.txt")


async def test_a_name_in_the_workspace_may_be_reached_through_a_link_to_it(
    inside: Path, tmp_path: Path
) -> None:
    (inside / "a.txt").write_text("one")
    (tmp_path / "way").symlink_to(inside)
    tool = TOOLS["Read"]().bind(Binding(agent="any", workspace=Workspace(tmp_path / "way")))

    assert response_text(await tool.run(JsonMessage({"file_path": "a.txt"}))) == "1\tone"


async def test_links_that_flip_never_lead_out(inside: Path, outside: Path, use: Use) -> None:
    await _race(inside, outside, use, rounds=20)


@pytest.mark.slow
async def test_links_that_flip_for_long_never_lead_out(
    inside: Path, outside: Path, use: Use
) -> None:
    await _race(inside, outside, use, rounds=300)


def _saw_both(said: list[str]) -> bool:
    """Tell whether the link was seen to lead to either place."""
    led_out = any("leads out" in text for text in said)
    return led_out and any(text.startswith("1\tmine") for text in said)


async def _race(inside: Path, outside: Path, use: Use, *, rounds: int) -> None:
    (inside / "real").mkdir()
    (inside / "real/a.txt").write_text("mine the")
    flip = [sys.executable, "-c", _FLIP, f"{inside}/link", f"{inside}/real", str(outside)]
    said: list[str] = []
    async with open_process(flip):
        while not (inside / "link").is_symlink():
            await trio.sleep(0.01)
        with trio.fail_after(100):
            while len(said) < 6 * rounds or not _saw_both(said):
                said += (
                    await use("Read", file_path="link/a.txt"),
                    await use("List", path="link", show_hidden=True),
                    await use("Glob", pattern="link/*"),
                    await use("Write", file_path="link/a.txt", content="mine the"),
                    await use("Write", file_path=f"link/{len(said)}/b.txt", content="mine"),
                    await use("Edit", file_path="link/a.txt", old_string="the", new_string="the "),
                )

    assert not any(_SECRET in text for text in said)
    assert names_in(outside) == ["a.txt"]
    assert (outside / "a.txt").read_text() == _SECRET
