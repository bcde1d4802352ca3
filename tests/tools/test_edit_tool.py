import codecs
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st

from sagent.message import Descriptor, JsonMessage, Message, MultipartMessage, is_error
from sagent.message import response_text as text_of
from sagent.tool import Binding, Workspace
from sagent.tools import Edit, Read

type Use = Callable[..., Awaitable[Message]]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


@pytest.fixture
def edit(workspace: Workspace) -> Use:
    tool = Edit().bind(Binding(agent="editor", workspace=workspace))

    async def use(old: str, new: str, **more: bool | str) -> Message:
        directive = {"file_path": "a.txt", "old_string": old, "new_string": new} | more
        return await tool.run(JsonMessage(directive))

    return use


def diff_of(message: Message) -> str:
    assert isinstance(message, MultipartMessage)
    part = message.content[1]
    assert part.descriptor == Descriptor.DIFF
    assert isinstance(part.content, str)
    return part.content


async def test_the_text_is_replaced_and_the_count_told(tmp_path: Path, edit: Use) -> None:
    (tmp_path / "a.txt").write_text("one two three")

    result = await edit("two", "2")

    assert text_of(result) == f"Replaced 1 occurrence(s) in {tmp_path}/a.txt"
    assert (tmp_path / "a.txt").read_text() == "one 2 three"


async def test_the_result_carries_a_diff_for_people(tmp_path: Path, edit: Use) -> None:
    (tmp_path / "a.txt").write_text("".join(f"{n}\n" for n in range(1, 10)))

    result = await edit("5\n", "five\n")

    assert diff_of(result) == (
        "--- a.txt\n+++ a.txt\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8"
    )


async def test_places_far_apart_are_hunks_of_their_own(tmp_path: Path, edit: Use) -> None:
    (tmp_path / "a.txt").write_text("x\n" + "line\n" * 20 + "x\n")

    result = await edit("x", "y\nz", replace_all=True)

    assert [line for line in diff_of(result).split("\n") if line.startswith("@@")] == [
        "@@ -1,4 +1,5 @@",
        "@@ -19,4 +20,5 @@",
    ]


async def test_all_places_change_when_asked_to(tmp_path: Path, edit: Use) -> None:
    (tmp_path / "a.txt").write_text("a a\na")

    result = await edit("a", "b", replace_all=True)

    assert text_of(result).startswith("Replaced 3 occurrence(s)")
    assert (tmp_path / "a.txt").read_text() == "b b\nb"


async def test_several_places_are_told_with_their_lines(tmp_path: Path, edit: Use) -> None:
    (tmp_path / "a.txt").write_text("x = 1\ny\nx = 1\n")

    result = await edit("x = 1", "x = 2")

    assert is_error(result)
    assert text_of(result) == (
        f"old_string found 2 times in {tmp_path}/a.txt (lines 1, 3): include more of the text "
        "around the one you mean, or set replace_all"
    )


async def test_what_is_not_there_is_told_with_the_nearest_line(tmp_path: Path, edit: Use) -> None:
    (tmp_path / "a.txt").write_text("def one():\n    return first_value\n")

    result = await edit("    return frist_value", "x")

    assert text_of(result) == (
        f"old_string not found in {tmp_path}/a.txt. The nearest is line 2: 'return first_value'. "
        "Read it again and copy it exactly, with its indentation."
    )


async def test_the_nearest_of_many_lines_that_are_much_alike_is_told(
    tmp_path: Path, edit: Use
) -> None:
    lines = [f"register(item_{number:05}, weight=1, size={number})" for number in range(5000)]
    (tmp_path / "a.txt").write_text("\n".join(lines))

    result = await edit("register(item_01234, weight=1, size=12345)", "x")

    assert f"The nearest is line 1235: {lines[1234]!r}." in text_of(result)


async def test_many_lines_are_sought_among_many_that_are_like_them(
    tmp_path: Path, edit: Use
) -> None:
    (tmp_path / "a.txt").write_text("\n" * 3_000_000 + "end\n")

    result = await edit("\n" * 10_000 + "end", "x")

    assert text_of(result) == f"Replaced 1 occurrence(s) in {tmp_path}/a.txt"
    assert (tmp_path / "a.txt").read_text() == "\n" * 2_990_000 + "x\n"


async def test_a_copied_line_number_is_told(tmp_path: Path, edit: Use) -> None:
    (tmp_path / "a.txt").write_text("def one():\n")

    assert "leave the numbers out" in text_of(await edit("1\tdef one():", "x"))


async def test_an_empty_and_an_unchanged_string_are_told(tmp_path: Path, edit: Use) -> None:
    (tmp_path / "a.txt").write_text("x")

    assert text_of(await edit("", "x")).startswith("old_string cannot be empty")
    assert text_of(await edit("x", "x")).startswith("old_string and new_string are the same")


async def test_a_file_need_not_be_read_before(tmp_path: Path, edit: Use) -> None:
    (tmp_path / "a.txt").write_text("x")

    assert not is_error(await edit("x", "y"))


async def test_a_file_that_changed_since_it_was_read_is_refused(
    tmp_path: Path, workspace: Workspace, edit: Use
) -> None:
    (tmp_path / "a.txt").write_text("x")
    read = Read().bind(Binding(agent="editor", workspace=workspace))
    await read.run(JsonMessage({"file_path": "a.txt"}))
    (tmp_path / "a.txt").write_text("x, changed")

    result = await edit("x", "y")

    assert text_of(result).endswith("has been modified since it was read: read it again")
    assert (tmp_path / "a.txt").read_text() == "x, changed"


async def test_edits_of_a_file_that_was_read_follow_each_other(
    tmp_path: Path, workspace: Workspace, edit: Use
) -> None:
    (tmp_path / "a.txt").write_text("one")
    read = Read().bind(Binding(agent="editor", workspace=workspace))
    await read.run(JsonMessage({"file_path": "a.txt"}))

    await edit("one", "two")
    await edit("two", "three")

    assert (tmp_path / "a.txt").read_text() == "three"


async def test_lines_of_a_crlf_file_match_and_stay_crlf(tmp_path: Path, edit: Use) -> None:
    (tmp_path / "a.txt").write_bytes(b"one\r\ntwo\r\nthree\r\n")

    await edit("one\ntwo\n", "1\n1.5\n2\n")

    assert (tmp_path / "a.txt").read_bytes() == b"1\r\n1.5\r\n2\r\nthree\r\n"


async def test_lines_of_a_cr_file_match_and_stay_cr(tmp_path: Path, edit: Use) -> None:
    (tmp_path / "a.txt").write_bytes(b"one\rtwo\rthree")

    await edit("one\ntwo", "1\n2")

    assert (tmp_path / "a.txt").read_bytes() == b"1\r2\rthree"


async def test_mixed_ends_stay_with_their_lines(tmp_path: Path, edit: Use) -> None:
    (tmp_path / "a.txt").write_bytes(b"a\r\nb\nc\rd\r\n")

    await edit("a\nb\nc\nd", "a\nb\nnew\nc\nd")

    assert (tmp_path / "a.txt").read_bytes() == b"a\r\nb\nnew\rc\rd\r\n"


async def test_a_line_put_into_one_line_takes_the_end_around_it(tmp_path: Path, edit: Use) -> None:
    (tmp_path / "a.txt").write_bytes(b"one\r\ntwo")

    await edit("two", "2\n3")

    assert (tmp_path / "a.txt").read_bytes() == b"one\r\n2\r\n3"


async def test_one_crlf_is_not_two_line_ends(tmp_path: Path, edit: Use) -> None:
    (tmp_path / "a.txt").write_bytes(b"one\r\ntwo\r\n\r\nthree")

    await edit("\n\n", "\n")

    assert (tmp_path / "a.txt").read_bytes() == b"one\r\ntwo\r\nthree"


async def test_a_written_cr_is_taken_as_it_is(tmp_path: Path, edit: Use) -> None:
    (tmp_path / "a.txt").write_bytes(b"one\r\ntwo\r\n")

    await edit("one\r\n", "one\n")

    assert (tmp_path / "a.txt").read_bytes() == b"one\ntwo\r\n"


async def test_a_character_that_the_encoding_lacks_is_told(tmp_path: Path, edit: Use) -> None:
    (tmp_path / "a.txt").write_bytes(b"caf\xe9")

    result = await edit("caf", "€")

    assert text_of(result).startswith("the file's encoding, latin-1, has no '\\u20ac'")
    assert (tmp_path / "a.txt").read_bytes() == b"caf\xe9"


async def test_a_binary_file_is_refused(tmp_path: Path, edit: Use) -> None:
    (tmp_path / "a.txt").write_bytes(b"a\0b")

    assert "is a binary file" in text_of(await edit("a", "b"))


async def test_a_missing_file_is_told(tmp_path: Path, edit: Use) -> None:
    assert text_of(await edit("a", "b")).startswith(f"File not found: {tmp_path}/a.txt")


async def test_the_mode_and_the_link_stay(tmp_path: Path, edit: Use) -> None:
    (tmp_path / "target").write_text("x")
    (tmp_path / "target").chmod(0o750)
    (tmp_path / "a.txt").symlink_to("target")

    await edit("x", "y")

    assert (tmp_path / "a.txt").is_symlink()
    assert (tmp_path / "target").read_text() == "y"
    assert (tmp_path / "target").stat().st_mode & 0o7777 == 0o750


_ENCODINGS = [
    ("utf-8", b""),
    ("utf-8", codecs.BOM_UTF8),
    ("utf-16-le", codecs.BOM_UTF16_LE),
    ("utf-16-be", codecs.BOM_UTF16_BE),
    ("latin-1", b""),
]
_TEXT = st.lists(
    st.sampled_from(["a", "é", "ÿ", " ", "\t", "word", "\n", "\r\n", "\r"]), max_size=30
).map("".join)


@given(before=_TEXT, after=_TEXT, encoding=st.sampled_from(_ENCODINGS))
def test_every_other_byte_of_the_file_stays(
    before: str, after: str, encoding: tuple[str, bytes]
) -> None:
    codec, mark = encoding
    head, tail = mark + (before + "é").encode(codec), ("é" + after).encode(codec)

    async def edit(path: Path) -> Message:
        directive = {"file_path": str(path), "old_string": "MARKER", "new_string": "replaced"}
        return await Edit().run(JsonMessage(directive))

    with TemporaryDirectory() as folder:
        path = Path(folder, "a.txt")
        path.write_bytes(head + "MARKER".encode(codec) + tail)
        result = trio.run(edit, path)
        content = path.read_bytes()

    assert not is_error(result)
    assert content == head + "replaced".encode(codec) + tail
