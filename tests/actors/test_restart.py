"""What a restart keeps and what it does not."""

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked
from worker import Work, Worker

from sagent.actors import (
    Actor,
    Backoff,
    DeadLetter,
    Event,
    Exit,
    Ref,
    Restart,
    open_system,
)
from sagent.errors import ActorCrashed, ActorStopped

pytestmark = pytest.mark.usefixtures("any_schedule")


@pytest.mark.parametrize("restart", ["temporary", "permanent"])
async def test_asks_queued_behind_a_crash_are_answered_by_the_next_life_if_there_is_one(
    autojump_clock: MockClock, restart: Restart
) -> None:
    answers: list[int | str] = []

    async def ask_and_note(worker: Ref[Work], number: int) -> None:
        try:
            answer = await worker.ask(Work(number))
        except ActorStopped as error:
            answers.append(type(error.__cause__).__name__)
        else:
            answers.append(answer)

    async with open_system() as system:
        worker = await system.spawn(Worker, [], restart=restart)
        worker.tell(Work(-1, seconds=1, crash=True))
        async with trio.open_nursery() as nursery:
            for number in range(3):
                nursery.start_soon(ask_and_note, worker, number)

    expected = [0, 1, 2] if restart == "permanent" else ["ValueError"] * 3
    assert sorted(answers, key=str) == expected


async def test_the_message_in_hand_of_a_crash_is_a_dead_letter_and_never_tried_again(
    autojump_clock: MockClock,
) -> None:
    log: list[str] = []
    events: list[Event] = []
    async with open_system() as system:
        worker = await system.spawn(Worker, log, name="worker", restart="permanent")
        with system.events.listen(events.append):
            with pytest.raises(ActorCrashed) as caught:
                await worker.ask(Work(1, crash=True))
            assert await worker.ask(Work(2)) == 2

        assert isinstance(caught.value.__cause__, ValueError)
        assert log == ["start 0", "work 1", "crashed 0", "start 0", "work 2"]
        letters = [e for e in events if isinstance(e, DeadLetter)]
        assert letters == [DeadLetter("/worker", Work(1, crash=True), "crashed", None)]


async def test_queued_messages_survive_in_order_and_the_state_is_fresh(
    autojump_clock: MockClock,
) -> None:
    log: list[str] = []
    made: list[Worker] = []

    def make() -> Worker:
        made.append(Worker(log))
        return made[-1]

    async with open_system(strategy="one_for_all") as system:
        victim = await system.spawn(Worker, [], restart="permanent")
        sibling = await system.spawn(make, restart="transient")
        sibling.tell(Work(0, seconds=1))
        for number in (1, 2, 3):
            sibling.tell(Work(number))
        await wait_all_tasks_blocked()
        victim.tell(Work(0, crash=True))
        await trio.sleep(2)

    lives = ["start 0", "work 0", "stopped 1", "start 1", "work 1", "work 2", "work 3"]
    assert log == [*lives, "stopped 2"]
    assert [worker.handled for worker in made] == [1, 3]


async def test_a_new_life_starts_only_when_the_old_one_has_said_farewell(
    autojump_clock: MockClock,
) -> None:
    log: list[str] = []
    async with open_system() as system:
        worker = await system.spawn(Worker, log, farewell_s=3, restart="permanent")
        worker.tell(Work(0, crash=True))

        assert await worker.ask(Work(1)) == 1
        assert log == ["start 0", "work 0", "crashed 3", "start 3", "work 1"]


async def test_an_ask_during_a_restart_waits_as_long_as_its_deadline_says(
    autojump_clock: MockClock,
) -> None:
    log: list[str] = []
    async with open_system(backoff=Backoff(10, 10, jitter=0)) as system:
        worker = await system.spawn(Worker, log, restart="permanent")
        worker.tell(Work(0, crash=True))
        await wait_all_tasks_blocked()

        with trio.move_on_after(4) as scope:
            await worker.ask(Work(1))
        assert scope.cancelled_caught
        with trio.fail_after(7):
            assert await worker.ask(Work(2)) == 2

        assert trio.current_time() == 10
        assert "work 1" not in log


class Ticker(Actor[str]):
    def __init__(self, log: list[str]) -> None:
        self.log = log

    async def receive(self, message: str) -> None:
        self.log.append(f"{message} {trio.current_time():g}")
        if message == "set":
            self.context.after("key", 5, "old life's")
        if message == "crash":
            raise ValueError(message)


async def test_timers_are_gone_at_a_restart(autojump_clock: MockClock) -> None:
    log: list[str] = []
    async with open_system() as system:
        ticker = await system.spawn(Ticker, log, restart="permanent")
        ticker.tell("set")
        ticker.tell("crash")
        await trio.sleep(10)
        ticker.tell("again")
        await wait_all_tasks_blocked()

    assert log == ["set 0", "crash 0", "again 10"]


async def test_a_ref_from_before_a_restart_ends_the_new_life(autojump_clock: MockClock) -> None:
    log: list[str] = []
    async with open_system() as system:
        worker = await system.spawn(Worker, log, restart="transient")
        worker.tell(Work(0, crash=True))
        await wait_all_tasks_blocked()
        worker.stop()

        assert await worker.closed() == Exit("stopped")
        assert log == ["start 0", "work 0", "crashed 0", "start 0", "stopped 0"]


async def test_a_transient_one_killed_lives_again_and_one_stopped_while_it_waits_does_not(
    autojump_clock: MockClock,
) -> None:
    log: list[str] = []
    async with open_system(intensity=2, backoff=Backoff(4, 4, jitter=0)) as system:
        worker = await system.spawn(Worker, log, name="worker", restart="transient")
        worker.kill()
        await trio.sleep(5)
        assert await worker.ask(Work(1)) == 1

        worker.tell(Work(2, crash=True))
        await wait_all_tasks_blocked()
        worker.stop()

        assert (await worker.closed()).reason == "crashed"
        assert system.whereis("worker") is None


async def test_an_asker_in_hand_of_a_kill_fails_and_those_queued_are_answered(
    autojump_clock: MockClock,
) -> None:
    async with open_system() as system, trio.open_nursery() as nursery:
        worker = await system.spawn(Worker, [], restart="permanent")

        async def ask_in_vain() -> None:
            with pytest.raises(ActorStopped):
                await worker.ask(Work(1, seconds=100))

        nursery.start_soon(ask_in_vain)
        await wait_all_tasks_blocked()
        worker.tell(Work(2))
        worker.kill()

        assert await worker.ask(Work(3)) == 3
        assert trio.current_time() == 0
