from collections.abc import Awaitable, Callable

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from sagent.actors import Actor, Context, DeadLetter, Event, System, open_system
from sagent.errors import UsageError

pytestmark = pytest.mark.usefixtures("any_schedule")

type Told = tuple[float, str]


class Sleeper(Actor[str]):
    """Notes when it is told what; a message that ends in digits takes it as many seconds."""

    def __init__(self, told: list[Told]) -> None:
        self.told = told

    async def receive(self, message: str) -> None:
        self.told.append((trio.current_time(), message))
        seconds = message.strip("abcdefghijklmnopqrstuvwxyz ")
        await trio.sleep(float(seconds or 0))


async def _with_sleeper(
    told: list[Told], play: Callable[[Context[str]], Awaitable[object]]
) -> None:
    sleeper = Sleeper(told)
    async with open_system() as system:
        await system.spawn(lambda: sleeper)
        await play(sleeper.context)


async def test_a_timer_is_a_message_at_its_time(autojump_clock: MockClock) -> None:
    told: list[Told] = []

    async def play(context: Context[str]) -> None:
        context.after("late", 3, "late")
        context.after("early", 1, "early")
        await trio.sleep(10)

    await _with_sleeper(told, play)

    assert told == [(1, "early"), (3, "late")]


async def test_a_timer_replaces_the_one_under_its_key(autojump_clock: MockClock) -> None:
    told: list[Told] = []

    async def play(context: Context[str]) -> None:
        context.after("key", 1, "old")
        context.after("key", 2, "new")
        await trio.sleep(10)

    await _with_sleeper(told, play)

    assert told == [(2, "new")]


async def test_a_cancelled_timer_takes_its_waiting_message_back(
    autojump_clock: MockClock,
) -> None:
    told: list[Told] = []

    async def play(context: Context[str]) -> None:
        context.ref.tell("busy 5")
        context.after("key", 1, "never")
        await trio.sleep(3)
        context.cancel("key")
        context.cancel("no such key")
        await trio.sleep(10)

    await _with_sleeper(told, play)

    assert told == [(0, "busy 5")]


async def test_ticks_come_every_so_often_and_do_not_pile_up(autojump_clock: MockClock) -> None:
    told: list[Told] = []

    async def play(context: Context[str]) -> None:
        context.every("tick", 1, "tick")
        await trio.sleep(2.5)
        context.ref.tell("busy 4")
        await trio.sleep(5)
        context.cancel("tick")
        await trio.sleep(10)

    await _with_sleeper(told, play)

    assert told == [(1, "tick"), (2, "tick"), (2.5, "busy 4"), (6.5, "tick"), (7, "tick")]


async def test_a_front_tick_goes_before_what_waits(autojump_clock: MockClock) -> None:
    told: list[Told] = []

    async def play(context: Context[str]) -> None:
        context.ref.tell("busy 2")
        context.ref.tell("waits")
        context.after("key", 1, "first", lane="front")
        await trio.sleep(3)

    await _with_sleeper(told, play)

    assert told == [(0, "busy 2"), (2, "first"), (2, "waits")]


async def test_timers_end_with_their_actor(autojump_clock: MockClock) -> None:
    events: list[Event] = []
    sleeper = Sleeper([])
    async with open_system() as system:
        ref = await system.spawn(lambda: sleeper)
        sleeper.context.every("tick", 1, "tick")
        ref.stop()
        await ref.closed()
        with system.events.listen(events.append):
            sleeper.context.after("posthumous", 1, "boo")
            await trio.sleep(5)

    assert [e for e in events if isinstance(e, DeadLetter)] == []


async def test_ticks_without_a_time_between_them_are_refused(autojump_clock: MockClock) -> None:
    async def play(context: Context[str]) -> None:
        with pytest.raises(UsageError, match="seconds=0"):
            context.every("tick", 0, "tick")
        await trio.lowlevel.checkpoint()

    await _with_sleeper([], play)


async def test_ticks_closer_than_the_clock_can_tell_let_others_run(
    autojump_clock: MockClock,
) -> None:
    told: list[Told] = []

    async def play(context: Context[str]) -> None:
        await trio.sleep(1)
        context.every("tick", 1e-30, "tick")
        await wait_all_tasks_blocked()
        context.cancel("tick")

    await _with_sleeper(told, play)

    assert (1, "tick") in told


async def test_a_timer_replaced_with_every_message_leaves_nothing_behind(
    autojump_clock: MockClock,
) -> None:
    sleeper = Sleeper([])
    async with open_system() as system:
        ref = await system.spawn(lambda: sleeper)
        for _ in range(10_000):
            sleeper.context.after("idle", 3600, "idle")
        await wait_all_tasks_blocked()

        assert _entries(system) < 200
        assert ref.alive


def _entries(system: System) -> int:
    return len(system._cell.realm.clock._heap)
