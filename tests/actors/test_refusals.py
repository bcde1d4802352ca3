"""Calls that cannot be meant, or come too late, are refused where they are made."""

import math
from contextlib import suppress
from typing import Literal, cast

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from sagent.actors import (
    Actor,
    Backoff,
    Context,
    Down,
    Group,
    Lane,
    OverflowPolicy,
    Ref,
    Restart,
    Strategy,
    SystemStopping,
    open_system,
)
from sagent.errors import UsageError

pytestmark = pytest.mark.usefixtures("any_schedule")


class Worker(Actor[float | OSError]):
    async def receive(self, message: float | OSError) -> None:
        if isinstance(message, OSError):
            raise message
        await trio.sleep(message)


class Recipe:
    def actor(self) -> Worker:
        return Worker()


async def test_a_word_that_is_no_choice_is_refused_with_the_choices(
    autojump_clock: MockClock,
) -> None:
    async with open_system() as system:
        with pytest.raises(UsageError, match="restart='sometimes': choose from permanent"):
            await system.spawn(Worker, restart=cast("Restart", "sometimes"))
        with pytest.raises(UsageError, match="overflow='spill': choose from fail"):
            await system.spawn(Worker, capacity=1, overflow=cast("OverflowPolicy", "spill"))
        with pytest.raises(UsageError, match="strategy='all': choose from one_for_one"):
            await system.supervisor(strategy=cast("Strategy", "all"))
        with pytest.raises(UsageError, match="auto_shutdown='soon'"):
            await system.supervisor(auto_shutdown=cast("Literal['never']", "soon"))
        worker = await system.spawn(Worker)
        with pytest.raises(UsageError, match="lane='left': choose from front, back"):
            worker.tell(0, lane=cast("Lane", "left"))
        assert len(system.tree().children) == 1


async def test_times_that_are_no_numbers_or_negative_are_refused(autojump_clock: MockClock) -> None:
    contexts: list[Context[float | OSError]] = []

    class Timed(Worker):
        async def started(self) -> None:
            contexts.append(self.context)

    async with open_system() as system:
        await system.spawn(Timed)
        for seconds in (math.nan, 0.0, -1.0):
            with pytest.raises(UsageError, match="positive"):
                contexts[0].every("key", seconds, 1)
        with pytest.raises(UsageError, match="no time to wait"):
            contexts[0].after("key", math.nan, 1)
        for grace_s in (math.nan, -1):
            with pytest.raises(UsageError, match="a grace is not negative"):
                await system.spawn(Worker, shutdown_s=grace_s)
        with pytest.raises(UsageError, match="period_s=nan"):
            await system.supervisor(period_s=math.nan)
        with pytest.raises(UsageError, match="reset_s"):
            Backoff(1, 2, reset_s=math.nan)
        await trio.sleep(1)
        assert len(system.tree().children) == 1


@pytest.mark.parametrize("name", ["", "a/b", "a#1"])
async def test_a_name_that_could_be_another_actors_path_is_refused(
    autojump_clock: MockClock, name: str
) -> None:
    async with open_system() as system:
        with pytest.raises(UsageError, match="a name has at least one character, no / and no #"):
            await system.spawn(Worker, name=name)


async def test_another_systems_actor_joins_no_group_but_can_be_watched(
    autojump_clock: MockClock,
) -> None:
    downs: list[Down] = []

    class Watcher(Actor[Down | Ref[float | OSError]]):
        async def receive(self, message: Down | Ref[float | OSError]) -> None:
            if isinstance(message, Ref):
                cast("Context[Down]", self.context).watch(message)
            else:
                downs.append(message)

    group: Group[float | OSError] = Group("workers")
    async with open_system() as system, open_system() as other:
        watcher = await other.spawn(Watcher)
        for _ in range(3):
            worker = await system.spawn(Worker)
            with pytest.raises(UsageError, match="lives in another system"):
                other.join(group, worker)
            watcher.tell(worker)
            await wait_all_tasks_blocked()
            worker.stop()
            await wait_all_tasks_blocked()

    assert len(downs) == 3


async def test_who_asks_for_a_terminated_actor_by_name_is_told_to_restart_it(
    autojump_clock: MockClock,
) -> None:
    async with open_system() as system:
        worker = await system.spawn(Worker, restart="permanent", name="worker")
        await system.terminate_child(worker)
        with pytest.raises(UsageError, match="/worker was terminated: call restart_child"):
            await system.get_or_spawn("worker", Recipe())

        await system.restart_child(worker)
        assert await system.get_or_spawn("worker", Recipe()) == worker


async def test_who_asks_for_a_draining_actor_by_name_gets_the_next_one(
    autojump_clock: MockClock,
) -> None:
    async with open_system() as system:
        worker = await system.spawn(Worker, name="worker")
        worker.tell(1)
        await wait_all_tasks_blocked()
        worker.drain()

        other = await system.get_or_spawn("worker", Recipe())

        assert other.alive
        assert other != worker
        assert trio.current_time() == 1


async def test_a_child_is_not_restarted_under_a_parent_that_ends(
    autojump_clock: MockClock,
) -> None:
    refused: list[SystemStopping] = []
    async with open_system() as system, trio.open_nursery() as nursery:
        team = await system.supervisor()
        child = await team.spawn(Worker, restart="permanent")
        slow = await team.spawn(Worker)
        await team.terminate_child(child)
        slow.tell(2)
        await wait_all_tasks_blocked()

        async def restart_late() -> None:
            await trio.sleep(1)
            try:
                await team.restart_child(child)
            except SystemStopping as error:
                refused.append(error)

        nursery.start_soon(restart_late)
        team.ref.stop()
        await team.ref.closed()

        assert len(refused) == 1
        assert not child.alive


@pytest.mark.parametrize("passes", range(4))
async def test_a_spawn_under_a_parent_whose_start_has_just_failed_is_refused_or_ended(
    autojump_clock: MockClock, passes: int
) -> None:
    contexts: list[Context[str]] = []

    class Parent(Actor[str]):
        async def started(self) -> None:
            contexts.append(self.context)
            await self.context.spawn(Worker, restart="permanent")
            await trio.sleep(1)
            raise OSError("no disk")

    async def spawn_parent() -> None:
        with pytest.raises(OSError, match="no disk"):
            await system.spawn(Parent)

    async def spawn_late() -> None:
        await trio.sleep(0.5)
        for _ in range(passes):
            await trio.lowlevel.checkpoint()
        with suppress(SystemStopping):
            await contexts[0].spawn(Worker, name="late")

    async with open_system() as system:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(spawn_parent)
            await trio.sleep(0.5)
            nursery.start_soon(spawn_late)
        assert system.names() == ()
        assert system.tree().children == ()


async def test_a_system_equals_the_system_that_its_actors_see(autojump_clock: MockClock) -> None:
    seen: list[bool] = []

    class Looking(Actor[str]):
        async def started(self) -> None:
            seen.append(self.context.system == system)
            seen.append(hash(self.context.system) == hash(system))

    async with open_system() as system, open_system() as other:
        await system.spawn(Looking)
        assert system != other
    assert seen == [True, True]
