"""What functions get as tools, and what becomes of what they give."""

from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import partial
from pathlib import Path
from typing import Literal, TypedDict

import attrs
import pytest
import trio
from tool_call import use

from sagent.lib.json import JSON
from sagent.message import (
    BytesMessage,
    JsonMessage,
    Message,
    MultipartMessage,
    TextMessage,
    is_error,
)
from sagent.tool import Tool
from sagent.tools import tool


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


@attrs.frozen
class Point:
    x: int
    y: int = 0


@dataclass
class Box:
    corner: Point
    label: str | None = None


class Options(TypedDict):
    depth: int


@attrs.frozen
class Positive:
    number: int

    def __attrs_post_init__(self) -> None:
        if self.number <= 0:
            raise ValueError(f"{self.number} is not positive")


WRITTEN = '{"colour":"red","path":"a","day":"2026-11-28"}'
IMAGE = BytesMessage(b"\x89PNG", "image/png")


async def test_an_async_function_runs_in_the_agents_task() -> None:
    task = trio.lowlevel.current_task()

    @tool
    async def same() -> bool:
        return trio.lowlevel.current_task() is task

    assert await use(same) == "true"


async def test_arguments_arrive_as_what_they_were_declared() -> None:
    @tool
    async def f(colour: Colour, box: Box, ratio: float, points: list[Point]) -> str:
        return f"{colour} {box} {ratio} {points}"

    directive: dict[str, JSON] = {
        "colour": "blue",
        "box": {"corner": {"x": 1}},
        "ratio": 1,
        "points": [{"x": 1, "y": 2}],
    }

    assert await use(f, **directive) == (
        "Colour.BLUE Box(corner=Point(x=1, y=0), label=None) 1.0 [Point(x=1, y=2)]"
    )


async def test_arguments_of_every_kind_arrive_as_what_they_were_declared() -> None:
    @tool
    async def f(  # noqa: PLR0917  # one of each
        path: Path,
        day: date,
        pair: tuple[int, Colour],
        seen: set[int],
        options: Options,
        either: list[Point] | Point | Path | float,
        fixed: Literal[Colour.RED] | None = None,
    ) -> str:
        return f"{path!r} {day} {pair} {seen} {options} {either} {fixed}"

    directive: dict[str, JSON] = {
        "path": "a/b",
        "day": "2026-11-28",
        "pair": [1, "red"],
        "seen": [1, 1],
        "options": {"depth": 2},
        "either": {"x": 1},
        "fixed": "red",
    }

    assert await use(f, **directive) == (
        "PosixPath('a/b') 2026-11-28 (1, <Colour.RED: 'red'>) {1} {'depth': 2} "
        "Point(x=1, y=0) Colour.RED"
    )


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ([{"x": 1}], "[Point(x=1, y=0)]"),
        ("a/b", "PosixPath('a/b')"),
        (1, "1"),
        (1.5, "1.5"),
        (None, "None"),
    ],
)
async def test_the_member_of_a_union_is_found_by_its_schema(value: JSON, shown: str) -> None:
    @tool
    async def f(either: list[Point] | Point | Path | float | int | None) -> str:  # noqa: PYI041  # JSON has both
        return repr(either)

    assert await use(f, either=value) == shown


async def test_a_value_that_its_class_refuses_is_told_by_its_parameter() -> None:
    @tool
    async def f(day: date, positive: Positive | None = None) -> None:
        pass

    assert await use(f, day="tomorrow") == "ERROR day: Invalid isoformat string: 'tomorrow'"
    assert await use(f, day="2026-11-28", positive={"number": -1}) == (
        "ERROR positive: -1 is not positive"
    )


async def test_arguments_that_do_not_fit_are_told() -> None:
    @tool
    async def f(colour: Colour) -> str:
        return colour.value

    assert await use(f, colour="green") == "ERROR colour: 'green' is not a valid Colour"
    assert await use(f, size=1) == "ERROR there is no parameter size: use colour"
    assert (await use(f)).startswith("ERROR TypeError: ")
    assert is_error(await f.run(TextMessage("no directive")))


@pytest.mark.parametrize(
    ("result", "text"),
    [
        ("words", "words"),
        (None, ""),
        (7, "7"),
        ({"a": [1, None]}, '{"a":[1,null]}'),
        (Point(1, 2), '{"x":1,"y":2}'),
        (Box(Point(1, 2)), '{"corner":{"x":1,"y":2},"label":null}'),
        ({"colour": Colour.RED, "path": Path("a"), "day": date(2026, 11, 28)}, WRITTEN),
        ({3}, "[3]"),
        (TextMessage("a message"), "a message"),
        (object, "ERROR the tool's result cannot be shown: JSON has no type"),
    ],
)
async def test_a_result_becomes_a_message(result: object, text: str) -> None:
    @tool
    async def f() -> object:
        return result

    assert (await use(f)).startswith(text)


async def drawn_in_task() -> object:
    return ["a picture", IMAGE, {"size": 4}]


def drawn() -> object:
    return ("a picture", IMAGE, {"size": 4})


@pytest.mark.parametrize(
    "function",
    [tool(drawn_in_task), tool(drawn), tool(runs_in="thread")(drawn)],
    ids=["task", "process", "thread"],
)
async def test_a_list_with_a_message_in_it_becomes_the_parts_of_one(function: Tool) -> None:
    result = await function.run(JsonMessage({}))

    assert isinstance(result, MultipartMessage)
    assert [part.content for part in result] == ["a picture", b"\x89PNG", '{"size":4}']


@pytest.mark.parametrize("runs_in", ["process", "thread"])
async def test_a_message_alone_crosses_from_wherever_it_was_made(
    runs_in: Literal["process", "thread"],
) -> None:
    @tool(runs_in=runs_in)
    def f() -> Message:
        return IMAGE

    result = await f.run(JsonMessage({}))

    assert isinstance(result, BytesMessage)
    assert (result.content, result.descriptor) == (b"\x89PNG", "image/png")


@attrs.frozen
class Shelf:
    books: tuple[str, ...]

    def find(self, title: str) -> bool:
        return title in self.books


async def test_methods_and_partials_run_like_functions() -> None:
    find = Shelf(("Emma",)).find

    assert await use(tool(find), title="Emma") == "true"
    assert await use(tool(runs_in="thread")(find), title="Ulysses") == "false"
    assert await use(tool(partial(find, title="Emma"))) == "true"


@pytest.mark.parametrize("runs_in", ["process", "thread"])
async def test_an_exception_is_told_by_name(runs_in: Literal["process", "thread"]) -> None:
    @tool(runs_in=runs_in)
    def f() -> None:
        raise ValueError("no such thing")

    assert await use(f) == "ERROR ValueError: no such thing"


async def test_an_exception_of_an_async_function_is_told_by_name() -> None:
    @tool
    async def f() -> None:
        raise ValueError("no such thing")

    assert await use(f) == "ERROR ValueError: no such thing"


@pytest.mark.parametrize("runs_in", ["process", "thread"])
async def test_a_group_of_exceptions_is_told_by_what_is_in_it(
    runs_in: Literal["process", "thread"],
) -> None:
    @tool(runs_in=runs_in)
    def f() -> None:
        raise ExceptionGroup("outer", [KeyError("x"), ExceptionGroup("inner", [ValueError("y")])])

    assert await use(f) == "ERROR KeyError: 'x'; ValueError: y"


async def test_an_exception_of_a_tools_own_nursery_is_told_by_name() -> None:
    async def fail() -> None:
        raise ValueError("no such thing")

    @tool
    async def f() -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(fail)

    assert await use(f) == "ERROR ValueError: no such thing"
