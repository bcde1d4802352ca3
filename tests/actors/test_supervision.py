import attrs
import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from sagent.actors import (
    Actor,
    Backoff,
    DeadLetter,
    Event,
    Exit,
    Exited,
    Ref,
    Request,
    Restart,
    Restarting,
    Started,
    open_system,
)
from sagent.actors import RestartLimit as RestartLimitEvent
from sagent.errors import ActorCrashed, ActorStopped, RestartLimit, UsageError

pytestmark = pytest.mark.usefixtures("any_schedule")


@attrs.frozen
class Work(Request[int]):
    number: int
    seconds: float = 0
    crash: bool = False


class Worker(Actor[Work]):
    """Notes what it handles, and its lives; may be slow to start and to say farewell."""

    def __init__(self, log: list[str], *, start_s: float = 0, farewell_s: float = 0) -> None:
        self.log = log
        self.start_s = start_s
        self.farewell_s = farewell_s
        self.handled = 0

    async def started(self) -> None:
        await trio.sleep(self.start_s)
        self.log.append(f"start {trio.current_time():g}")

    async def receive(self, message: Work) -> int:
        self.log.append(f"work {message.number}")
        self.handled += 1
        await trio.sleep(message.seconds)
        if message.crash:
            raise ValueError(message.number)
        return message.number

    async def stopped(self, exit: Exit) -> None:  # noqa: A002  # the hook's name for it
        await trio.sleep(self.farewell_s)
        self.log.append(f"{exit.reason} {trio.current_time():g}")


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


async def test_the_limit_passed_at_the_top_ends_the_block_with_the_childs_error(
    autojump_clock: MockClock,
) -> None:
    events: list[Event] = []

    async def crash_twice() -> None:
        async with open_system() as system:
            worker = await system.spawn(Worker, [], name="worker", restart="permanent")
            with system.events.listen(events.append):
                worker.tell(Work(1, crash=True))
                worker.tell(Work(2, crash=True))
                await trio.sleep_forever()

    with pytest.raises(RestartLimit, match="/worker ended once more") as caught:
        await crash_twice()

    cause = caught.value.__cause__
    assert isinstance(cause, ValueError)
    told = [e for e in events if not isinstance(e, DeadLetter)]
    assert told[1:4] == [
        Started("/worker"),
        RestartLimitEvent("", "/worker", 1, 5),
        Exited("/worker", Exit("crashed", cause)),
    ]


class Household(Actor[str]):
    """Has a child that restarts, and is itself a child."""

    def __init__(self, log: list[str]) -> None:
        self.log = log

    async def started(self) -> None:
        self.context.supervise(intensity=0)
        await self.context.spawn(Worker, self.log, name="child", restart="permanent")


async def test_a_supervisor_over_its_limit_is_restarted_by_its_own_with_what_it_starts(
    autojump_clock: MockClock,
) -> None:
    log: list[str] = []
    async with open_system() as system:
        household = await system.spawn(Household, log, name="house", restart="permanent")
        child = system.whereis("child")
        assert child is not None
        child.tell(Work(0, crash=True))
        await wait_all_tasks_blocked()

        assert household.alive
        assert not child.alive
        assert log == ["start 0", "work 0", "crashed 0", "start 0"]
        assert system.whereis("child") not in (None, child)


async def test_a_supervisor_restarted_has_no_children_and_takes_new_ones(
    autojump_clock: MockClock,
) -> None:
    async with open_system() as system:
        supervisor = await system.supervisor(name="team", intensity=0)
        first = await supervisor.spawn(Worker, [], name="one", restart="permanent")
        first.tell(Work(0, crash=True))
        await wait_all_tasks_blocked()

        assert not first.alive
        second = await supervisor.spawn(Worker, [], name="one", restart="permanent")
        assert await second.ask(Work(1)) == 1
        assert second.path == "/team/one"


async def test_the_policy_is_said_before_there_are_children_that_restart(
    autojump_clock: MockClock,
) -> None:
    worker = Worker([])
    async with open_system() as system:
        await system.spawn(lambda: worker)
        await worker.context.spawn(Worker, [], restart="permanent")
        with pytest.raises(UsageError, match="call supervise before"):
            worker.context.supervise(intensity=5)


async def test_backoff_grows_to_its_most(autojump_clock: MockClock) -> None:
    log: list[str] = []
    backoff = Backoff(1, 5, jitter=0)
    async with open_system(intensity=10, backoff=backoff) as system:
        worker = await system.spawn(Worker, log, restart="permanent")
        for _ in range(4):
            worker.tell(Work(0, crash=True))
            await trio.sleep(20)

    assert [e for e in log if e.startswith("start")] == [
        f"start {when}" for when in (0, 1, 22, 44, 65)
    ]


async def test_a_long_life_starts_the_backoff_over(autojump_clock: MockClock) -> None:
    delays: list[float] = []
    backoff = Backoff(1, 8, jitter=0, reset_s=30)
    async with open_system(intensity=10, backoff=backoff) as system:
        worker = await system.spawn(Worker, [], restart="permanent")
        with system.events.listen(
            lambda e: delays.append(e.delay_s) if isinstance(e, Restarting) else None
        ):
            for pause_s in (10, 10, 40, 10):
                worker.tell(Work(0, crash=True))
                await trio.sleep(pause_s)

    assert delays == [1, 2, 4, 1]


async def test_a_child_that_waits_keeps_no_sibling_waiting(autojump_clock: MockClock) -> None:
    one: list[str] = []
    two: list[str] = []
    async with open_system(intensity=10, backoff=Backoff(4, 4, jitter=0)) as system:
        first = await system.spawn(Worker, one, restart="permanent")
        second = await system.spawn(Worker, two, restart="permanent")
        first.tell(Work(0, crash=True))
        await trio.sleep(1)
        second.tell(Work(0, crash=True))
        await trio.sleep(10)

    assert "start 4" in one
    assert "start 5" in two


async def test_who_crashes_before_one_that_waits_is_waited_for_under_rest_for_one(
    autojump_clock: MockClock,
) -> None:
    logs: dict[str, list[str]] = {"a": [], "b": [], "c": []}
    backoff = Backoff(4, 4, jitter=0)
    async with open_system(strategy="rest_for_one", intensity=10, backoff=backoff) as system:
        refs = {
            name: await system.spawn(Worker, log, restart="permanent") for name, log in logs.items()
        }
        refs["b"].tell(Work(0, crash=True))
        await trio.sleep(2)
        refs["a"].tell(Work(0, crash=True))
        await trio.sleep(10)

    starts = {name: [e for e in log if e.startswith("start")] for name, log in logs.items()}
    assert starts == {name: ["start 0", "start 6"] for name in logs}


async def test_the_tree_shows_who_backs_off_and_how_it_ended(autojump_clock: MockClock) -> None:
    async with open_system(backoff=Backoff(4, 4, jitter=0)) as system:
        worker = await system.spawn(Worker, [], name="worker", restart="permanent")
        worker.tell(Work(0, crash=True))
        worker.tell(Work(1))
        await wait_all_tasks_blocked()
        assert str(system.tree()) == "system idle\n  worker backing off inbox=1 last=crashed"

        await trio.sleep(5)
        assert str(system.tree()) == "system idle\n  worker idle restarts=1 last=crashed"


async def test_a_restart_is_told_as_an_event(autojump_clock: MockClock) -> None:
    events: list[Event] = []
    async with open_system(backoff=Backoff(4, 4, jitter=0)) as system:
        worker = await system.spawn(Worker, [], name="worker", restart="permanent")
        with system.events.listen(events.append):
            worker.stop()
            await trio.sleep(5)

    assert events == [Restarting("/worker", Exit("stopped"), 4, 1), Started("/worker")]


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


@pytest.mark.parametrize("waiting", ["backing off", "starting"])
async def test_leaving_the_block_does_not_wait_for_a_restart(
    autojump_clock: MockClock, waiting: str
) -> None:
    events: list[Event] = []
    backoff = Backoff(100, 100, jitter=0) if waiting == "backing off" else Backoff(0, 0)
    async with open_system(backoff=backoff) as system:
        worker = await system.spawn(Worker, [], name="worker", start_s=50, restart="permanent")
        with system.events.listen(events.append):
            worker.tell(Work(1, crash=True))
            worker.tell(Work(2))
            await wait_all_tasks_blocked()
            assert system.tree().children[0].state == waiting
            left = trio.current_time()

    assert trio.current_time() - left <= 5
    assert not worker.alive


async def test_a_cancelled_block_ends_those_that_wait_too(autojump_clock: MockClock) -> None:
    workers: list[Ref[Work]] = []
    with trio.move_on_after(3):
        async with open_system(backoff=Backoff(100, 100, jitter=0)) as system:
            workers.append(await system.spawn(Worker, [], restart="permanent"))
            workers[0].tell(Work(1, crash=True))
            workers[0].tell(Work(2))
            await trio.sleep_forever()

    assert trio.current_time() == 3
    assert not workers[0].alive
    with pytest.raises(ActorStopped):
        await workers[0].ask(Work(3))


async def test_a_killed_parent_ends_its_children_that_wait(autojump_clock: MockClock) -> None:
    async with open_system() as system:
        supervisor = await system.supervisor(
            restart="temporary", backoff=Backoff(100, 100, jitter=0)
        )
        child = await supervisor.spawn(Worker, [], restart="permanent")
        child.tell(Work(1, crash=True))
        await wait_all_tasks_blocked()
        supervisor.ref.kill()

        assert (await child.closed()).reason == "crashed"
        assert await supervisor.ref.closed() == Exit("killed")
        assert trio.current_time() == 0


async def test_five_hundred_restarts_leave_no_task_behind(autojump_clock: MockClock) -> None:
    letters = 0

    def count(event: Event) -> None:
        nonlocal letters
        letters += isinstance(event, DeadLetter) and event.reason == "crashed"

    log: list[str] = []
    async with open_system(intensity=500) as system:
        sibling = await system.spawn(Worker, log)
        worker = await system.spawn(Worker, [], restart="permanent")
        await wait_all_tasks_blocked()
        tasks_before = trio.lowlevel.current_statistics().tasks_living
        with system.events.listen(count):
            for _ in range(500):
                with pytest.raises(ActorCrashed):
                    await worker.ask(Work(0, crash=True))

        assert await worker.ask(Work(1)) == 1
        assert await sibling.ask(Work(2)) == 2
        assert trio.lowlevel.current_statistics().tasks_living == tasks_before
        assert (letters, log) == (500, ["start 0", "work 2"])


@pytest.mark.parametrize("wrong", [(2, 1, 2), (-1, 1, 2), (1, 2, 0.5)])
def test_a_backoff_that_cannot_be_meant_is_refused(wrong: tuple[float, float, float]) -> None:
    with pytest.raises(UsageError):
        Backoff(*wrong)


def test_a_backoffs_jitter_adds_at_most_its_part() -> None:
    delays = {Backoff(10, 10, jitter=0.5).delay_s(1) for _ in range(100)}

    assert 10 <= min(delays) < max(delays) <= 15
