"""What an actor costs, beside what the same costs with tasks and memory channels alone."""

import math
import tracemalloc
from functools import partial

import attrs
import trio
import trio.testing

from benchmarks.child import open_launcher
from benchmarks.effort import FULL, Effort
from benchmarks.memory import traced_bytes
from benchmarks.row import BYTES, MICROSECONDS, Reading, Row, at_most, ratio_at_least
from benchmarks.runtimes.idle import idle_bytes
from benchmarks.runtimes.runtime import SAGENT, TRIO, Runtime, open_runtime
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


def rows(effort: Effort = FULL) -> list[Row]:
    """Measure all, in some twenty seconds."""
    with open_runtime(SAGENT) as ours, open_runtime(TRIO) as anchor:
        compared = [_held_against(anchor, effort, c, ours) for c in COMPARISONS]
    return [*compared, _idle(effort), _crowded()]


def _held_against(anchor: Runtime, effort: Effort, comparison: Comparison, ours: Runtime) -> Row:
    c = comparison
    seconds, anchor_s = effort.medians(
        partial(ours.seconds_each, c.ours, c.count),
        partial(anchor.seconds_each, c.anchor, c.count),
    )
    return Row(
        what=c.what,
        ours=seconds,
        anchor=anchor_s,
        unit=MICROSECONDS,
        reading=Reading.SPEED,
        target=None if c.wanted is None else ratio_at_least(c.wanted),
    )


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


def _crowded() -> Row:
    with open_launcher() as launcher:
        ours, anchor = (idle_bytes(launcher, maker) for maker in (SAGENT, TRIO))
    return Row(
        what="an idle actor, all memory of its process / a task that waits on a channel",
        ours=ours,
        anchor=anchor,
        unit=BYTES,
    )
