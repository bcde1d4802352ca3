from collections.abc import Callable

import attrs
import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from sagent.actors import (
    Actor,
    DeadLetter,
    Down,
    Event,
    Exit,
    Exited,
    Inbox,
    Ref,
    Request,
    open_system,
)
from sagent.errors import ActorStopped, NameTaken, SystemStopping

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


@pytest.mark.parametrize(
    ("how", "done", "lost"),
    [
        (Ref[Work].stop, [0], [1, 2]),
        (Ref[Work].drain, [0, 1, 2], []),
        (Ref[Work].kill, [0], [0, 1, 2]),
    ],
    ids=["stop", "drain", "kill"],
)
async def test_stop_finishes_the_message_in_hand_drain_the_inbox_and_kill_nothing(
    autojump_clock: MockClock, how: Callable[[Ref[Work]], None], done: list[int], lost: list[int]
) -> None:
    begun: list[int] = []
    events: list[Event] = []
    async with open_system() as system:
        worker = await system.spawn(Worker, begun)
        with system.events.listen(events.append):
            for number in range(3):
                worker.tell(Work(number))
            await wait_all_tasks_blocked()
            how(worker)
            worker.tell(Work(99))
            end = await worker.closed()

    letters = [e for e in events if isinstance(e, DeadLetter)]
    assert begun == done
    assert sorted(e.message.number for e in letters if isinstance(e.message, Work)) == [*lost, 99]
    assert {e.reason for e in letters} == {"stopped"}
    assert end == Exit("killed" if how is Ref[Work].kill else "stopped")
    assert trio.current_time() == (0 if how is Ref[Work].kill else len(done))


async def test_kill_fails_the_asker_in_hand_at_once(autojump_clock: MockClock) -> None:
    async with open_system() as system, trio.open_nursery() as nursery:
        worker = await system.spawn(Worker, [])

        async def ask_in_vain() -> None:
            with pytest.raises(ActorStopped):
                await worker.ask(Work(1))

        nursery.start_soon(ask_in_vain)
        await wait_all_tasks_blocked()
        worker.kill()

    assert trio.current_time() == 0


async def test_an_actor_that_overstays_its_grace_is_cancelled(autojump_clock: MockClock) -> None:
    async with open_system() as system:
        worker = await system.spawn(Worker, [], shutdown_s=0.25)
        worker.tell(Work(0))
        await wait_all_tasks_blocked()
        worker.stop()

        assert await worker.closed() == Exit("killed")
        assert trio.current_time() == 0.25


class Clinger(Actor[Work]):
    async def receive(self, message: Work) -> None:
        await trio.sleep(1000)

    async def stopped(self, exit: Exit) -> None:  # noqa: A002  # the hook's name for it
        await trio.sleep(100)


async def test_the_farewell_is_shielded_and_cut_when_the_grace_is_over(
    autojump_clock: MockClock,
) -> None:
    async with open_system() as system:
        clinger = await system.spawn(Clinger, shutdown_s=2)
        with trio.move_on_after(3):
            await clinger.ask(Work(0))

    assert trio.current_time() == 3 + 2 + 2


async def test_a_cancelled_block_ends_at_once_and_raises_nothing(
    autojump_clock: MockClock,
) -> None:
    with trio.move_on_after(1):
        async with open_system() as system:
            worker = await system.spawn(Worker, [])
            for number in range(10):
                worker.tell(Work(number))
            await trio.sleep_forever()

    assert trio.current_time() == 1


class Fragile(Actor[str]):
    async def receive(self, message: str) -> None:
        raise ValueError(message)


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


class Brief(Actor[str]):
    async def run(self, inbox: Inbox[str]) -> None:
        await inbox.get()


async def test_an_actor_whose_run_returns_by_itself_ends_normally(
    autojump_clock: MockClock,
) -> None:
    async with open_system() as system:
        brief = await system.spawn(Brief)
        brief.tell("enough")

        assert await brief.closed() == Exit("normal")


class Stillborn(Actor[str]):
    async def started(self) -> None:
        raise OSError("no such port")


async def test_spawn_raises_what_started_raised_and_the_name_is_free_again(
    autojump_clock: MockClock,
) -> None:
    async with open_system() as system:
        with pytest.raises(OSError, match="no such port"):
            await system.spawn(Stillborn, name="server")

        assert system.whereis("server") is None
        assert system.tree().children == ()


class SlowStarter(Actor[str]):
    async def started(self) -> None:
        await trio.sleep(10)


async def test_a_cancelled_spawn_leaves_no_actor_behind(autojump_clock: MockClock) -> None:
    async with open_system() as system:
        with trio.move_on_after(1):
            await system.spawn(SlowStarter, name="slow")
        await wait_all_tasks_blocked()

        assert system.names() == ()


async def test_an_actor_killed_in_its_start_fails_its_spawn(autojump_clock: MockClock) -> None:
    async with open_system() as system, trio.open_nursery() as nursery:

        async def spawn_in_vain() -> None:
            with pytest.raises(ActorStopped):
                await system.spawn(SlowStarter, name="slow")

        nursery.start_soon(spawn_in_vain)
        await wait_all_tasks_blocked()
        slow = system.whereis("slow")
        assert slow is not None
        slow.kill()


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


async def test_what_the_block_raises_is_raised_in_no_group(autojump_clock: MockClock) -> None:
    async def fail_in_a_system() -> None:
        async with open_system() as system:
            await system.spawn(Worker, [])
            raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        await fail_in_a_system()


async def test_a_system_that_is_ending_spawns_nothing(autojump_clock: MockClock) -> None:
    async with open_system() as system:
        pass

    with pytest.raises(SystemStopping):
        await system.spawn(Worker, [])


async def test_a_name_is_unique_while_its_actor_lives(autojump_clock: MockClock) -> None:
    async with open_system() as system:
        first = await system.spawn(Worker, [], name="alice")
        with pytest.raises(NameTaken, match="alice"):
            await system.spawn(Worker, [], name="alice")
        assert system.whereis("alice") == first
        assert system.names() == ("alice",)

        first.stop()
        await first.closed()

        assert system.whereis("alice") is None
        assert await system.spawn(Worker, [], name="alice") != first


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
