"""What terminals act on never reaches them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagent.terminal import clean, one_line

TEXTS = st.text(st.characters(codec=None, categories=None))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]52;c;AAAA\x07copied", "]52;c;AAAAcopied"),
        ("\x9b31mred", "31mred"),
        ("a\u202eb", "ab"),
        ("a\U000e0041b", "ab"),
        ("over\rwritten", "overwritten"),
    ],
    ids=["clipboard", "8-bit escape", "bidirectional", "tag", "return"],
)
def test_what_a_terminal_acts_on_is_taken_out(text: str, shown: str) -> None:
    assert clean(text) == shown


@given(TEXTS)
def test_of_all_control_characters_tabs_and_line_ends_stay(text: str) -> None:
    controls = {each for each in clean(text) if unicodedata.category(each) == "Cc"}

    assert controls <= {"\t", "\n"}


@given(TEXTS)
def test_what_is_clean_stays_as_it_is(text: str) -> None:
    cleaned = clean(text)

    assert clean(cleaned) == cleaned


@given(TEXTS)
def test_one_line_is_one_line_and_clean(text: str) -> None:
    line = one_line(text)

    assert line.splitlines() in ([], [line])
    assert clean(line) == line


@pytest.mark.parametrize("space", ["\n", "\r\n", "\t", "\x0b", "\x0c", "\x85", "\u2028", " \x00 "])
def test_whatever_parts_two_words_is_a_space_in_one_line(space: str) -> None:
    assert one_line(f" one{space}two ") == "one two"
