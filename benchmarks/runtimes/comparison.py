"""Actor runtimes at the same works, by turns, each in a process of its own."""

from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from benchmarks.child import open_launcher
from benchmarks.compared import Compared
from benchmarks.effort import Effort
from benchmarks.row import BYTES, MICROSECONDS
from benchmarks.runtimes.idle import idle_bytes
from benchmarks.runtimes.runtime import SAGENT, TRIO, Runtime, installed_peers, open_runtime

WORKS = (
    ("tell, until all are received", "tell", 10_000),
    ("ask", "ask", 2000),
    ("fan-out and in of 1,000, each", "fan", 1000),
    ("spawn", "spawn", 500),
)


def compared(effort: Effort, directory: Path) -> list[Compared]:
    """Measure all, in some forty seconds, with the others installed in *directory*."""
    makers = [SAGENT, TRIO, *installed_peers(directory)]
    with ExitStack() as stack:
        runtimes = [stack.enter_context(open_runtime(maker)) for maker in makers]
        done = [_by_all(effort, what, work, count, runtimes) for what, work, count in WORKS]
    able = [
        maker for maker, runtime in zip(makers, runtimes, strict=True) if "crowd" in runtime.works
    ]
    with open_launcher() as launcher:
        values = {maker.name: idle_bytes(launcher, maker) for maker in able}
    return [
        *done,
        Compared(what="an idle actor, of all memory of its process", unit=BYTES, values=values),
    ]


def _by_all(
    effort: Effort, what: str, work: str, count: int, runtimes: Sequence[Runtime]
) -> Compared:
    able = [runtime for runtime in runtimes if work in runtime.works]
    taken = effort.medians(*(partial(runtime.seconds_each, work, count) for runtime in able))
    values = {runtime.name: seconds for runtime, seconds in zip(able, taken, strict=True)}
    return Compared(what=what, unit=MICROSECONDS, values=values)
