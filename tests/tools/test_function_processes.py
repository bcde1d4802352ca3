"""Functions that run in a process of their own."""

import importlib
import os
import signal
import subprocess
import sys
import threading
from enum import Enum
from pathlib import Path
from textwrap import dedent

import attrs
import pytest
import trio
from tool_call import use

from sagent.message import (
    JsonMessage,
    Message,
)
from sagent.tools import tool


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


@attrs.frozen
class Point:
    x: int
    y: int = 0


COUNTER = [0]
LOCK = threading.Lock()


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
