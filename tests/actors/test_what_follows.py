"""What follows a life when it is told to end more than once, or in the midst of its start."""

from collections.abc import Callable

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from sagent.actors import Actor, Backoff, Exit, Ref, Restart, open_system

pytestmark = pytest.mark.usefixtures("any_schedule")


class Worker(Actor[float | OSError]):
    """Works so long, crashes with an error, and notes both its lives and what it has handled."""

    def __init__(
        self, log: list[object], *, start_s: float = 0, restart_s: float = 0, farewell_s: float = 0
    ) -> None:
        self.log = log
        self.start_s = restart_s if "start" in log else start_s
        self.farewell_s = farewell_s

    async def started(self) -> None:
        self.log.append("start")
        await trio.sleep(self.start_s)

    async def receive(self, message: float | OSError) -> None:
        if isinstance(message, OSError):
            raise message
        await trio.sleep(message)
        self.log.append(message)

    async def stopped(self, exit: Exit) -> None:  # noqa: A002  # the hook's name for it
        await trio.sleep(self.farewell_s)


async def test_terminating_a_child_in_a_restart_leaves_it_terminated(
    autojump_clock: MockClock,
) -> None:
    log: list[object] = []
    async with open_system() as system:
        worker = await system.spawn(Worker, log, restart_s=1, restart="permanent")
        worker.tell(OSError())
        await trio.sleep(0.5)

        await system.terminate_child(worker)
        await trio.sleep(10)

        assert system.tree().children[0].state == "terminated"
        assert log == ["start", "start"]


async def test_terminating_a_child_in_its_first_start_leaves_it_terminated(
    autojump_clock: MockClock,
) -> None:
    log: list[object] = []
    async with open_system() as system, trio.open_nursery() as nursery:

        async def spawn() -> None:
            await system.spawn(Worker, log, start_s=1, restart="permanent", name="worker")

        nursery.start_soon(spawn)
        await trio.sleep(0.5)
        worker = system.whereis("worker")
        assert worker is not None

        await system.terminate_child(worker)
        await trio.sleep(10)

        assert system.tree().children[0].state == "terminated"
        await system.restart_child(worker)
        assert log == ["start", "start"]


@pytest.mark.parametrize("how", [Ref[float | OSError].stop, Ref[float | OSError].drain])
async def test_a_transient_that_is_told_to_end_while_its_group_restarts_ends(
    autojump_clock: MockClock, how: Callable[[Ref[float | OSError]], None]
) -> None:
    async with open_system(strategy="one_for_all") as system:
        worker = await system.spawn(Worker, [], restart="transient")
        sibling = await system.spawn(Worker, [], restart="transient")
        worker.tell(1)
        sibling.tell(OSError())
        await trio.sleep(0.5)

        how(worker)

        assert await worker.closed() == Exit("stopped")
        await wait_all_tasks_blocked()
        assert sibling.alive


@pytest.mark.parametrize("how", [Ref[float | OSError].stop, Ref[float | OSError].drain])
async def test_a_transient_that_is_told_to_end_in_the_farewell_of_a_crash_ends(
    autojump_clock: MockClock, how: Callable[[Ref[float | OSError]], None]
) -> None:
    async with open_system() as system:
        worker = await system.spawn(Worker, [], farewell_s=1, restart="transient")
        worker.tell(OSError())
        await trio.sleep(0.5)

        how(worker)

        assert (await worker.closed()).reason == "crashed"


@pytest.mark.parametrize(
    ("restart", "lives"), [("transient", False), ("permanent", True)], ids=["ends", "lives"]
)
@pytest.mark.parametrize("how", [Ref[float | OSError].stop, Ref[float | OSError].drain])
async def test_only_a_permanent_child_that_is_being_terminated_outlives_a_stop(
    autojump_clock: MockClock,
    how: Callable[[Ref[float | OSError]], None],
    restart: Restart,
    lives: bool,
) -> None:
    async with open_system() as system, trio.open_nursery() as nursery:
        worker = await system.spawn(Worker, [], restart=restart)
        worker.tell(1)
        await wait_all_tasks_blocked()
        nursery.start_soon(system.terminate_child, worker)
        await trio.sleep(0.5)

        how(worker)
        await trio.sleep(1)

        assert worker.alive is lives
        assert [node.state for node in system.tree().children] == ["terminated"] * lives


async def test_a_child_that_drains_ends_when_it_is_terminated(autojump_clock: MockClock) -> None:
    async with open_system() as system:
        worker = await system.spawn(Worker, [], restart="transient")
        worker.tell(1)
        worker.tell(1)
        await wait_all_tasks_blocked()
        worker.drain()

        await system.terminate_child(worker)

        assert not worker.alive


@pytest.mark.parametrize("restart", ["permanent", "transient"])
async def test_a_spawn_that_is_cancelled_as_the_start_returns_leaves_nobody(
    autojump_clock: MockClock, restart: Restart
) -> None:
    async with open_system() as system:
        with trio.move_on_after(1) as scope:
            await system.spawn(Worker, [], start_s=1, restart=restart, name="worker")
        await trio.sleep(10)

        assert (system.whereis("worker") is None) is scope.cancelled_caught
        assert (system.tree().children == ()) is scope.cancelled_caught


async def test_a_restart_that_is_cancelled_as_the_start_returns_leaves_it_terminated(
    autojump_clock: MockClock,
) -> None:
    async with open_system() as system:
        worker = await system.spawn(Worker, [], restart_s=1, restart="permanent")
        await system.terminate_child(worker)
        with trio.move_on_after(1) as scope:
            await system.restart_child(worker)
        await trio.sleep(10)

        state = "terminated" if scope.cancelled_caught else "idle"
        assert system.tree().children[0].state == state


@pytest.mark.parametrize("how", ["crash", "kill"])
async def test_what_is_left_of_a_drain_after_a_crash_is_handled_in_one_last_life(
    autojump_clock: MockClock, how: str
) -> None:
    log: list[object] = []
    async with open_system() as system:
        worker = await system.spawn(Worker, log, restart="transient")
        for message in (1, OSError() if how == "crash" else 5, 2, 3):
            worker.tell(message)
        worker.drain()
        await trio.sleep(2)
        if how == "kill":
            worker.kill()
        worker.tell(4)

        assert await worker.closed() == Exit("stopped")
        assert log == ["start", 1, "start", 2, 3]


async def test_an_actor_that_crashes_on_the_last_message_of_a_drain_has_ended(
    autojump_clock: MockClock,
) -> None:
    log: list[object] = []
    async with open_system() as system:
        worker = await system.spawn(Worker, log, restart="transient")
        worker.tell(OSError())
        worker.drain()

        assert (await worker.closed()).reason == "crashed"
        assert log == ["start"]


async def test_a_drain_while_a_group_restarts_makes_the_next_life_the_last(
    autojump_clock: MockClock,
) -> None:
    log: list[object] = []
    async with open_system(strategy="one_for_all", backoff=Backoff(1, 1, jitter=0)) as system:
        worker = await system.spawn(Worker, log, restart="transient")
        sibling = await system.spawn(Worker, [], restart="transient")
        worker.tell(1)
        worker.tell(2)
        sibling.tell(OSError())
        await trio.sleep(0.5)

        worker.drain()
        worker.tell(3)

        assert await worker.closed() == Exit("stopped")
        assert log == ["start", 1, "start", 2]
