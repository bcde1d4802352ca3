import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from sagent.actors import Actor, Down, Exit, Ref, open_system

pytestmark = pytest.mark.usefixtures("any_schedule")


class Fragile(Actor[str]):
    async def receive(self, message: str) -> None:
        raise ValueError(message)


class Watcher(Actor[Ref[str] | Down]):
    def __init__(self, downs: list[Down]) -> None:
        self.downs = downs

    async def receive(self, message: Ref[str] | Down) -> None:
        if isinstance(message, Down):
            self.downs.append(message)
        else:
            self.context.watch(message)


async def test_a_watcher_is_told_once_of_every_end_of_an_old_death_too(
    autojump_clock: MockClock,
) -> None:
    downs: list[Down] = []
    async with open_system() as system:
        watcher = await system.spawn(Watcher, downs)
        crashing, stopping = await system.spawn(Fragile), await system.spawn(Fragile)
        for watched in (crashing, crashing, stopping):
            watcher.tell(watched)
        await wait_all_tasks_blocked()
        crashing.tell("boom")
        await crashing.closed()
        stopping.stop()
        await stopping.closed()
        await wait_all_tasks_blocked()

        told = [(down.ref, down.exit.reason, type(down.exit.error)) for down in downs]
        assert told == [
            (crashing, "crashed", ValueError),
            (stopping, "stopped", type(None)),
        ]

        watcher.tell(crashing)
        await wait_all_tasks_blocked()
        assert downs[2:] == downs[:1]


async def test_an_actor_of_another_system_can_be_watched(autojump_clock: MockClock) -> None:
    downs: list[Down] = []
    async with open_system() as here, open_system() as there:
        watcher, gone = await here.spawn(Watcher, downs), await here.spawn(Watcher, downs)
        watched = await there.spawn(Fragile)
        for one in (watcher, gone):
            one.tell(watched)
        await wait_all_tasks_blocked()
        gone.stop()
        await gone.closed()
        watched.stop()
        await watched.closed()
        await wait_all_tasks_blocked()

    assert downs == [Down(watched, Exit("stopped"))]


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


async def test_nobody_is_told_of_a_death_before_the_farewell_is_over(
    autojump_clock: MockClock,
) -> None:
    log: list[str] = []
    downs: list[Down] = []
    async with open_system() as system:
        watcher = await system.spawn(Watcher, downs)
        parent = await system.spawn(Parent, log, ())
        watcher.tell(parent)
        await wait_all_tasks_blocked()
        parent.kill()
        await trio.sleep(0.05)
        assert downs == []

        await trio.sleep(0.1)
        assert [down.ref for down in downs] == [parent]
