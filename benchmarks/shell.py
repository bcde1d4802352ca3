"""What the Bash tool adds to bash: a call, a cancel, much output."""

import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import trio

from benchmarks.child import open_launcher
from benchmarks.effort import FULL, Effort
from benchmarks.row import MEGABYTES, MILLISECONDS, Row, at_most, excess_at_most
from sagent.message import JsonMessage
from sagent.process import run_command
from sagent.tool import Binding, Workspace
from sagent.tools import Bash

BARE = ("/bin/bash", "-c", "true")
CALL = JsonMessage({"command": "true"})
FAMILY = JsonMessage({"command": "sleep 60 | sleep 60 & setsid sleep 60 & echo up; wait"})

FLOOD = """
import sys, trio
from sagent.message import JsonMessage
from sagent.tools import Bash

command = f"head -c {sys.argv[1]} /dev/zero | tr '\\\\0' x"
trio.run(Bash().stream, JsonMessage({"command": command}), lambda text: None)
"""
LITTLE = 1_000
MUCH = 2_000_000_000


def rows(effort: Effort = FULL) -> list[Row]:
    """Measure all, in some ten seconds."""
    with TemporaryDirectory() as directory:
        calls = trio.run(_calls, effort, Path(directory))
        return [*calls, _cancel(effort, Path(directory)), _flood(effort)]


def _bash_in(directory: Path) -> Bash:
    return Bash().bind(Binding(agent="operator", workspace=Workspace(directory)))


async def _calls(effort: Effort, directory: Path) -> list[Row]:
    bash = _bash_in(directory)
    taken: list[list[float]] = [[], [], []]
    for _ in range(effort.times(150)):
        taken[0].append(_bare())
        taken[1].append(await _seconds(partial(run_command, BARE)))
        taken[2].append(await _seconds(partial(bash.run, CALL)))
    bare, runner, call = (sorted(samples)[len(samples) // 2] for samples in taken)
    return [
        Row(
            what="a command by the process runner / by subprocess",
            ours=runner,
            anchor=bare,
            unit=MILLISECONDS,
        ),
        Row(
            what="a call of Bash / bash -c by subprocess",
            ours=call,
            anchor=bare,
            unit=MILLISECONDS,
            target=excess_at_most(0.006),
        ),
    ]


def _bare() -> float:
    start = time.perf_counter()
    subprocess.run(BARE, stdin=subprocess.DEVNULL, capture_output=True, check=True)
    return time.perf_counter() - start


async def _seconds(work: Callable[[], Awaitable[object]]) -> float:
    start = time.perf_counter()
    await work()
    return time.perf_counter() - start


def _cancel(effort: Effort, directory: Path) -> Row:
    bash = _bash_in(directory)
    [seconds] = effort.medians(lambda: trio.run(_cancelled, bash), rounds=effort.times(20))
    return Row(
        what="a call of Bash, from cancel to no process",
        ours=seconds,
        unit=MILLISECONDS,
        target=at_most(0.01),
    )


async def _cancelled(bash: Bash) -> float:
    up = trio.Event()

    def shown(_: str) -> None:
        up.set()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(bash.stream, FAMILY, shown)
        await up.wait()
        start = time.perf_counter()
        nursery.cancel_scope.cancel()
    return time.perf_counter() - start


def _flood(effort: Effort) -> Row:
    with open_launcher() as launcher:
        little, much = (
            launcher.run(sys.executable, "-c", FLOOD, str(count)).peak_bytes
            for count in (LITTLE, effort.times(MUCH))
        )
    return Row(
        what=f"a call of Bash, peak memory with {effort.times(MUCH) / 1e9:.1f} GB of output / 1 kB",
        ours=much,
        anchor=little,
        unit=MEGABYTES,
        target=excess_at_most(20e6),
    )
