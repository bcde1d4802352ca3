from contextlib import ExitStack

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from sagent.actors import (
    Actor,
    DeadLetter,
    Event,
    Exit,
    Exited,
    Feed,
    Missed,
    Spawned,
    Started,
    open_system,
)
from sagent.errors import UsageError

pytestmark = pytest.mark.usefixtures("any_schedule")


class Idle(Actor[str]):
    async def receive(self, message: str) -> None:
        pass


async def _read(feed: Feed[Event], into: list[Event | Missed]) -> None:
    async for event in feed:
        into.append(event)  # noqa: PERF401  # as they come, which a comprehension would not show


async def test_a_task_reads_events_in_its_own_time(autojump_clock: MockClock) -> None:
    read: list[Event | Missed] = []
    async with trio.open_nursery() as nursery, open_system() as system:
        with system.events.subscribe() as feed:
            nursery.start_soon(_read, feed, read)
            idle = await system.spawn(Idle, name="it")
            await wait_all_tasks_blocked()
            assert read == [Spawned("/it"), Started("/it")]

            idle.stop()
            await idle.closed()
            await wait_all_tasks_blocked()
            nursery.cancel_scope.cancel()

    assert read[2:] == [Exited("/it", Exit("stopped"))]


async def test_a_feed_holds_the_kinds_that_were_asked_for(autojump_clock: MockClock) -> None:
    async with open_system() as system:
        with system.events.subscribe(DeadLetter, Exited) as feed:
            idle = await system.spawn(Idle, name="it")
            idle.stop()
            await idle.closed()
            idle.tell("too late")

            assert await anext(feed) == Exited("/it", Exit("stopped"))
            assert await anext(feed) == DeadLetter("/it", "too late", "stopped", None)


async def test_a_slow_reader_is_told_how_many_it_missed_and_where(
    autojump_clock: MockClock,
) -> None:
    async with open_system() as system:
        with system.events.subscribe(Spawned, capacity=2) as feed:
            for name in "abcde":
                await system.spawn(Idle, name=name)
            assert await anext(feed) == Missed(3)
            assert await anext(feed) == Spawned("/d")
            await system.spawn(Idle, name="f")
            assert await anext(feed) == Spawned("/e")
            assert await anext(feed) == Spawned("/f")


async def test_a_feed_ends_with_the_system(autojump_clock: MockClock) -> None:
    with ExitStack() as block:
        async with open_system() as system:
            feed = block.enter_context(system.events.subscribe(Exited))
            await system.spawn(Idle, name="it")

        assert [event async for event in feed] == [Exited("/it", Exit("stopped"))]


async def test_a_feed_has_room_for_one_event_at_least(autojump_clock: MockClock) -> None:
    async with open_system() as system:
        with pytest.raises(UsageError, match="capacity=0"), system.events.subscribe(capacity=0):
            pass
