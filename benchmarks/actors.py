"""What an actor costs, beside what the same costs with tasks and memory channels alone.

Other runtimes do the same after it, in rounds of their own with trio's tasks and channels, so that
our rows are the same whichever of them are installed.
"""

import math
import tracemalloc
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial

import attrs
import trio
import trio.testing

from benchmarks.child import Launcher, open_launcher
from benchmarks.effort import FULL, Effort
from benchmarks.memory import traced_bytes
from benchmarks.row import BYTES, MICROSECONDS, Reading, Row, at_most, ratio_at_least
from benchmarks.runtimes.runtime import (
    SAGENT,
    TRIO,
    Maker,
    Runtime,
    installed_peers,
    open_runtime,
)
from benchmarks.runtimes.sagent_actors import Echo
from sagent.actors import open_system


@attrs.frozen
class Comparison:
    """A work of ours beside one of trio's."""

    what: str
    ours: str
    anchor: str
    count: int
    wanted: float | None = None

    def done_by(self, peer: Runtime) -> bool:
        """Tell whether *peer* has its place here: it has the one work that both do."""
        return self.ours == self.anchor and self.ours in peer.works


COMPARISONS = (
    Comparison("tell, drained / channel send", "tell", "tell", 10_000, 3.0),
    Comparison("tell, drained / send_nowait", "tell", "tell nowait", 10_000),
    Comparison("ask / round trip of channels", "ask", "ask", 2000, 1.0),
    Comparison("ask in a deadline / round trip", "ask in a deadline", "ask", 2000, 0.9),
    Comparison(
        "ask, a deadline each / round trip, a deadline each",
        "ask, a deadline each",
        "ask, a deadline each",
        2000,
        0.9,
    ),
    Comparison("fan-out and in of 1,000 / tasks", "fan", "fan", 1000, 1.0),
    Comparison("spawn / start of a task", "spawn", "spawn", 500),
    Comparison("spawn, supervised / a task, start to end", "spawn supervised", "live", 500, 0.14),
    Comparison("spawn to end, supervised / a task, start to end", "live supervised", "live", 500),
)

CROWD = 2000
"""How many idle actors a process holds: enough to drown what the process itself takes."""


def rows(effort: Effort = FULL) -> list[Row]:
    """Measure all, in some ninety seconds; in thirty without the peers."""
    makers = installed_peers()
    with ExitStack() as stack:
        ours, anchor, *peers = (
            stack.enter_context(open_runtime(maker)) for maker in (SAGENT, TRIO, *makers)
        )
        compared = [row for c in COMPARISONS for row in _compare(effort, c, ours, anchor, peers)]
        crowds = [maker for maker, peer in zip(makers, peers, strict=True) if "crowd" in peer.works]
    return [*compared, _idle(effort), *_crowded(crowds)]


def _compare(
    effort: Effort, comparison: Comparison, ours: Runtime, anchor: Runtime, peers: Sequence[Runtime]
) -> list[Row]:
    target = None if comparison.wanted is None else ratio_at_least(comparison.wanted)
    rows = [
        attrs.evolve(row, target=target)
        for row in _held_against(anchor, effort, comparison, [ours])
    ]
    if others := [peer for peer in peers if comparison.done_by(peer)]:
        rows += _held_against(anchor, effort, comparison, others)
    return rows


def _held_against(
    anchor: Runtime, effort: Effort, comparison: Comparison, runtimes: Sequence[Runtime]
) -> list[Row]:
    c = comparison
    works = [(anchor, c.anchor), *((runtime, c.ours) for runtime in runtimes)]
    anchor_s, *taken = effort.medians(
        *(partial(runtime.seconds_each, work, c.count) for runtime, work in works)
    )
    return [
        Row(
            what=_named(runtime, c.what),
            ours=seconds,
            anchor=anchor_s,
            unit=MICROSECONDS,
            reading=Reading.SPEED,
        )
        for runtime, seconds in zip(runtimes, taken, strict=True)
    ]


def _named(who: Runtime | Maker, what: str) -> str:
    return what if who.name == SAGENT.name else f"{who.name}: {what}"


def _idle(effort: Effort) -> Row:
    count = effort.times(2000)
    tracemalloc.start()
    ours, anchor = (trio.run(measure, count) / count for measure in (actor_bytes, task_bytes))
    tracemalloc.stop()
    return Row(
        what="an idle actor / a task that waits on a channel",
        ours=ours,
        anchor=anchor,
        unit=BYTES,
        target=at_most(8000),
    )


async def actor_bytes(count: int) -> float:
    async with open_system() as system:
        before = traced_bytes()
        refs = [await system.spawn(Echo) for _ in range(count)]
        await trio.testing.wait_all_tasks_blocked()
        after = traced_bytes()
        del refs
        return after - before


async def task_bytes(count: int) -> float:
    async with trio.open_nursery() as nursery:
        before = traced_bytes()
        ends: list[object] = []
        for _ in range(count):
            send, receive = trio.open_memory_channel[int](math.inf)
            nursery.start_soon(receive.receive)
            ends.append(send)
        await trio.testing.wait_all_tasks_blocked()
        after = traced_bytes()
        nursery.cancel_scope.cancel()
        return after - before


# Python's own count leaves out what threads and C code take, so peers are held against all memory.


def _crowded(peers: Sequence[Maker]) -> list[Row]:
    what = "an idle actor, all memory of its process / a task that waits on a channel"
    with open_launcher() as launcher:
        anchor = _process_bytes_each(launcher, TRIO)
        return [
            Row(
                what=_named(maker, what),
                ours=_process_bytes_each(launcher, maker),
                anchor=anchor,
                unit=BYTES,
            )
            for maker in (SAGENT, *peers)
        ]


def _process_bytes_each(launcher: Launcher, maker: Maker) -> float:
    launcher.run(*maker.command("crowd", "1"))  # compiles what is not compiled
    alone, crowded = (
        launcher.run(*maker.command("crowd", str(count))).peak_bytes for count in (1, 1 + CROWD)
    )
    return (crowded - alone) / CROWD
