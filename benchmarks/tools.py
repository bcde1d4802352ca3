"""What a tool call costs: its dispatch, and where a function of the user's own runs.

Dispatch is CPU time; what waits for threads and processes is time by the clock.
"""

import subprocess
import sys
import time

import trio

from benchmarks.agent import calling, cpu_s_per_turn
from benchmarks.effort import FULL, Effort
from benchmarks.row import MICROSECONDS, MILLISECONDS, Row, at_most
from sagent.message import JsonMessage, is_error
from sagent.tool import Tool
from sagent.tools import tool

MANY_CALLS = 50
_DIRECTIVE = JsonMessage({"text": "so"})


@tool(runs_in="thread")
def in_thread(text: str) -> str:
    """Do nothing, in a thread."""
    return text


@tool
def in_process(text: str) -> str:
    """Do nothing, in a process."""
    return text


def rows(effort: Effort = FULL) -> list[Row]:
    """Measure all, in some ten seconds."""
    return [_dispatch(effort), _thread(effort), _process(effort)]


def _dispatch(effort: Effort) -> Row:
    turns = range(1, 1 + effort.times(20))
    one, many = effort.medians(
        lambda: trio.run(cpu_s_per_turn, calling(1), turns),
        lambda: trio.run(cpu_s_per_turn, calling(1 + MANY_CALLS), turns),
    )
    return Row(
        what="one more call of a no-op async tool",
        ours=(many - one) / MANY_CALLS,
        unit=MICROSECONDS,
        target=at_most(60e-6),
    )


def _thread(effort: Effort) -> Row:
    count = effort.times(500)
    ours, anchor = effort.medians(
        lambda: trio.run(_s_per_call, in_thread, count), lambda: trio.run(_s_per_thread, count)
    )
    return Row(
        what="a no-op tool in a thread / trio.to_thread.run_sync",
        ours=ours,
        anchor=anchor,
        unit=MICROSECONDS,
    )


def _process(effort: Effort) -> Row:
    count = effort.times(20)
    ours, anchor = effort.medians(
        lambda: trio.run(_s_per_call, in_process, count), lambda: _s_per_start(count)
    )
    return Row(
        what="a no-op tool in a process / python -c pass",
        ours=ours,
        anchor=anchor,
        unit=MILLISECONDS,
    )


async def _s_per_call(function: Tool, count: int) -> float:
    start = time.perf_counter()
    for _ in range(count):
        if is_error(await function.run(_DIRECTIVE)):
            raise AssertionError(function.name)
    return (time.perf_counter() - start) / count


async def _s_per_thread(count: int) -> float:
    start = time.perf_counter()
    for _ in range(count):
        await trio.to_thread.run_sync(str)
    return (time.perf_counter() - start) / count


def _s_per_start(count: int) -> float:
    start = time.perf_counter()
    for _ in range(count):
        subprocess.run([sys.executable, "-c", "pass"], check=True)
    return (time.perf_counter() - start) / count
