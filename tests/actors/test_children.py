"""What an actor has started, children and tasks, ends with it."""

import attrs
import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from sagent.actors import Actor, Exit, Exited, Request, open_system

pytestmark = pytest.mark.usefixtures("any_schedule")


@attrs.frozen
class Work(Request[None]):
    number: int


class Worker(Actor[Work]):
    """Takes a second for each piece of work, and notes what it began."""

    def __init__(self, done: list[int]) -> None:
        self.done = done

    async def receive(self, message: Work) -> None:
        self.done.append(message.number)
        await trio.sleep(1)


class Parent(Actor[str]):
    """Has two children, and notes who says farewell when."""

    def __init__(self, log: list[str], children: tuple[str, ...] = ("one", "two")) -> None:
        self.log = log
        self.children = children

    async def started(self) -> None:
        for name in self.children:
            await self.context.spawn(Parent, self.log, (), name=name)

    async def receive(self, message: str) -> None:
        raise ValueError(message)

    async def stopped(self, exit: Exit) -> None:  # noqa: A002  # the hook's name for it
        await trio.sleep(0.1)
        self.log.append(f"{self.context.ref.path} {exit.reason}")


async def test_children_end_before_their_parent_the_youngest_first(
    autojump_clock: MockClock,
) -> None:
    log: list[str] = []
    async with open_system() as system:
        parent = await system.spawn(Parent, log, name="parent")
        parent.stop()
        await parent.closed()

    assert log == ["/parent/two stopped", "/parent/one stopped", "/parent stopped"]


async def test_the_children_of_a_crashed_parent_end_politely(autojump_clock: MockClock) -> None:
    log: list[str] = []
    async with open_system() as system:
        parent = await system.spawn(Parent, log, name="parent")
        parent.tell("boom")
        await parent.closed()

    assert log == ["/parent/two stopped", "/parent/one stopped", "/parent crashed"]


async def test_a_crashed_child_leaves_its_parent_alone(autojump_clock: MockClock) -> None:
    async with open_system() as system:
        parent = await system.spawn(Parent, [], name="parent")
        child = system.whereis("one")
        assert child is not None
        child.tell("boom")

        assert (await child.closed()).reason == "crashed"
        assert parent.alive
        assert [node.path for node in system.tree().children[0].children] == ["/parent/two"]


async def test_a_killed_parent_takes_its_children_with_it(autojump_clock: MockClock) -> None:
    log: list[str] = []
    async with open_system() as system:
        parent = await system.spawn(Parent, log, name="parent")
        parent.kill()
        await parent.closed()

    assert sorted(log) == ["/parent killed", "/parent/one killed", "/parent/two killed"]
    assert log[-1] == "/parent killed"


async def test_leaving_the_block_stops_the_youngest_first(autojump_clock: MockClock) -> None:
    ends: list[str] = []
    async with open_system() as system:
        for name in ("a", "b", "c"):
            await system.spawn(Worker, [], name=name)
        watch = system.events.listen(
            lambda e: ends.append(e.path) if isinstance(e, Exited) else None
        )
        watch.__enter__()

    assert ends == ["/c", "/b", "/a"]


class Householder(Actor[str]):
    """Has a task of its own that does what it is told."""

    async def receive(self, message: str) -> None:
        self.context.nursery.start_soon(self.obey, message)

    async def obey(self, message: str) -> None:
        if message == "crash":
            raise ValueError(message)
        await trio.sleep_forever()


async def test_tasks_of_an_actor_end_with_it(autojump_clock: MockClock) -> None:
    async with open_system() as system:
        await wait_all_tasks_blocked()
        tasks_before = trio.lowlevel.current_statistics().tasks_living
        householder = await system.spawn(Householder)
        householder.tell("wait")
        await wait_all_tasks_blocked()
        householder.stop()

        assert await householder.closed() == Exit("stopped")
        await wait_all_tasks_blocked()
        assert trio.lowlevel.current_statistics().tasks_living == tasks_before


async def test_what_a_task_of_an_actor_raises_is_the_actors_crash(
    autojump_clock: MockClock,
) -> None:
    async with open_system() as system:
        householder = await system.spawn(Householder)
        householder.tell("crash")

        end = await householder.closed()
        assert (end.reason, type(end.error)) == ("crashed", ValueError)


class Untidy(Actor[str]):
    """Has a task of its own that fails when it is cancelled."""

    async def started(self) -> None:
        self.context.nursery.start_soon(self.fail_at_the_end)

    async def fail_at_the_end(self) -> None:
        try:
            await trio.sleep_forever()
        finally:
            raise OSError("no room")

    async def receive(self, message: str) -> None:
        """Nothing is sent to it."""


class Parental(Actor[str]):
    """Has an untidy child."""

    async def started(self) -> None:
        await self.context.spawn(Untidy, name="untidy")

    async def receive(self, message: str) -> None:
        """Nothing is sent to it."""


async def test_a_child_that_fails_while_its_parent_is_killed_is_no_crash_of_the_parents(
    autojump_clock: MockClock,
) -> None:
    ends: dict[str, Exit] = {}
    async with open_system() as system:
        parent = await system.spawn(Parental, name="parent")
        await wait_all_tasks_blocked()
        with system.events.listen(
            lambda e: ends.update({e.path: e.exit}) if isinstance(e, Exited) else None
        ):
            parent.kill()
            await parent.closed()

    assert ends["/parent"] == Exit("killed")
    untidy = ends["/parent/untidy"]
    assert (untidy.reason, type(untidy.error)) == ("crashed", OSError)


async def test_an_actor_that_fails_while_the_block_is_cancelled_raises_nothing_there(
    autojump_clock: MockClock,
) -> None:
    with trio.move_on_after(1) as scope:
        async with open_system() as system:
            await system.spawn(Parental)
            await trio.sleep_forever()

    assert scope.cancelled_caught
