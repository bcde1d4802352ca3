from collections.abc import Callable

import attrs
import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from sagent.actors import Actor, DeadLetter, Event, Exit, Inbox, Ref, Request, open_system
from sagent.errors import ActorStopped

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


async def test_what_the_block_raises_is_raised_in_no_group(autojump_clock: MockClock) -> None:
    async def fail_in_a_system() -> None:
        async with open_system() as system:
            await system.spawn(Worker, [])
            raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        await fail_in_a_system()
