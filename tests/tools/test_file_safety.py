"""What happens to files where something is in the way, or somebody else is at work."""

import errno
import os
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import trio
from full_disk import files_of_at_most
from hypothesis import given
from hypothesis import strategies as st

from sagent.lib.json import JSON
from sagent.message import Descriptor, JsonMessage, Message, MultipartMessage, is_error
from sagent.message import response_text as text_of
from sagent.tool import Binding, Workspace
from sagent.tools import TOOLS
from sagent.tools._line_changes import line_changes
from sagent.tools._line_ends import applied

type Use = Callable[..., Awaitable[Message]]

as_another = pytest.mark.skipif(os.getuid() != 0, reason="only root can give files away")


def user_of(workspace: Workspace) -> Use:
    async def call(name: str, file_path: str, **directive: JSON) -> Message:
        tool = TOOLS[name]().bind(Binding(agent="any", workspace=workspace))
        return await tool.run(JsonMessage({"file_path": file_path} | directive))

    return call


@pytest.fixture
def use(tmp_path: Path) -> Use:
    return user_of(Workspace(tmp_path))


def diff_of(message: Message) -> list[str]:
    assert isinstance(message, MultipartMessage)
    assert message.content[1].descriptor == Descriptor.DIFF
    return str(message.content[1].content).split("\n")


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_a_write_has_a_diff_as_an_edit_has(tmp_path: Path, use: Use) -> None:
    (tmp_path / "a.txt").write_text("".join(f"{n}\n" for n in range(1, 30)))
    await use("Read", "a.txt")

    new = "".join(f"{n}\n" for n in range(1, 30) if n != 4).replace("20\n", "twenty\n")
    diff = diff_of(await use("Write", "a.txt", content=new))

    assert [line for line in diff if line[0] in "+-@"] == [
        "--- a.txt",
        "+++ a.txt",
        "@@ -1,7 +1,6 @@",
        "-4",
        "@@ -17,7 +16,7 @@",
        "-20",
        "+twenty",
    ]


async def test_the_diff_of_a_new_file_is_all_of_it(tmp_path: Path, use: Use) -> None:
    assert diff_of(await use("Write", "a.txt", content="one\ntwo")) == [
        "--- a.txt",
        "+++ a.txt",
        "@@ -0,0 +1,2 @@",
        "+one",
        "+two",
    ]


async def test_the_diff_of_a_large_file_ends_early(tmp_path: Path, use: Use) -> None:
    diff = diff_of(await use("Write", "a.txt", content="x\n" * 100_000))

    assert len(diff) < 2100
    assert diff[-1] == "... (the diff goes on)"


@given(old=st.text("ab\r\n", max_size=20), new=st.text("ab\r\n", max_size=20))
def test_line_changes_lead_from_one_text_to_the_other(old: str, new: str) -> None:
    assert applied(old, line_changes(old, new)) == new


@pytest.mark.parametrize(
    ("name", "directive"),
    [("Write", {"content": "new"}), ("Edit", {"old_string": "old", "new_string": "new"})],
)
async def test_a_file_of_several_names_is_parted_from_them_and_that_is_told(
    tmp_path: Path, use: Use, name: str, directive: dict[str, JSON]
) -> None:
    (tmp_path / "a.txt").write_text("old")
    (tmp_path / "b.txt").hardlink_to(tmp_path / "a.txt")
    await use("Read", "a.txt")

    result = await use(name, "a.txt", **directive)

    assert "Its 1 other names (hard links) keep the old content" in text_of(result)
    assert (tmp_path / "a.txt").read_text() == "new"
    assert (tmp_path / "b.txt").read_text() == "old"


@as_another
async def test_the_owner_of_a_file_stays(tmp_path: Path, use: Use) -> None:
    (tmp_path / "a.txt").write_text("old")
    os.chown(tmp_path / "a.txt", 1234, 2345)

    await use("Edit", "a.txt", old_string="old", new_string="new")

    status = (tmp_path / "a.txt").stat()
    assert (status.st_uid, status.st_gid) == (1234, 2345)


async def test_a_file_that_finds_no_room_keeps_its_old_content(tmp_path: Path, use: Use) -> None:
    (tmp_path / "a.txt").write_text("old")
    await use("Read", "a.txt")

    with files_of_at_most(4096):
        wrote = await use("Write", "a.txt", content="x" * 10_000)
        edited = await use("Edit", "a.txt", old_string="old", new_string="x" * 10_000)

    reason = os.strerror(errno.EFBIG)
    for result in (wrote, edited):
        assert is_error(result)
        assert text_of(result).startswith(
            f"cannot write {tmp_path}/a.txt: {reason}; its old content is kept."
        )
    assert names_in(tmp_path) == ["a.txt"]
    assert (tmp_path / "a.txt").read_text() == "old"


@pytest.mark.parametrize(
    ("name", "directive"),
    [
        ("Read", {}),
        ("Write", {"content": "new"}),
        ("Edit", {"old_string": "old", "new_string": "new"}),
        ("MultiEdit", {"edits": [{"old_string": "old", "new_string": "new"}]}),
    ],
)
@pytest.mark.parametrize("place", ["folder", "pipe", "/dev/null"])
async def test_what_is_no_regular_file_is_told_without_touching_it(
    tmp_path: Path, use: Use, name: str, directive: dict[str, JSON], place: str
) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")

    with trio.fail_after(5):
        result = await use(name, place, **directive)

    assert is_error(result)
    assert re.search("is (a directory|a named pipe|a device), not a", text_of(result))


@pytest.mark.parametrize(
    ("name", "directive"),
    [("Write", {"content": "new"}), ("Edit", {"old_string": "old", "new_string": "new"})],
)
async def test_a_part_of_a_path_that_is_a_file_is_told(
    tmp_path: Path, use: Use, name: str, directive: dict[str, JSON]
) -> None:
    (tmp_path / "a.txt").write_text("old")

    text = text_of(await use(name, "a.txt/b.txt", **directive))

    assert text == f"{tmp_path}/a.txt/b.txt: a part of its path is a file, not a directory"


async def test_names_with_line_ends_are_shown_in_one_line(tmp_path: Path, use: Use) -> None:
    await use("Write", "two\nlines.txt", content="here")

    assert text_of(await use("Read", "two\nlines.txt")) == "1\there"
    listed = (
        await TOOLS["List"]()
        .bind(Binding(agent="any", workspace=Workspace(tmp_path)))
        .run(JsonMessage({"path": "."}))
    )
    assert text_of(listed) == "two\\nlines.txt"


async def test_names_that_are_no_utf8_are_shown(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9.txt")).write_text("here\n")
    binding = Binding(agent="any", workspace=Workspace(tmp_path))

    found = [
        text_of(await TOOLS[name]().bind(binding).run(JsonMessage(directive)))
        for name, directive in (
            ("List", {"path": "."}),
            ("Glob", {"pattern": "*"}),
            ("Grep", {"pattern": "here"}),
        )
    ]

    assert found[0] == found[1] == "caf?.txt"
    assert found[2].startswith("caf")


async def test_of_two_agents_that_edit_one_file_the_second_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("one two")
    first, second = user_of(Workspace(tmp_path)), user_of(Workspace(tmp_path))
    await first("Read", "a.txt")
    await second("Read", "a.txt")

    await first("Edit", "a.txt", old_string="one", new_string="1")
    result = await second("Edit", "a.txt", old_string="two", new_string="2")

    assert "has been modified since it was read: read it again" in text_of(result)
    assert (tmp_path / "a.txt").read_text() == "1 two"


async def test_nothing_is_lost_of_many_edits_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("".join(f"<{n}>" for n in range(20)))
    results: dict[int, Message] = {}

    async def edit(number: int) -> None:
        use = user_of(Workspace(tmp_path))
        results[number] = await use(
            "Edit", "a.txt", old_string=f"<{number}>", new_string=f"[{number}]"
        )

    async with trio.open_nursery() as nursery:
        for number in range(20):
            nursery.start_soon(edit, number)

    refused = {number for number, result in results.items() if is_error(result)}
    assert len(refused) < 20
    assert (tmp_path / "a.txt").read_text() == "".join(
        f"<{n}>" if n in refused else f"[{n}]" for n in range(20)
    )
