"""Functions that run in a thread."""

import os
import sys
import threading
from pathlib import Path

import pytest
import trio
import trio.testing
from tool_call import use

from sagent.message import (
    JsonMessage,
)
from sagent.tools import List, tool


async def test_an_exit_in_a_tool_is_not_the_end_of_the_program() -> None:
    @tool(runs_in="thread")
    def f() -> None:
        sys.exit("enough")

    assert await use(f) == "ERROR SystemExit: enough"


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


async def test_threads_that_wait_hold_up_no_other_tool(tmp_path: Path) -> None:
    go_on = threading.Event()

    @tool(runs_in="thread")
    def wait() -> None:
        go_on.wait()

    async with trio.open_nursery() as nursery:
        for _ in range(int(trio.to_thread.current_default_thread_limiter().total_tokens)):
            nursery.start_soon(use, wait)
        await trio.testing.wait_all_tasks_blocked()
        try:
            with trio.fail_after(10):
                listed = await use(List(), path=str(tmp_path))
        finally:
            go_on.set()

    assert listed == "(empty)"
