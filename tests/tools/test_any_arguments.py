"""Tools made of functions, under any arguments and for any values of what they declare."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum, IntEnum
from pathlib import Path
from typing import Annotated, Literal, NotRequired, TypedDict
from uuid import UUID

import attrs
import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st

from sagent.lib.json import JSON, json_loads, json_unfreeze
from sagent.message import JsonMessage, Message, is_error, is_message, response_text
from sagent.tool import Tool, validator_for
from sagent.tools import FunctionTool, tool


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Level(IntEnum):
    LOW = 1
    HIGH = 2


@attrs.frozen
class Point:
    x: int
    y: int = 0


@dataclass(frozen=True)
class Box:
    corner: Point
    label: str | None = None
    tags: tuple[str, ...] = ()


class Options(TypedDict):
    depth: int
    colour: NotRequired[Colour]


AT_LEAST_3 = Annotated[int, "a number", {"minimum": 3}]
ANNOTATIONS: Sequence[object] = [
    str,
    int,
    float,
    bool,
    None,
    Literal["a", 1],
    Colour,
    Level,
    Point,
    Box,
    Options,
    Path,
    date,
    datetime,
    UUID,
    list[Box],
    tuple[int, Colour],
    tuple[str, ...],
    frozenset[int],
    dict[str, Point | None],
    Mapping[str, list[int]],
    AT_LEAST_3,
    int | str | None,
    Point | Box | list[Point],
    list[int] | int | float,  # JSON has both
    Colour | Level,
]
LOOSE: Sequence[object] = [date, datetime, UUID, tuple[int, Colour]]
"""A schema does not tell which texts there are of them, nor the order of several kinds."""
EACH = pytest.mark.parametrize("annotation", ANNOTATIONS, ids=str)
VALUES: st.SearchStrategy[JSON] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.sampled_from(["red", 1, "2026-11-28", "a/b", -1]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["x", "y", "corner", "depth", "?"]), inner, max_size=3)
    ),
    max_leaves=6,
)


def echo_of(annotation: object) -> tuple[FunctionTool[[object], object], list[object]]:
    """Make a tool that gives its argument back, and a list of all that it was given."""
    seen: list[object] = []

    async def echo(value: object) -> object:
        await trio.lowlevel.checkpoint()
        seen.append(value)
        return value

    echo.__annotations__["value"] = annotation
    return tool(echo), seen


def given_to(function: Tool, directive: dict[str, JSON]) -> Message:
    async def run() -> Message:
        return await function.run(JsonMessage(directive))

    return trio.run(run)


@EACH
@settings(max_examples=15, deadline=None)
@given(directive=st.dictionaries(st.sampled_from(["value", "other"]), VALUES))
def test_any_arguments_give_a_result_or_an_error(
    annotation: object, directive: dict[str, JSON]
) -> None:
    echo, _ = echo_of(annotation)

    assert is_message(given_to(echo, directive))


@EACH
@settings(max_examples=15, deadline=None)
@given(value=VALUES)
def test_what_fits_the_schema_is_taken_where_that_says_all(annotation: object, value: JSON) -> None:
    echo, seen = echo_of(annotation)
    fits = validator_for(echo).faults({"value": value}) == ""

    result = given_to(echo, {"value": value})

    if fits and annotation not in LOOSE:
        assert not is_error(result), response_text(result)
        assert len(seen) == 1


@EACH
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_a_value_goes_out_as_json_and_comes_in_as_itself(
    annotation: object, data: st.DataObject
) -> None:
    echo, seen = echo_of(annotation)
    value = data.draw(_values(annotation))

    @tool
    async def show() -> object:
        return {"value": value}

    text = response_text(given_to(show, {}))
    shown = json_unfreeze(json_loads(text))
    assert isinstance(shown, dict)
    assert validator_for(echo).faults(shown) == ""
    assert not is_error(given_to(echo, dict(shown)))
    assert seen == [value]


def _values(annotation: object) -> st.SearchStrategy[object]:
    if annotation is None:
        return st.none()
    if annotation is Path:
        return st.text("ab/.").map(Path)
    if annotation == AT_LEAST_3:
        return st.integers(3)
    strategy: st.SearchStrategy[object] = st.from_type(annotation)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # it takes forms, too
    return strategy.filter(_is_plain)


def _is_plain(value: object) -> bool:
    """Leave out what JSON or Unicode has no form of, or what has two forms that are one."""
    text = repr(value)
    special = ("nan", "inf", "\\ud", "\\x00", "fold=1")
    return not any(word in text for word in special)
