from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagent.lib.json import JSON
from sagent.message import Descriptor, JsonMessage, Message, MultipartMessage, is_error
from sagent.message import response_text as text_of
from sagent.tool import Binding, Workspace
from sagent.tools import MultiEdit
from sagent.tools._line_ends import Span, applied
from sagent.tools._pieces import Pieces

type Use = Callable[..., Awaitable[Message]]


@pytest.fixture
def edit(tmp_path: Path) -> Use:
    tool = MultiEdit().bind(Binding(agent="editor", workspace=Workspace(tmp_path)))

    async def use(*edits: tuple[str, str], **more: JSON) -> Message:
        listed: list[JSON] = [{"old_string": old, "new_string": new} | more for old, new in edits]
        return await tool.run(JsonMessage({"file_path": "a.txt", "edits": listed}))

    return use


async def test_each_edit_is_made_to_what_the_one_before_gives(tmp_path: Path, edit: Use) -> None:
    (tmp_path / "a.txt").write_text("one two\n")

    result = await edit(("one", "two"), ("two two", "four"))

    assert text_of(result) == f"Replaced 1 + 1 occurrence(s) in {tmp_path}/a.txt"
    assert (tmp_path / "a.txt").read_text() == "four\n"


async def test_none_is_made_if_one_cannot_be_and_that_one_is_told(
    tmp_path: Path, edit: Use
) -> None:
    (tmp_path / "a.txt").write_text("one two\n")

    result = await edit(("one", "1"), ("three", "3"), ("two", "2"))

    assert is_error(result)
    assert text_of(result).startswith(
        f"edit 2 of 3, so nothing was changed: old_string not found in {tmp_path}/a.txt."
    )
    assert (tmp_path / "a.txt").read_text() == "one two\n"


async def test_an_edit_that_cannot_be_meant_is_told_with_its_number(
    tmp_path: Path, edit: Use
) -> None:
    (tmp_path / "a.txt").write_text("one\n")

    assert text_of(await edit(("one", "1"), ("", "x"))).startswith(
        "edit 2 of 2, so nothing was changed: old_string cannot be empty"
    )


async def test_places_are_replaced_everywhere_where_that_is_asked(
    tmp_path: Path, edit: Use
) -> None:
    (tmp_path / "a.txt").write_text("a a\r\na\r\n")

    result = await edit(("a", "b"), ("b\nb", "c\nc"), replace_all=True)

    assert text_of(result).startswith("Replaced 3 + 1 occurrence(s)")
    assert (tmp_path / "a.txt").read_bytes() == b"b c\r\nc\r\n"


async def test_the_diff_is_of_all_edits_together(tmp_path: Path, edit: Use) -> None:
    (tmp_path / "a.txt").write_text("".join(f"{n:02}\n" for n in range(1, 30)))

    result = await edit(("25\n", "25.0\n"), ("05", "five"), ("five", "V"))

    assert isinstance(result, MultipartMessage)
    assert result.content[1].descriptor == Descriptor.DIFF
    lines = str(result.content[1].content).split("\n")
    assert [line for line in lines if line[0] in "+-@"] == [
        "--- a.txt",
        "+++ a.txt",
        "@@ -2,7 +2,7 @@",
        "-05",
        "+V",
        "@@ -22,7 +22,7 @@",
        "-25",
        "+25.0",
    ]


@given(st.data())
def test_changes_that_follow_each_other_are_one_change(data: st.DataObject) -> None:
    original = text = data.draw(st.text("ab", max_size=12))
    pieces = Pieces.of(text)

    for _ in range(data.draw(st.integers(0, 4))):
        places = data.draw(st.lists(st.integers(0, len(text)), max_size=6).map(sorted))
        spans = [
            Span(start, end, data.draw(st.text("xy", max_size=3)))
            for start, end in zip(places[::2], places[1::2], strict=False)
        ]
        text, pieces = applied(text, spans), pieces.changed(spans)

    assert applied(original, pieces.spans()) == text
