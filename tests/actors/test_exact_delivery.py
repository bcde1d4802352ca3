"""Ticks, drops, feeds and asks at the edge: each message counts once, each wait has an end."""

from collections.abc import Callable

import attrs
import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from sagent.actors import (
    Actor,
    ActorStopped,
    DeadLetter,
    Envelope,
    Event,
    Exit,
    Inbox,
    Ref,
    Request,
    open_system,
)

pytestmark = pytest.mark.usefixtures("any_schedule")


class Ticking(Actor[str]):
    """Re-arms its timer in the tick's own handler, and then goes on as it is told."""

    def __init__(self, then: Callable[["Ticking"], None], log: list[float]) -> None:
        self.then = then
        self.log = log

    async def started(self) -> None:
        self.context.after("key", 1, "tick")

    async def receive(self, message: str) -> None:
        self.log.append(trio.current_time())
        if len(self.log) == 1:
            self.context.after("key", 100, message)
            await trio.sleep(2)
            self.then(self)


def _crash(_: Ticking) -> None:
    raise OSError("no disk")


def _stash(ticking: Ticking) -> None:
    ticking.context.stash()
    ticking.context.unstash()


async def test_a_tick_whose_handler_sets_its_timer_anew_is_still_in_hand(
    autojump_clock: MockClock,
) -> None:
    letters: list[Event] = []
    async with open_system() as system:
        ticking = await system.spawn(Ticking, _crash, [])
        with system.events.listen(letters.append):
            await trio.sleep(2)
            assert system.tree().children[0].state == "busy"
            await ticking.closed()

    assert [e.reason for e in letters if isinstance(e, DeadLetter)] == ["crashed"]


async def test_a_tick_whose_handler_sets_its_timer_anew_can_be_put_aside(
    autojump_clock: MockClock,
) -> None:
    log: list[float] = []
    async with open_system() as system:
        await system.spawn(Ticking, _stash, log)
        await trio.sleep(200)

    assert log == [1, 3, 101]


class Slow(Actor[int]):
    """Takes a second for each message, and notes what it has handled."""

    def __init__(self, log: list[int]) -> None:
        self.log = log

    async def receive(self, message: int) -> None:
        await trio.sleep(1)
        self.log.append(message)


async def test_a_tell_that_drops_the_oldest_drops_one_and_no_send_that_waits(
    autojump_clock: MockClock,
) -> None:
    log: list[int] = []
    events: list[Event] = []
    async with open_system() as system, trio.open_nursery() as nursery:
        slow = await system.spawn(Slow, log, capacity=2, overflow="drop_oldest")
        with slow.suspended(), system.events.listen(events.append):
            slow.tell(1)
            slow.tell(2)
            for _ in range(5):
                nursery.start_soon(slow.send, 3)
            await wait_all_tasks_blocked()
            slow.tell(4)
            assert [e.message for e in events if isinstance(e, DeadLetter)] == [1]
        await trio.sleep(10)

    assert log == [2, 4, 3, 3, 3, 3, 3]


async def test_a_send_that_gives_up_while_it_waits_for_room_is_not_sent(
    autojump_clock: MockClock,
) -> None:
    log: list[int] = []
    async with open_system() as system, trio.open_nursery() as nursery:
        slow = await system.spawn(Slow, log, capacity=1)
        with slow.suspended():
            slow.tell(1)
            with trio.move_on_after(1):
                await slow.send(2)
            nursery.start_soon(slow.send, 3)
            await wait_all_tasks_blocked()
        slow.drain()
        assert await slow.closed() == Exit("stopped")

    assert log == [1, 3]


async def test_a_tell_whose_handler_returns_as_its_actor_is_killed_is_handled_and_not_dead(
    autojump_clock: MockClock,
) -> None:
    go_on = trio.Event()
    handled: list[str] = []
    events: list[Event] = []

    class Waiting(Actor[str]):
        async def receive(self, message: str) -> None:
            await go_on.wait()
            handled.append(message)

    async with open_system() as system:
        waiting = await system.spawn(Waiting)
        waiting.tell("news")
        await wait_all_tasks_blocked()
        with system.events.listen(events.append):
            go_on.set()
            waiting.kill()
            assert await waiting.closed() == Exit("killed")

    assert handled == ["news"]
    assert [e for e in events if isinstance(e, DeadLetter)] == []


async def test_a_feed_of_a_system_that_has_ended_ends_at_once(autojump_clock: MockClock) -> None:
    async with open_system() as system:
        pass
    with system.events.subscribe() as feed:
        assert [event async for event in feed] == []


async def test_a_second_reader_of_a_feed_is_refused_and_the_first_reads_on(
    autojump_clock: MockClock,
) -> None:
    seen: list[object] = []
    async with open_system() as system, trio.open_nursery() as nursery:
        with system.events.subscribe() as feed:

            async def read() -> None:
                seen.append(await anext(feed))

            nursery.start_soon(read)
            await wait_all_tasks_blocked()
            with pytest.raises(trio.BusyResourceError):
                await anext(feed)
            await system.spawn(Slow, [])
            await wait_all_tasks_blocked()

    assert len(seen) == 1


@attrs.frozen
class Question(Request[str]):
    text: str


class Friend(Actor[Question]):
    """Asks another one when it is told to go, and notes what it hears."""

    def __init__(self, log: list[object]) -> None:
        self.log = log
        self.other: Ref[Question] | None = None

    async def receive(self, message: Question) -> str:
        if message.text == "go":
            assert self.other is not None
            try:
                self.log.append(await Question("how are you").ask(self.other))
            except ActorStopped as error:
                self.log.append(type(error))
        return "fine"


class Delegating(Actor[Question]):
    """Hands each question to a task, and asks the asker in its own."""

    def __init__(self, asker: Ref[Question], log: list[object]) -> None:
        self.asker = asker
        self.log = log

    async def run(self, inbox: Inbox[Question]) -> None:
        async for envelope in inbox:
            self.context.nursery.start_soon(self.answer, envelope)
            self.log.append(await Question("and you").ask(self.asker))

    async def answer(self, envelope: Envelope[Question]) -> None:
        await trio.sleep(1)
        envelope.reply("later")


async def test_who_hands_a_question_to_a_task_may_ask_its_asker(autojump_clock: MockClock) -> None:
    log: list[object] = []
    friend = Friend(log)
    async with open_system() as system:
        asker = await system.spawn(lambda: friend)
        friend.other = await system.spawn(Delegating, asker, log)

        assert await Question("go").ask(asker) == "fine"
        await wait_all_tasks_blocked()

    assert log == ["later", "fine"]


class Leaving(Actor[Question]):
    """Asks in its farewell."""

    def __init__(self, asker: Ref[Question], log: list[object]) -> None:
        self.asker = asker
        self.log = log

    async def stopped(self, exit: Exit) -> None:  # noqa: A002  # the hook's name for it
        await trio.sleep(1)
        self.log.append(await Question("goodbye").ask(self.asker))


async def test_who_asks_an_actor_that_asks_it_in_its_farewell_is_told_that_it_has_stopped(
    autojump_clock: MockClock,
) -> None:
    log: list[object] = []
    friend = Friend(log)
    async with open_system() as system:
        asker = await system.spawn(lambda: friend)
        friend.other = leaving = await system.spawn(Leaving, asker, log)
        with asker.suspended():
            leaving.stop()
            asker.tell(Question("go"))
            await trio.sleep(1)
            await wait_all_tasks_blocked()
        await leaving.closed()

    assert log == [ActorStopped, "fine"]
