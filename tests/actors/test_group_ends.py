"""Which error an actor, a system and its block end with when there is more than one."""

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from sagent.actors import Actor, Exit, Inbox, RestartLimit, open_system

pytestmark = pytest.mark.usefixtures("any_schedule")


class Worker(Actor[float | OSError]):
    async def receive(self, message: float | OSError) -> None:
        if isinstance(message, OSError):
            raise message
        await trio.sleep(message)


async def test_what_the_block_raises_is_raised_though_it_is_cancelled_too(
    autojump_clock: MockClock,
) -> None:
    async def fail_and_be_cancelled() -> None:
        with trio.move_on_after(1):
            async with open_system() as system:
                worker = await system.spawn(Worker)
                worker.tell(100)
                await wait_all_tasks_blocked()
                raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        await fail_and_be_cancelled()
    assert trio.current_time() == 1


async def test_what_the_block_raises_beside_the_limit_is_its_context_and_a_note(
    autojump_clock: MockClock,
) -> None:
    async def fail_after_the_limit() -> None:
        async with open_system(intensity=0) as system:
            worker = await system.spawn(Worker, restart="permanent")
            worker.tell(OSError("no disk"))
            try:
                await trio.sleep_forever()
            finally:
                raise KeyError("mine")

    with pytest.raises(RestartLimit) as caught:
        await fail_after_the_limit()
    assert isinstance(caught.value.__cause__, OSError)
    assert isinstance(caught.value.__context__, KeyError)
    assert caught.value.__notes__ == ["the block of the system then raised KeyError('mine')"]


async def test_the_limit_is_raised_though_the_system_is_cancelled_while_its_actors_end(
    autojump_clock: MockClock,
) -> None:
    async def pass_the_limit() -> None:
        with trio.move_on_after(1):
            async with open_system(intensity=0) as system:
                slow = await system.spawn(Worker)
                slow.tell(100)
                worker = await system.spawn(Worker, restart="permanent")
                worker.tell(OSError("no disk"))
                await trio.sleep_forever()

    with pytest.raises(RestartLimit):
        await pass_the_limit()


async def test_the_limit_is_the_crash_of_a_parent_that_crashes_while_its_children_end(
    autojump_clock: MockClock,
) -> None:
    class Team(Actor[str]):
        async def started(self) -> None:
            self.context.supervise(intensity=0)
            self.slow = await self.context.spawn(Worker)
            self.crashing = await self.context.spawn(Worker, restart="permanent")

        async def receive(self, message: str) -> None:
            self.slow.tell(3)
            self.crashing.tell(OSError("no disk"))
            await trio.sleep(1)
            raise KeyError(message)

    async with open_system() as system:
        team = await system.spawn(Team)
        team.tell("mine")

        end = await team.closed()
        assert isinstance(end.error, RestartLimit)
        assert trio.current_time() == 3


class Reading(Actor[str]):
    """Reads in a task: of a nursery in its `run`, or of its own nursery."""

    def __init__(self, *, inside: bool) -> None:
        self.inside = inside

    async def run(self, inbox: Inbox[str]) -> None:
        if not self.inside:
            self.context.nursery.start_soon(self.read, inbox)
            await trio.sleep_forever()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self.read, inbox)
            nursery.start_soon(self.read_at_the_end, inbox)

    async def read(self, inbox: Inbox[str]) -> None:
        while True:
            await inbox.get()

    async def read_at_the_end(self, inbox: Inbox[str]) -> None:
        await inbox.wait_stopping()
        inbox.get_nowait()


@pytest.mark.parametrize("inside", [True, False])
async def test_the_end_of_the_inbox_is_no_crash_in_a_task_either(
    autojump_clock: MockClock, inside: bool
) -> None:
    async with open_system() as system:
        reading = await system.spawn(Reading, inside=inside)
        await wait_all_tasks_blocked()
        reading.stop()

        assert await reading.closed() == Exit("stopped")


async def test_a_group_with_an_error_beside_the_end_of_the_inbox_is_the_crash_as_it_is(
    autojump_clock: MockClock,
) -> None:
    groups: list[ExceptionGroup[Exception]] = []

    class Grouping(Actor[str]):
        async def run(self, inbox: Inbox[str]) -> None:
            try:
                await inbox.get()
            except trio.EndOfChannel as end:
                groups.append(ExceptionGroup("mine", [end, KeyError("mine")]))
                raise groups[0] from None

    async with open_system() as system:
        grouping = await system.spawn(Grouping)
        await wait_all_tasks_blocked()
        grouping.stop()

        assert await grouping.closed() == Exit("crashed", groups[0])


async def test_a_task_that_is_being_started_from_outside_does_not_outlive_the_actor(
    autojump_clock: MockClock,
) -> None:
    nurseries: list[trio.Nursery] = []

    class Host(Actor[str]):
        async def started(self) -> None:
            nurseries.append(self.context.nursery)

    async def move_in(task_status: trio.TaskStatus[None]) -> None:
        await trio.sleep(2)
        task_status.started()
        await trio.sleep_forever()

    async with open_system() as system, trio.open_nursery() as nursery:
        host = await system.spawn(Host)
        nursery.start_soon(nurseries[0].start, move_in)
        await trio.sleep(1)
        host.stop()

        assert await host.closed() == Exit("stopped")
        assert trio.current_time() == 2
