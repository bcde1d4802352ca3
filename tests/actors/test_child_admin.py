"""OTP's terminate_child, restart_child and delete_child."""

import attrs
import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from sagent.actors import Actor, DeadLetter, Event, Exit, Request, Strategy, open_system
from sagent.errors import ActorStopped, NameTaken, UsageError

pytestmark = pytest.mark.usefixtures("any_schedule")


@attrs.frozen
class Ping(Request[str]):
    pass


class Worker(Actor[str | Ping]):
    def __init__(self, log: list[str], *, fails: set[str] | None = None) -> None:
        self.log = log
        self.fails = fails or set()

    async def started(self) -> None:
        if self.context.ref.name in self.fails:
            raise OSError("no disk")
        self.log.append(f"start {self.context.ref.name}")

    async def receive(self, message: str | Ping) -> str:
        if message == "crash":
            raise ValueError(message)
        return "pong"

    async def stopped(self, exit: Exit) -> None:  # noqa: A002  # the hook's name for it
        self.log.append(f"stop {self.context.ref.name}")


async def test_a_terminated_child_is_there_but_does_not_run(autojump_clock: MockClock) -> None:
    log: list[str] = []
    events: list[Event] = []
    async with open_system(intensity=0) as system:
        worker = await system.spawn(Worker, log, name="worker", restart="permanent")
        await system.terminate_child(worker)
        await trio.sleep(10)
        assert log == ["start worker", "stop worker"]
        assert [(node.name, node.state) for node in system.tree().children] == [
            ("worker", "terminated")
        ]
        with system.events.listen(events.append):
            worker.tell("news")
        with pytest.raises(ActorStopped):
            await worker.ask(Ping())
        with pytest.raises(NameTaken):
            await system.spawn(Worker, log, name="worker")

    assert events == [DeadLetter("/worker", "news", "stopped", None)]
    assert not worker.alive


async def test_it_lives_again_when_its_supervisor_is_told_so(autojump_clock: MockClock) -> None:
    log: list[str] = []
    async with open_system(intensity=0) as system:
        worker = await system.spawn(Worker, log, name="worker", restart="permanent")
        for _ in range(3):
            await system.terminate_child(worker)
            await system.restart_child(worker)
        assert await worker.ask(Ping()) == "pong"

    assert log == ["start worker", "stop worker"] * 4


async def test_deleted_it_is_gone_and_its_name_is_free(autojump_clock: MockClock) -> None:
    async with open_system() as system:
        worker = await system.spawn(Worker, [], name="worker", restart="transient")
        await system.terminate_child(worker)
        system.delete_child(worker)
        assert await worker.closed() == Exit("stopped")
        assert system.tree().children == ()
        with pytest.raises(ActorStopped, match="has ended for good"):
            await system.restart_child(worker)
        await system.spawn(Worker, [], name="worker")


async def test_a_temporary_child_ends_for_good(autojump_clock: MockClock) -> None:
    async with open_system() as system:
        worker = await system.spawn(Worker, [])
        await system.terminate_child(worker)
        assert not worker.alive
        with pytest.raises(ActorStopped):
            await system.restart_child(worker)


async def test_only_a_terminated_child_can_be_restarted_or_deleted(
    autojump_clock: MockClock,
) -> None:
    async with open_system() as system:
        worker = await system.spawn(Worker, [], restart="permanent")
        with pytest.raises(UsageError, match="call terminate_child first"):
            await system.restart_child(worker)
        with pytest.raises(UsageError, match="call terminate_child first"):
            system.delete_child(worker)
        team = await system.supervisor()
        with pytest.raises(UsageError, match="no child of"):
            await team.terminate_child(worker)
        assert await worker.ask(Ping()) == "pong"


async def test_a_restart_that_fails_is_told_and_counts_for_nothing(
    autojump_clock: MockClock,
) -> None:
    log: list[str] = []
    fails: set[str] = set()
    async with open_system(intensity=0) as system:
        worker = await system.spawn(Worker, log, fails=fails, name="worker", restart="permanent")
        await system.terminate_child(worker)
        fails.add("worker")
        for _ in range(3):
            with pytest.raises(OSError, match="no disk"):
                await system.restart_child(worker)
        fails.clear()
        await system.restart_child(worker)
        assert await worker.ask(Ping()) == "pong"


@pytest.mark.parametrize("strategy", ["one_for_all", "rest_for_one"])
async def test_a_restart_of_its_siblings_leaves_it_terminated(
    autojump_clock: MockClock, strategy: Strategy
) -> None:
    log: list[str] = []
    async with open_system(strategy=strategy) as system:
        first, second, third = [
            await system.spawn(Worker, log, name=name, restart="permanent") for name in "abc"
        ]
        await system.terminate_child(second)
        log.clear()
        first.tell("crash")
        await wait_all_tasks_blocked()
        assert log == ["stop a", "stop c", "start a", "start c"]
        assert await third.ask(Ping()) == "pong"


async def test_a_child_that_backs_off_can_be_terminated(autojump_clock: MockClock) -> None:
    async with open_system() as system:
        worker = await system.spawn(Worker, [], restart="permanent", name="worker")
        with worker.suspended():
            worker.tell("crash")
            worker.tell("lost")
        await system.terminate_child(worker)
        await wait_all_tasks_blocked()
        assert system.tree().children[0].state == "terminated"
        assert system.tree().children[0].inbox == 0


async def test_cancelling_a_restart_leaves_it_terminated(autojump_clock: MockClock) -> None:
    class Slow(Worker):
        async def started(self) -> None:
            if self.log:
                await trio.sleep(100)
            await super().started()

    async with open_system(intensity=0) as system:
        worker = await system.spawn(Slow, [], restart="permanent")
        await system.terminate_child(worker)
        with trio.move_on_after(1) as scope:
            await system.restart_child(worker)
        assert scope.cancelled_caught
        await wait_all_tasks_blocked()
        assert system.tree().children[0].state == "terminated"
