"""What somebody meant who wrote a name that there is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagent.nearness import did_you_mean, is_one_edit, nearest, nearest_first

NAMES = ("Read", "Write", "MultiEdit", "Grep")
LETTERS = st.characters(categories=["Ll"])
WORDS = st.text(LETTERS, min_size=2, max_size=12)


def test_the_name_most_like_the_word_is_meant_in_any_case() -> None:
    assert nearest("WRTIE", NAMES) == "Write"


def test_a_word_like_no_name_means_none() -> None:
    assert nearest("telescope", NAMES) is None


def test_a_message_asks_for_the_nearest_name_or_says_nothing() -> None:
    assert did_you_mean("Raed", NAMES) == "; did you mean Read?"
    assert did_you_mean("telescope", NAMES) == ""


def test_names_are_put_in_order_of_likeness() -> None:
    ordered = nearest_first("Edit", NAMES)

    assert ordered[0] == "MultiEdit"
    assert sorted(ordered) == sorted(NAMES)


@given(WORDS, st.data())
def test_one_slip_is_one_edit(name: str, draw: st.DataObject) -> None:
    place = draw.draw(st.integers(0, len(name) - 2))
    letter = draw.draw(LETTERS)
    before, one, two, after = name[:place], name[place], name[place + 1], name[place + 2 :]
    slips = {
        before + one + after,
        before + letter + one + two + after,
        before + letter + two + after,
        before + two + one + after,
    }

    assert all(is_one_edit(word, name) for word in slips - {name})


@given(WORDS)
def test_a_name_is_no_slip_of_itself(name: str) -> None:
    assert not is_one_edit(name, name)


@pytest.mark.parametrize("word", ["Re", "Readers", "dRea", "Raid", "daeR"])
def test_two_slips_are_more_than_one_edit(word: str) -> None:
    assert not is_one_edit(word, "Read")
