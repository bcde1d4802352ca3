"""How Markdown that comes in pieces is cut into parts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagent.repl._markdown_stream import MOST_CHARS, MOST_FENCED_LINES, MarkdownStream

LINES = st.sampled_from(
    [
        "",
        "words",
        "- item",
        "  - below",
        "1. first",
        "    deep",
        "```",
        "~~~~ py",
        "# head",
        "| a |",
    ]
)


def parts(text: str, *sizes: int) -> list[str]:
    stream, given_, place = MarkdownStream(), list[str](), 0
    for size in (*sizes, len(text)):
        given_ += [part.text for part in stream.feed(text[place : place + size])]
        place += size
    return [*given_, *(part.text for part in stream.finish())]


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("one\ntwo\n\nthree", ["one\ntwo", "three"]),
        ("# head\nwords", ["# head", "words"]),
        ("- a\n- b\n  more", ["- a", "- b\n  more"]),
        ("```\na\n\nb\n```\nafter", ["```\na\n\nb\n```", "after"]),
        ("````\n```\n````\nafter", ["````\n```\n````", "after"]),
        ("```\nnever closed", ["```\nnever closed"]),
        ("| a | b |\n|---|---|\n| 1 | 2 |\n", ["| a | b |\n|---|---|\n| 1 | 2 |"]),
    ],
)
def test_a_part_is_what_stands_on_its_own(text: str, cut: list[str]) -> None:
    assert parts(text) == cut


def test_items_below_items_keep_their_indent_and_are_no_code() -> None:
    stream = MarkdownStream()

    whole = [*stream.feed("- a\n    - b\n\n    more of b\n\nafter"), *stream.finish()]

    assert [(part.text, part.indent) for part in whole] == [
        ("- a", 0),
        ("- b", 4),
        ("more of b", 4),
        ("after", 0),
    ]


@given(st.lists(LINES), st.lists(st.integers(1, 9)))
def test_the_pieces_in_which_it_comes_make_no_difference(
    lines: list[str], sizes: list[int]
) -> None:
    text = "\n".join(lines)

    assert parts(text, *sizes) == parts(text)


@given(st.lists(LINES))
def test_no_word_is_lost_or_said_twice(lines: list[str]) -> None:
    text = "\n".join(lines)

    told = "\n".join(parts(text))

    for word in ("words", "item", "below", "first", "deep", "head"):
        assert told.count(word) == text.count(word)


@pytest.mark.parametrize("text", ["a" * 100_000, "word " * 20_000, "```\n" + "x\n" * 5000])
def test_what_waits_for_its_end_is_bounded(text: str) -> None:
    stream = MarkdownStream()

    stream.feed(text)

    (tail,) = stream.tail
    assert len(tail.text) <= MOST_CHARS
    assert tail.text.count("\n") <= MOST_FENCED_LINES


def test_a_long_table_goes_on_as_a_table() -> None:
    head = "| name | value |\n|---|---|\n"
    rows = [f"| row{n} | {'x' * 50} |" for n in range(200)]

    cut = parts(head + "\n".join(rows) + "\n\nafter")

    assert len(cut) > 2
    assert all(part.startswith(head) for part in cut[:-1])
    assert [row for part in cut[:-1] for row in part.split("\n")[2:]] == rows
    assert cut[-1] == "after"
