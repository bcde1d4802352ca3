"""OTP's auto_shutdown: a supervisor that ends because its significant children have."""

from collections.abc import Callable

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from sagent.actors import Actor, AutoShutdown, Exit, Inbox, Ref, Restart, open_system
from sagent.errors import TooManyChildren, UsageError

pytestmark = pytest.mark.usefixtures("any_schedule")


class Member(Actor[str]):
    """Does as it is told: "end" or "crash"."""

    async def run(self, inbox: Inbox[str]) -> None:
        async for envelope in inbox:
            if envelope.message == "end":
                return
            raise ValueError(envelope.message)


def _tell(message: str) -> Callable[[Ref[str]], None]:
    return lambda ref: ref.tell(message)


ENDS = {"end": _tell("end"), "stop": Ref[str].stop, "crash": _tell("crash"), "kill": Ref[str].kill}


@pytest.mark.parametrize(
    ("restart", "by", "ends"),
    [
        ("temporary", "end", True),
        ("temporary", "stop", True),
        ("temporary", "crash", True),
        ("temporary", "kill", True),
        ("transient", "end", True),
        ("transient", "stop", True),
        ("transient", "crash", False),
        ("transient", "kill", False),
    ],
)
async def test_the_group_ends_with_its_main_actor(
    autojump_clock: MockClock, restart: Restart, by: str, ends: bool
) -> None:
    async with open_system() as system:
        group = await system.supervisor(auto_shutdown="any_significant")
        helper = await group.spawn(Member, restart="permanent")
        main = await group.spawn(Member, restart=restart, significant=True)
        other = await system.spawn(Member)
        ENDS[by](main)
        await wait_all_tasks_blocked()

        assert group.ref.alive is helper.alive is (not ends)
        assert other.alive
        if ends:
            assert await group.ref.closed() == await helper.closed() == Exit("stopped")


@pytest.mark.parametrize(
    ("auto_shutdown", "first_ends_it"), [("any_significant", True), ("all_significant", False)]
)
async def test_any_or_all_of_the_significant_children(
    autojump_clock: MockClock, auto_shutdown: AutoShutdown, first_ends_it: bool
) -> None:
    async with open_system() as system:
        group = await system.supervisor(auto_shutdown=auto_shutdown)
        first, second = [await group.spawn(Member, significant=True) for _ in range(2)]
        await group.spawn(Member)
        first.tell("end")
        await wait_all_tasks_blocked()
        assert group.ref.alive is not first_ends_it

        second.tell("end")
        assert await group.ref.closed() == Exit("stopped")


async def test_a_member_that_its_supervisor_ends_does_not_end_the_group(
    autojump_clock: MockClock,
) -> None:
    async with open_system() as system:
        group = await system.supervisor(auto_shutdown="any_significant", strategy="one_for_all")
        main = await group.spawn(Member, significant=True)
        crasher = await group.spawn(Member, restart="permanent")
        crasher.tell("crash")
        await wait_all_tasks_blocked()
        assert not main.alive

        second = await group.spawn(Member, significant=True)
        await group.terminate_child(second)
        assert group.ref.alive


async def test_a_start_that_fails_does_not_end_the_group(autojump_clock: MockClock) -> None:
    class Unborn(Member):
        async def started(self) -> None:
            raise OSError("no disk")

    async with open_system() as system:
        group = await system.supervisor(auto_shutdown="any_significant")
        with pytest.raises(OSError, match="no disk"):
            await group.spawn(Unborn, significant=True)
        await wait_all_tasks_blocked()
        assert group.ref.alive


async def test_a_system_and_its_block_end_with_the_main_actor(autojump_clock: MockClock) -> None:
    async with open_system(auto_shutdown="any_significant") as system:
        helper = await system.spawn(Member, restart="permanent")
        main = await system.spawn(Member, significant=True)
        main.tell("end")
        await trio.sleep(1000)

    assert trio.current_time() == 0
    assert await main.closed() == Exit("normal")
    assert await helper.closed() == Exit("stopped")


async def test_an_actor_ends_with_its_significant_child(autojump_clock: MockClock) -> None:
    class Parent(Actor[str]):
        async def started(self) -> None:
            self.context.supervise(auto_shutdown="any_significant")
            await self.context.spawn(Member, name="child", significant=True)

        async def receive(self, message: str) -> None:
            pass

    async with open_system() as system:
        parent = await system.spawn(Parent)
        child = system.whereis("child")
        assert child is not None
        child.tell("end")
        assert await parent.closed() == Exit("stopped")


async def test_who_is_significant_must_be_able_to_end_and_somebody_must_heed_it(
    autojump_clock: MockClock,
) -> None:
    async with open_system() as system:
        with pytest.raises(UsageError, match="no auto_shutdown"):
            await system.spawn(Member, significant=True)
        group = await system.supervisor(auto_shutdown="any_significant")
        with pytest.raises(UsageError, match="a permanent child never ends"):
            await group.spawn(Member, significant=True, restart="permanent")


async def test_a_supervisor_refuses_more_than_its_most_children(autojump_clock: MockClock) -> None:
    async with open_system(max_children=2) as system:
        pool = await system.supervisor(max_children=1)
        first = await pool.spawn(Member)
        with pytest.raises(TooManyChildren, match="max_children=1"):
            await pool.spawn(Member)
        first.stop()
        await first.closed()
        await pool.spawn(Member)

        await system.spawn(Member)
        with pytest.raises(TooManyChildren, match="the system has its max_children=2"):
            await system.spawn(Member)
