"""Running the tools that functions make."""

import importlib
import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import partial
from pathlib import Path
from textwrap import dedent
from typing import Literal, TypedDict

import attrs
import pytest
import trio

from sagent.lib.json import JSON
from sagent.message import (
    BytesMessage,
    JsonMessage,
    Message,
    MultipartMessage,
    TextMessage,
    is_error,
    response_text,
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
COUNTER = [0]
LOCK = threading.Lock()


async def use(function: Tool, **directive: JSON) -> str:
    result = await function.run(JsonMessage(directive))
    return ("ERROR " if is_error(result) else "") + response_text(result)


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


async def test_an_exit_in_a_tool_is_not_the_end_of_the_program() -> None:
    @tool(runs_in="thread")
    def f() -> None:
        sys.exit("enough")

    assert await use(f) == "ERROR SystemExit: enough"


async def test_an_exception_of_an_async_function_is_told_by_name() -> None:
    @tool
    async def f() -> None:
        raise ValueError("no such thing")

    assert await use(f) == "ERROR ValueError: no such thing"


async def test_a_plain_function_runs_in_a_process_of_its_own() -> None:
    @tool
    def where() -> int:
        return os.getpid()

    assert await use(where) != str(os.getpid())


async def test_a_process_has_a_copy_of_what_the_function_refers_to() -> None:
    @tool
    def count() -> int:
        COUNTER[0] += 1
        return COUNTER[0]

    assert [await use(count), await use(count), COUNTER] == ["1", "1", [0]]


async def test_functions_cross_into_a_process_with_those_that_they_call(tmp_path: Path) -> None:
    lines = """
        import json
        import os.path
        import xml

        import xml.etree.ElementTree

        BASE = 2

        def _is_even(n):
            return n == 0 or _is_odd(n - 1)

        def _is_odd(n, *, zero=0):
            return n != zero and _is_even(n - 1)

        def describe(n: int, more: str = os.path.join("a", "b")) -> str:
            inner = [json.dumps({"even": _is_even(n * BASE + each)}) for each in range(1)]
            return f"{inner} {more} {xml.etree.ElementTree.Element('x').tag} {__name__}"
    """
    (tmp_path / "crossing.py").write_text(
        f"{dedent(lines)}\nwith open('ran', 'a') as file:\n    file.write('x')\n"
    )
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sys, "path", [str(tmp_path), *sys.path])
        patched.chdir(tmp_path)
        module = importlib.import_module("crossing")

        result = await use(tool(module.describe), n=3)

    del sys.modules["crossing"]
    assert result == """['{"even": true}'] a/b x crossing"""
    assert (tmp_path / "ran").read_text() == "x"


async def test_the_process_of_a_plain_function_loads_little() -> None:
    @tool
    def loaded() -> bool:
        return bool({"cloudpickle", "typing", "sagent"} & sys.modules.keys())

    assert await use(loaded) == "false"


async def test_a_function_with_a_closure_and_own_classes_crosses_too() -> None:
    corner = Point(1)

    @tool
    def f() -> int:
        return max(corner, Point(2), key=lambda point: point.x).x

    assert await use(f) == "2"


async def test_a_process_can_import_what_this_one_can() -> None:
    @tool
    def path() -> bool:
        import sagent.message  # noqa: PLC0415  # in the process

        return sagent.message.is_message(1)

    assert await use(path) == "false"


async def test_values_of_own_classes_cross_into_a_process_and_back() -> None:
    @tool
    def mirror(point: Point, colour: Colour) -> Point:
        return Point(point.y, point.x) if colour is Colour.RED else point

    assert await use(mirror, point={"x": 1, "y": 2}, colour="red") == '{"x":2,"y":1}'


async def test_a_message_crosses_out_of_a_process() -> None:
    @tool
    def f() -> Message:
        return JsonMessage({"a": 1})

    result = await f.run(JsonMessage({}))

    assert isinstance(result, JsonMessage)
    assert result.content == {"a": 1}


async def test_what_a_process_prints_is_not_its_result() -> None:
    @tool
    def f() -> str:
        print("noise")  # noqa: T201  # what is tested
        subprocess.run(["echo", "more noise"], check=True)
        return sys.stdin.read() + "result"

    assert await use(f) == "result"


async def test_a_process_that_dies_is_told_with_its_last_words() -> None:
    @tool
    def f() -> None:
        sys.stderr.write("out of luck\n")
        sys.stderr.flush()
        os._exit(3)

    assert await use(f) == (
        "ERROR the tool's process ended with exit code 3 before it gave a result: out of luck"
    )


async def test_a_process_left_behind_by_the_function_does_not_delay_its_result() -> None:
    @tool
    def f() -> str:
        if os.fork() == 0:
            signal.pause()
        return "done"

    with trio.fail_after(10):
        assert await use(f) == "done"


async def test_what_cannot_be_carried_to_a_process_is_told_with_the_remedy() -> None:
    @tool
    def f() -> str:
        return str(LOCK)

    text = await use(f)

    assert text.startswith("ERROR f cannot be carried to a process, TypeError: cannot pickle")
    assert text.endswith('make it `async def`, or decorate it with runs_in="thread"')


async def test_what_cannot_be_carried_back_is_told() -> None:
    @tool
    def f() -> object:
        return threading.Lock()

    assert (await use(f)).startswith("ERROR the result cannot leave the process: TypeError")


async def test_credentials_are_not_in_the_environment_of_a_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SOME_API_KEY", "secret")

    @tool
    def f() -> str | None:
        return os.environ.get("SOME_API_KEY")

    assert await use(f) == ""


async def test_invariant_4_a_cancel_kills_the_process_of_a_synchronous_tool(tmp_path: Path) -> None:
    started = tmp_path / "started"

    @tool
    def spin(name: str) -> None:
        Path(name).touch()
        while True:
            pass

    async with trio.open_nursery() as nursery:
        nursery.start_soon(spin.run, JsonMessage({"name": str(started)}))
        with trio.fail_after(20):
            while not started.exists():  # another process makes it
                await trio.sleep(0.01)
        before = trio.current_time()
        nursery.cancel_scope.cancel()

    assert trio.current_time() - before < 1


async def test_a_thread_shares_the_memory_of_this_process() -> None:
    seen: list[str] = []

    @tool(runs_in="thread")
    def note(text: str) -> int:
        seen.append(text)
        return os.getpid()

    assert await use(note, text="a") == str(os.getpid())
    assert seen == ["a"]


@pytest.mark.parametrize("stubborn", [False, True])
async def test_a_cancel_ends_the_thread_between_two_steps_of_python(*, stubborn: bool) -> None:
    running = threading.Event()
    ended = threading.Event()

    def spin() -> None:
        running.set()
        while True:
            pass

    @tool(runs_in="thread")
    def work() -> None:
        try:
            try:
                spin()
            except BaseException:
                if not stubborn:
                    raise
            spin()
        finally:
            ended.set()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(work.run, JsonMessage({}))
        with trio.fail_after(10):
            while not running.is_set():  # a thread tells
                await trio.sleep(0.001)
        nursery.cancel_scope.cancel()

    assert ended.is_set()


async def test_threads_are_fit_for_use_after_a_cancel() -> None:
    @tool(runs_in="thread")
    def spin(turns: int) -> int:
        return sum(1 for _ in range(turns))

    for _ in range(50):
        with trio.move_on_after(0.002):
            await use(spin, turns=10**9)
        assert await use(spin, turns=10) == "10"
