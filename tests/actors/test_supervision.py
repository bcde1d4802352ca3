"""Limits, and supervisors below supervisors."""

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked
from worker import Work, Worker

from sagent.actors import (
    Actor,
    Backoff,
    DeadLetter,
    Event,
    Exit,
    Exited,
    GaveUp,
    Restarting,
    Started,
    open_system,
)
from sagent.errors import RestartLimit, UsageError

pytestmark = pytest.mark.usefixtures("any_schedule")


async def test_the_limit_passed_at_the_top_ends_the_block_with_the_childs_error(
    autojump_clock: MockClock,
) -> None:
    events: list[Event] = []

    async def crash_twice() -> None:
        async with open_system() as system:
            worker = await system.spawn(Worker, [], name="worker", restart="permanent")
            with system.events.listen(events.append):
                worker.tell(Work(1, crash=True))
                worker.tell(Work(2, crash=True))
                await trio.sleep_forever()

    with pytest.raises(RestartLimit, match=r"/worker ended.* once more") as caught:
        await crash_twice()

    cause = caught.value.__cause__
    assert isinstance(cause, ValueError)
    told = [e for e in events if not isinstance(e, DeadLetter)]
    assert told[1:4] == [
        Started("/worker"),
        GaveUp("", "/worker", 1, 5),
        Exited("/worker", Exit("crashed", cause)),
    ]


class Household(Actor[str]):
    """Has a child that restarts, and is itself a child."""

    def __init__(self, log: list[str]) -> None:
        self.log = log

    async def started(self) -> None:
        self.context.supervise(intensity=0)
        await self.context.spawn(Worker, self.log, name="child", restart="permanent")


async def test_a_supervisor_over_its_limit_is_restarted_by_its_own_with_what_it_starts(
    autojump_clock: MockClock,
) -> None:
    log: list[str] = []
    async with open_system() as system:
        household = await system.spawn(Household, log, name="house", restart="permanent")
        child = system.whereis("child")
        assert child is not None
        child.tell(Work(0, crash=True))
        await wait_all_tasks_blocked()

        assert household.alive
        assert not child.alive
        assert log == ["start 0", "work 0", "crashed 0", "start 0"]
        assert system.whereis("child") not in (None, child)


async def test_a_supervisor_restarted_has_no_children_and_takes_new_ones(
    autojump_clock: MockClock,
) -> None:
    async with open_system() as system:
        supervisor = await system.supervisor(name="team", intensity=0)
        first = await supervisor.spawn(Worker, [], name="one", restart="permanent")
        first.tell(Work(0, crash=True))
        await wait_all_tasks_blocked()

        assert not first.alive
        second = await supervisor.spawn(Worker, [], name="one", restart="permanent")
        assert await second.ask(Work(1)) == 1
        assert second.path == "/team/one"


async def test_the_policy_is_said_before_there_are_children_that_restart(
    autojump_clock: MockClock,
) -> None:
    worker = Worker([])
    async with open_system() as system:
        await system.spawn(lambda: worker)
        await worker.context.spawn(Worker, [], restart="permanent")
        with pytest.raises(UsageError, match="call supervise before"):
            worker.context.supervise(intensity=5)


async def test_a_restart_is_told_as_an_event(autojump_clock: MockClock) -> None:
    events: list[Event] = []
    async with open_system(backoff=Backoff(4, 4, jitter=0)) as system:
        worker = await system.spawn(Worker, [], name="worker", restart="permanent")
        with system.events.listen(events.append):
            worker.stop()
            await trio.sleep(5)

    assert events == [Restarting("/worker", Exit("stopped"), 4, 1), Started("/worker")]
