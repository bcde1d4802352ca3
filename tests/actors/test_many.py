"""Many actors, and many ends: nothing adds up that should not."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from types import CodeType

import attrs
import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from sagent.actors import Actor, DeadLetter, Event, Request, open_system
from sagent.errors import ActorCrashed

# These are long: they run under few orders.
under_few_schedules = pytest.mark.parametrize("any_schedule", range(3), indirect=True)


@attrs.frozen
class Work(Request[int]):
    number: int
    crash: bool = False


class Worker(Actor[Work]):
    """Notes what it handles, and crashes as it is told."""

    def __init__(self, done: list[int]) -> None:
        self.done = done

    async def receive(self, message: Work) -> int:
        if message.crash:
            raise ValueError(message.number)
        self.done.append(message.number)
        return message.number


class Fragile(Actor[str]):
    async def receive(self, message: str) -> None:
        raise ValueError(message)


@under_few_schedules
@pytest.mark.usefixtures("any_schedule")
async def test_a_crash_is_a_value_and_harms_no_sibling(autojump_clock: MockClock) -> None:
    events: list[Event] = []
    async with open_system() as system:
        done: list[int] = []
        sibling = await system.spawn(Worker, done)
        await wait_all_tasks_blocked()
        tasks_before = trio.lowlevel.current_statistics().tasks_living
        with system.events.listen(events.append):
            for _ in range(500):
                fragile = await system.spawn(Fragile)
                fragile.tell("boom")
                end = await fragile.closed()
                assert (end.reason, type(end.error)) == ("crashed", ValueError)

        await sibling.ask(Work(7))
        assert done == [7]
        assert trio.lowlevel.current_statistics().tasks_living == tasks_before
        assert sum(isinstance(e, DeadLetter) and e.reason == "crashed" for e in events) == 500


@under_few_schedules
@pytest.mark.usefixtures("any_schedule")
async def test_five_hundred_restarts_leave_no_task_behind(autojump_clock: MockClock) -> None:
    letters = 0

    def count(event: Event) -> None:
        nonlocal letters
        letters += isinstance(event, DeadLetter) and event.reason == "crashed"

    done: list[int] = []
    async with open_system(intensity=500) as system:
        sibling = await system.spawn(Worker, done)
        worker = await system.spawn(Worker, [], restart="permanent")
        await wait_all_tasks_blocked()
        tasks_before = trio.lowlevel.current_statistics().tasks_living
        with system.events.listen(count):
            for _ in range(500):
                with pytest.raises(ActorCrashed):
                    await worker.ask(Work(0, crash=True))

        assert await worker.ask(Work(1)) == 1
        assert await sibling.ask(Work(2)) == 2
        assert trio.lowlevel.current_statistics().tasks_living == tasks_before
        assert (letters, done) == (500, [2])


@contextmanager
def _counting_steps(steps: list[int]) -> Generator[None]:
    """Append to *steps* how many calls and jumps Python makes in the block."""
    count = 0

    def count_one(code: CodeType, *where: object) -> None:
        nonlocal count
        count += 1

    tool, events = sys.monitoring.PROFILER_ID, sys.monitoring.events
    sys.monitoring.use_tool_id(tool, "steps")
    for event in (events.PY_START, events.PY_RESUME, events.JUMP):
        sys.monitoring.register_callback(tool, event, count_one)
    sys.monitoring.set_events(tool, events.PY_START | events.PY_RESUME | events.JUMP)
    try:
        yield
    finally:
        sys.monitoring.set_events(tool, events.NO_EVENTS)
        sys.monitoring.free_tool_id(tool)
        steps.append(count)


async def test_ten_times_the_actors_take_ten_times_the_work_to_end(
    autojump_clock: MockClock,
) -> None:
    steps: list[int] = []
    for count in (100, 1000):
        async with open_system() as system:
            family = await system.supervisor()
            for _ in range(count):
                await family.spawn(Fragile)
            with _counting_steps(steps):
                family.ref.stop()
                await family.ref.closed()

    few, many = steps
    assert many == pytest.approx(10 * few, rel=0.05)


@pytest.mark.slow
async def test_a_hundred_thousand_actors_live_at_once_and_each_answers(
    autojump_clock: MockClock,
) -> None:
    done: list[int] = []
    async with open_system() as system:
        refs = [await system.spawn(Worker, done) for _ in range(100_000)]
        assert len(system.tree().children) == 100_000

        for number, ref in enumerate(refs):
            assert await ref.ask(Work(number)) == number
    assert not any(ref.alive for ref in refs)
