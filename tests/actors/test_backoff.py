"""Actors between two lives."""

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked
from worker import Work, Worker

from sagent.actors import Backoff, Event, Exit, Ref, Restarting, open_system
from sagent.errors import ActorStopped, UsageError

pytestmark = pytest.mark.usefixtures("any_schedule")


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
        assert (
            str(system.tree()) == "system idle\n└─ worker backing off inbox=1 peak=2 last=crashed"
        )

        await trio.sleep(5)
        assert str(system.tree()) == "system idle\n└─ worker idle peak=2 restarts=1 last=crashed"


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


@pytest.mark.parametrize("wrong", [(2, 1, 2), (-1, 1, 2), (1, 2, 0.5)])
def test_a_backoff_that_cannot_be_meant_is_refused(wrong: tuple[float, float, float]) -> None:
    with pytest.raises(UsageError):
        Backoff(*wrong)


def test_a_backoffs_jitter_adds_at_most_its_part() -> None:
    delays = {Backoff(10, 10, jitter=0.5).delay_s(1) for _ in range(100)}

    assert 10 <= min(delays) < max(delays) <= 15
