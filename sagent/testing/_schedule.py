"""The orders in which trio may run what is ready, each the same whenever its seed is given.

trio shuffles the tasks that are ready in one pass, so that no program leans on an order; with two
private names of `trio._core._run` the shuffle repeats itself. What `id()`, the hash of a string, a
thread or the real clock decides, no seed does.
"""

import random
from collections.abc import Awaitable, Callable, Generator, Mapping
from contextlib import contextmanager

import trio
from trio._core import _run
from trio._core._mock_clock import MockClock  # trio.testing imports pytest, where there is one

from sagent.errors import UsageError

SCHEDULES = 20
"""Under how many schedules a test runs, if nobody says."""


@contextmanager
def scheduled(seed: int) -> Generator[None]:
    """Let *seed* alone decide in which order trio runs what is ready, while the block lasts.

    Python's `random` is seeded along, since the backoff of a restart asks it. Both are put back
    as they were. They are the process's: one block at a time.
    """
    shuffle = {
        "_r": random.Random(seed),  # noqa: S311  # repeats itself on purpose
        "_ALLOW_DETERMINISTIC_SCHEDULING": True,
    }
    before = {name: getattr(_run, name) for name in shuffle}
    state = random.getstate()
    try:
        _set(shuffle)
        random.seed(seed)
        yield
    finally:
        _set(before)
        random.setstate(state)


def run_schedules[*Ts, R](
    async_fn: Callable[[*Ts], Awaitable[R]],
    *args: *Ts,
    schedules: int = SCHEDULES,
    schedule: int | None = None,
) -> list[R]:
    """Run *async_fn* under one schedule after another, each in a `trio.run` and virtual time.

    Returns what each run returned. The first that raises is the last; a note on what it raises
    names its schedule.

    Args:
        async_fn: the test.
        args: for *async_fn*.
        schedules: how many to try, from 0 on.
        schedule: the only one to run, to see a failure again.
    """
    if schedules < 1:
        raise UsageError(f"schedules={schedules}: there is at least 1 to run under")
    seeds = range(schedules) if schedule is None else [schedule]
    return [_run_scheduled(async_fn, args, seed) for seed in seeds]


def _run_scheduled[*Ts, R](
    async_fn: Callable[[*Ts], Awaitable[R]], args: tuple[*Ts], seed: int
) -> R:
    try:
        with scheduled(seed):
            return trio.run(async_fn, *args, clock=MockClock(autojump_threshold=0))
    except BaseException as error:
        error.add_note(f"under schedule {seed}: run_schedules(..., schedule={seed}) runs it alone")
        raise


def _set(shuffle: Mapping[str, object]) -> None:
    for name, value in shuffle.items():
        setattr(_run, name, value)
