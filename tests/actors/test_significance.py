"""Whose end counts for auto_shutdown, and who waits for the backoff of one that is gone."""

from contextlib import suppress

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from sagent.actors import Actor, Backoff, Request, open_system

pytestmark = pytest.mark.usefixtures("any_schedule")


class Ping(Request[str]):
    pass


class Member(Actor[OSError | Ping]):
    """Crashes with an error; its starts take their time and fail, as it is made."""

    def __init__(
        self, *, start_s: float = 0, fails: bool = False, failing: list[bool] | None = None
    ) -> None:
        self.start_s = start_s
        self.fails = failing.pop(0) if failing else fails

    async def started(self) -> None:
        await trio.sleep(self.start_s)
        if self.fails:
            raise OSError("no disk")

    async def receive(self, message: OSError | Ping) -> str:
        if isinstance(message, OSError):
            raise message
        return "pong"


async def test_a_significant_child_that_was_terminated_and_restarted_is_significant(
    autojump_clock: MockClock,
) -> None:
    async with open_system() as system:
        group = await system.supervisor(auto_shutdown="any_significant")
        main = await group.spawn(Member, restart="transient", significant=True)
        await group.terminate_child(main)
        await group.restart_child(main)
        main.stop()

        assert (await group.ref.closed()).reason == "stopped"


async def test_a_significant_child_that_is_terminated_counts_as_gone(
    autojump_clock: MockClock,
) -> None:
    failing = [False, True]
    async with open_system() as system:
        group = await system.supervisor(auto_shutdown="all_significant")
        first = await group.spawn(Member, failing=failing, restart="transient", significant=True)
        second = await group.spawn(Member, restart="transient", significant=True)
        await group.terminate_child(first)
        with pytest.raises(OSError, match="no disk"):
            await group.restart_child(first)
        second.stop()

        assert (await group.ref.closed()).reason == "stopped"


async def test_to_delete_a_significant_child_does_not_end_the_group(
    autojump_clock: MockClock,
) -> None:
    async with open_system() as system:
        group = await system.supervisor(auto_shutdown="any_significant")
        main = await group.spawn(Member, restart="transient", significant=True)
        await group.terminate_child(main)
        group.delete_child(main)
        await wait_all_tasks_blocked()

        assert group.ref.alive


async def test_a_significant_child_stopped_after_a_restart_that_failed_ends_the_group(
    autojump_clock: MockClock,
) -> None:
    failing = [False, True]
    async with open_system() as system:
        backoff = Backoff(10, 10, jitter=0)
        group = await system.supervisor(auto_shutdown="any_significant", backoff=backoff)
        main = await group.spawn(Member, failing=failing, restart="transient", significant=True)
        main.tell(OSError())
        await trio.sleep(15)
        main.stop()

        assert (await group.ref.closed()).reason == "stopped"


@pytest.mark.parametrize("fails", [True, False])
async def test_the_last_significant_child_was_the_last_if_a_first_start_then_fails(
    autojump_clock: MockClock, fails: bool
) -> None:
    async with open_system() as system, trio.open_nursery() as nursery:
        group = await system.supervisor(auto_shutdown="all_significant")
        first = await group.spawn(Member, restart="transient", significant=True)

        async def spawn() -> None:
            with suppress(OSError):
                await group.spawn(Member, start_s=1, fails=fails, significant=True)

        nursery.start_soon(spawn)
        await trio.sleep(0.5)
        first.stop()
        await trio.sleep(0.2)
        assert group.ref.alive

        await trio.sleep(1)
        assert group.ref.alive is not fails


@pytest.mark.parametrize("how", ["stop", "terminate"])
async def test_siblings_do_not_wait_out_the_backoff_of_a_child_that_is_gone(
    autojump_clock: MockClock, how: str
) -> None:
    backoff = Backoff(60, 60, jitter=0)
    async with open_system(strategy="one_for_all", backoff=backoff) as system:
        crashing = await system.spawn(Member, restart="transient")
        sibling = await system.spawn(Member, restart="transient")
        crashing.tell(OSError())
        await trio.sleep(1)
        if how == "stop":
            crashing.stop()
        else:
            await system.terminate_child(crashing)

        assert await sibling.ask(Ping()) == "pong"
        assert trio.current_time() == 1


async def test_rest_for_one_goes_by_the_order_of_spawns_whoever_is_stopped_last(
    autojump_clock: MockClock,
) -> None:
    class Recipe:
        def actor(self) -> Member:
            return Member()

    async with open_system(strategy="rest_for_one") as system:
        await system.spawn(Member, restart="permanent", name="older")
        shared = await system.get_or_spawn("shared", Recipe(), restart="permanent")
        await system.spawn(Member, restart="permanent", name="younger")
        shared.tell(OSError())
        await wait_all_tasks_blocked()

        restarts = {node.name: node.restarts for node in system.tree().children}
        assert restarts == {"older": 0, "shared": 1, "younger": 1}


async def test_the_tree_shows_the_restart_that_a_supervisor_waits_for(
    autojump_clock: MockClock,
) -> None:
    starts = [0.0, 10.0]
    async with open_system() as system:
        member = await system.spawn(
            lambda: Member(start_s=starts.pop(0)), name="member", restart="permanent"
        )
        member.tell(OSError())
        await trio.sleep(1)
        assert system.tree().starts == "/member"
        assert "starts=/member" in str(system.tree())

        await trio.sleep(10)
        assert system.tree().starts is None
