import json
import math
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagent.errors import JsonError
from sagent.lib.json import (
    JSON,
    MAX_DEPTH,
    json_dumps,
    json_freeze,
    json_loads,
    json_unfreeze,
    whole_text,
)

TEXTS = st.text(st.characters(codec=None, categories=None)).map(whole_text)
VALUES: st.SearchStrategy[JSON] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
    max_leaves=20,
)


@given(VALUES)
def test_freezing_and_thawing_gives_the_same_value(value: JSON) -> None:
    assert json_unfreeze(json_freeze(value)) == value


@given(VALUES)
def test_what_is_written_reads_back(value: JSON) -> None:
    assert json_loads(json_dumps(value)) == json_freeze(value)


def test_a_frozen_value_cannot_be_changed() -> None:
    frozen = json_freeze({"a": [1, {"b": 2}]})

    assert frozen == MappingProxyType({"a": (1, MappingProxyType({"b": 2}))})
    with pytest.raises(TypeError):
        frozen["a"] = 3  # type: ignore[index]


def test_freezing_copies_so_that_the_giver_may_go_on_changing() -> None:
    mine = {"a": [1]}

    frozen = json_freeze(mine)
    mine["a"].append(2)

    assert frozen == {"a": (1,)}


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_json_number_is_refused(value: float) -> None:
    with pytest.raises(JsonError, match="JSON has no"):
        json_freeze({"a": [value]})


@pytest.mark.parametrize("sign", [1, -1])
def test_the_longest_integer_round_trips_and_a_longer_one_is_refused(sign: int) -> None:
    longest = sign * (10**4300 - 1)

    assert json_loads(json_dumps(longest)) == longest
    with pytest.raises(JsonError, match="4300 digits: make it a string"):
        json_freeze([longest + sign])


@pytest.mark.parametrize("value", [b"bytes", {1, 2}, object(), 1j])
def test_what_json_does_not_know_is_refused_by_name(value: object) -> None:
    with pytest.raises(JsonError, match=type(value).__name__):
        json_freeze([value])  # type: ignore[list-item]


def test_a_key_that_is_no_string_is_refused() -> None:
    with pytest.raises(JsonError, match="string keys, not 1"):
        json_freeze({1: "a"})  # type: ignore[dict-item]


def test_the_deepest_value_allowed_round_trips_and_one_level_more_is_refused() -> None:
    deepest: JSON = 1
    for _ in range(MAX_DEPTH):
        deepest = [deepest]

    assert json_loads(json_dumps(deepest)) == json_freeze(deepest)
    with pytest.raises(JsonError, match="nests deeper"):
        json_freeze([deepest])


def test_absurdly_deep_text_is_refused_not_crashed_on() -> None:
    with pytest.raises(JsonError):
        json_loads("[" * 100_000 + "]" * 100_000)


def test_nan_in_text_is_refused() -> None:
    with pytest.raises(JsonError, match="nan"):
        json_loads("[NaN]")


def test_a_lone_surrogate_survives() -> None:
    assert json_loads(json_dumps("\ud83d")) == "\ud83d"


def test_two_halves_of_a_character_become_it() -> None:
    assert json_freeze("\ud83d\ude00") == "\U0001f600"


def test_written_json_is_one_line_of_ascii() -> None:
    text = json_dumps({"a": "line\nbreak \u2028 é"})

    assert text.isascii()
    assert len(text.splitlines()) == 1
    assert json.loads(text) == {"a": "line\nbreak \u2028 é"}
