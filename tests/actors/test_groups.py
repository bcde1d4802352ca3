import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from sagent.actors import Actor, Group, NameChanged, open_system
from sagent.errors import ActorStopped

pytestmark = pytest.mark.usefixtures("any_schedule")

WORKERS = Group[str]("workers")


class Worker(Actor[str]):
    async def receive(self, message: str) -> None:
        raise ValueError(message)


class Lookout(Actor[NameChanged]):
    """Notes who holds the name."""

    def __init__(self, name: str, seen: list[str | None]) -> None:
        self.name = name
        self.seen = seen

    async def started(self) -> None:
        self.context.watch_name(self.name)
        self.context.watch_name(self.name)

    async def receive(self, message: NameChanged) -> None:
        assert message.name == self.name
        self.seen.append(None if message.ref is None else message.ref.path)


async def test_a_group_lists_its_members_in_the_order_of_joining(
    autojump_clock: MockClock,
) -> None:
    async with open_system() as system:
        first, second = await system.spawn(Worker), await system.spawn(Worker)
        system.join(WORKERS, second)
        system.join(WORKERS, first)
        system.join(WORKERS, second)
        assert system.members(WORKERS) == system.members(Group[str]("workers")) == (second, first)
        assert system.groups() == ("workers",)

        system.leave(WORKERS, second)
        assert system.members(WORKERS) == (first,)
        system.leave(WORKERS, second)
        system.leave(WORKERS, first)
        assert system.members(WORKERS) == ()
        assert system.groups() == ()


async def test_a_member_is_found_by_its_name_and_by_its_path_and_others_are_not(
    autojump_clock: MockClock,
) -> None:
    async with open_system() as system:
        named, unnamed = await system.spawn(Worker, name="ann"), await system.spawn(Worker)
        system.join(WORKERS, named)
        system.join(WORKERS, unnamed)
        await system.spawn(Worker, name="bob")

        assert system.member(WORKERS, "ann") == system.member(WORKERS, "/ann") == named
        assert system.member(WORKERS, unnamed.name) == system.member(WORKERS, unnamed.path)
        assert system.member(WORKERS, "bob") is None
        assert system.member(Group[str]("idlers"), "ann") is None


async def test_an_actor_leaves_its_groups_when_it_has_ended_for_good(
    autojump_clock: MockClock,
) -> None:
    async with open_system() as system:
        mortal = await system.spawn(Worker)
        reborn = await system.spawn(Worker, restart="permanent")
        for worker in (mortal, reborn):
            system.join(WORKERS, worker)
            worker.tell("crash")
        await mortal.closed()
        await wait_all_tasks_blocked()

        assert system.members(WORKERS) == (reborn,)
        with pytest.raises(ActorStopped, match="joins no group"):
            system.join(WORKERS, mortal)


async def test_a_lookout_is_told_once_of_each_holder_of_a_name(autojump_clock: MockClock) -> None:
    seen: list[str | None] = []
    async with open_system() as system:
        lookout = await system.spawn(Lookout, "boss", seen)
        for _ in range(2):
            boss = await system.spawn(Worker, name="boss")
            boss.stop()
            await boss.closed()
        await system.spawn(Worker, name="somebody else")
        await wait_all_tasks_blocked()
        assert seen == [None, "/boss", None, "/boss", None]

        lookout.stop()
        await lookout.closed()
        await system.spawn(Worker, name="boss")

    assert len(seen) == 5


async def test_a_restart_changes_no_holder(autojump_clock: MockClock) -> None:
    seen: list[str | None] = []
    async with open_system() as system:
        boss = await system.spawn(Worker, name="boss", restart="permanent")
        await system.spawn(Lookout, "boss", seen)
        boss.tell("crash")
        await trio.sleep(1)
        assert system.tree().children[0].restarts == 1

        assert seen == ["/boss"]
