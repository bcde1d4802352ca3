import errno
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import trio

from sagent.message import JsonMessage, is_error, response_text
from sagent.tool import Binding, Workspace
from sagent.tools import Read, Write

type Use = Callable[..., Awaitable[str]]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


@pytest.fixture
def write(workspace: Workspace) -> Use:
    tool = Write().bind(Binding(agent="writer", workspace=workspace))

    async def use(name: str, content: str) -> str:
        result = await tool.run(JsonMessage({"file_path": name, "content": content}))
        return ("ERROR " if is_error(result) else "") + response_text(result)

    return use


@pytest.fixture
def read(workspace: Workspace) -> Use:
    tool = Read().bind(Binding(agent="writer", workspace=workspace))

    async def use(name: str) -> str:
        return response_text(await tool.run(JsonMessage({"file_path": name})))

    return use


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_a_new_file_is_written_with_its_directories(tmp_path: Path, write: Use) -> None:
    text = await write("new/folder/a.txt", "é\n")

    assert text == f"Wrote 3 bytes to {tmp_path}/new/folder/a.txt"
    assert (tmp_path / "new/folder/a.txt").read_bytes() == b"\xc3\xa9\n"


async def test_a_file_that_was_not_read_is_not_replaced(tmp_path: Path, write: Use) -> None:
    (tmp_path / "a.txt").write_text("precious")

    text = await write("a.txt", "x")

    assert text == f"ERROR File not yet read: {tmp_path}/a.txt. Read it first, then write it"
    assert (tmp_path / "a.txt").read_text() == "precious"


async def test_a_file_that_was_read_is_replaced(tmp_path: Path, read: Use, write: Use) -> None:
    (tmp_path / "a.txt").write_text("old")
    await read("a.txt")

    await write("a.txt", "new")

    assert (tmp_path / "a.txt").read_text() == "new"


async def test_a_file_that_changed_since_it_was_read_is_not_replaced(
    tmp_path: Path, read: Use, write: Use
) -> None:
    (tmp_path / "a.txt").write_text("old")
    await read("a.txt")
    (tmp_path / "a.txt").write_text("somebody else's")

    text = await write("a.txt", "new")

    assert text.endswith("a.txt has been modified since it was read: read it again")
    assert (tmp_path / "a.txt").read_text() == "somebody else's"


async def test_what_an_agent_wrote_it_may_write_again(tmp_path: Path, write: Use) -> None:
    await write("a.txt", "one")

    await write("a.txt", "two")

    assert (tmp_path / "a.txt").read_text() == "two"


async def test_the_mode_of_a_replaced_file_stays(tmp_path: Path, read: Use, write: Use) -> None:
    (tmp_path / "run.sh").write_text("old")
    (tmp_path / "run.sh").chmod(0o751)
    await read("run.sh")

    await write("run.sh", "new")

    assert (tmp_path / "run.sh").stat().st_mode & 0o7777 == 0o751


async def test_a_new_file_follows_the_umask(tmp_path: Path, write: Use) -> None:
    before = os.umask(0o027)
    try:
        await write("a.txt", "x")
    finally:
        os.umask(before)

    assert (tmp_path / "a.txt").stat().st_mode & 0o7777 == 0o640


async def test_a_link_stays_and_its_target_is_written(
    tmp_path: Path, read: Use, write: Use
) -> None:
    (tmp_path / "target.txt").write_text("old")
    (tmp_path / "link").symlink_to("target.txt")
    await read("link")

    await write("link", "new")

    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target.txt").read_text() == "new"


async def test_links_in_a_circle_are_told(tmp_path: Path, write: Use) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")

    text = await write("a", "x")

    assert text == f"ERROR {tmp_path}/a: its symbolic links go round in a circle"


async def test_a_directory_is_not_written(tmp_path: Path, write: Use) -> None:
    assert "is a directory" in await write(str(tmp_path), "x")


async def test_a_file_in_the_place_of_a_directory_is_told(tmp_path: Path, write: Use) -> None:
    (tmp_path / "a").write_text("x")

    assert (await write("a/b.txt", "x")).startswith("ERROR ")


async def test_a_write_that_fails_leaves_everything_as_it_was(
    tmp_path: Path, read: Use, write: Use, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.txt").write_text("old")
    await read("a.txt")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, f"No space left on device {descriptor >= 0}")

    monkeypatch.setattr(os, "fsync", full)
    text = await write("a.txt", "new")

    assert text.startswith(f"ERROR cannot write {tmp_path}/a.txt: No space left")
    assert "its old content is kept" in text
    assert names_in(tmp_path) == ["a.txt"]
    assert (tmp_path / "a.txt").read_text() == "old"


async def test_a_cancelled_write_leaves_everything_as_it_was(tmp_path: Path, write: Use) -> None:
    with trio.CancelScope() as scope:
        scope.cancel()
        await write("a.txt", "new")

    assert scope.cancelled_caught
    assert names_in(tmp_path) == []


async def test_half_a_character_is_told(write: Use) -> None:
    text = await write("a.txt", "ab\ud83d")

    assert text.startswith("ERROR content: character 2 is half of a surrogate pair ('\\ud83d')")
