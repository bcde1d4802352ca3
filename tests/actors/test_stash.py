import attrs
import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from sagent.actors import Actor, DeadLetter, Event, Exit, Overflow, Request, open_system
from sagent.errors import ActorStopped, MailboxFull, UsageError

pytestmark = pytest.mark.usefixtures("any_schedule")


@attrs.frozen
class Query(Request[str]):
    text: str


class Database(Actor[str | Query]):
    """Puts queries aside until it is open; "crash" crashes it."""

    def __init__(self, handled: list[str]) -> None:
        self.handled = handled
        self.open = False

    async def receive(self, message: str | Query) -> str | None:
        if message == "open":
            self.open = True
            self.context.unstash()
            return None
        if message == "crash":
            raise ValueError(message)
        if not self.open:
            self.context.stash()
            return "an answer that must not count"
        text = message.text if isinstance(message, Query) else message
        self.handled.append(text)
        return text.upper()


async def test_what_is_put_aside_comes_back_in_its_order_and_before_the_rest(
    autojump_clock: MockClock,
) -> None:
    handled: list[str] = []
    async with open_system() as system:
        database = await system.spawn(Database, handled)
        for text in ("a", "b"):
            database.tell(text)
        database.tell("front", lane="front")
        await wait_all_tasks_blocked()
        database.tell("open", lane="front")
        database.tell("later")
        database.tell("front too", lane="front")
        await wait_all_tasks_blocked()

    assert handled == ["front", "front too", "a", "b", "later"]


async def test_whoever_asked_waits_for_the_answer_of_the_second_time(
    autojump_clock: MockClock,
) -> None:
    answers: list[str] = []
    async with open_system() as system:
        database = await system.spawn(Database, [])
        async with trio.open_nursery() as nursery:

            async def ask() -> None:
                answers.append(await database.ask(Query("hello")))

            nursery.start_soon(ask)
            await wait_all_tasks_blocked()
            assert system.tree().children[0].stashed == 1
            database.tell("open")

    assert answers == ["HELLO"]


async def test_what_is_put_aside_outlives_a_restart(autojump_clock: MockClock) -> None:
    handled: list[str] = []
    async with open_system() as system:
        database = await system.spawn(Database, handled, restart="permanent")
        for text in ("a", "b", "crash", "c"):
            database.tell(text)
        await wait_all_tasks_blocked()
        assert handled == []
        database.tell("open")
        await wait_all_tasks_blocked()

    assert handled == ["a", "b", "c"]


@pytest.mark.parametrize("end", ["stop", "drain", "kill"])
async def test_what_is_still_aside_at_the_end_is_dead_letters(
    autojump_clock: MockClock, end: str
) -> None:
    events: list[Event] = []
    async with open_system() as system:
        with system.events.listen(events.append):
            database = await system.spawn(Database, [])
            database.tell("a")
            with pytest.RaisesGroup(ActorStopped):
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(database.ask, Query("b"))
                    await wait_all_tasks_blocked()
                    {"stop": database.stop, "drain": database.drain, "kill": database.kill}[end]()
            await database.closed()

    lost = [event.message for event in events if isinstance(event, DeadLetter)]
    assert lost == ["a", Query("b")]


async def test_a_query_that_nobody_waits_for_any_more_is_not_begun_again(
    autojump_clock: MockClock,
) -> None:
    handled: list[str] = []
    async with open_system() as system:
        database = await system.spawn(Database, handled)
        with trio.move_on_after(1):
            await database.ask(Query("in vain"))
        database.tell("open")
        await wait_all_tasks_blocked()

    assert handled == []


async def test_a_bounded_inbox_has_as_much_room_aside(autojump_clock: MockClock) -> None:
    events: list[Event] = []
    async with open_system() as system:
        database = await system.spawn(Database, [], capacity=2)
        with system.events.listen(events.append):
            for text in ("a", "b"):
                database.tell(text)
                await wait_all_tasks_blocked()
            with pytest.raises(MailboxFull):
                await database.ask(Query("c"))
            assert system.tree().children[0].stashed == 2

            assert events == [
                Overflow(database.path, 2, 1),
                DeadLetter(database.path, Query("c"), "overflow", None),
            ]


async def test_without_a_message_in_hand_there_is_nothing_to_put_aside(
    autojump_clock: MockClock,
) -> None:
    database = Database([])
    async with open_system() as system:
        ref = await system.spawn(lambda: database)
        with pytest.raises(UsageError, match="no message is in hand"):
            database.context.stash()
        ref.stop()
        assert await ref.closed() == Exit("stopped")
