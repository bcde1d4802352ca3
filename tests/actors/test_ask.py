import attrs
import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from sagent.actors import Actor, DeadLetter, Event, Inbox, LateReply, Request, open_system
from sagent.errors import ActorCrashed, ActorStopped, MailboxFull

pytestmark = pytest.mark.usefixtures("any_schedule")


@attrs.frozen
class Echo(Request[str]):
    text: str


@attrs.frozen
class Crash(Request[None]):
    pass


@attrs.frozen
class Nap(Request[str]):
    seconds: float


@attrs.frozen
class Deadline(Request[float]):
    pass


class Parrot(Actor[Echo | Crash | Nap | Deadline]):
    def __init__(self) -> None:
        self.begun: list[object] = []

    async def receive(self, message: Echo | Crash | Nap | Deadline) -> object:
        self.begun.append(message)
        match message:
            case Echo(text):
                return text
            case Crash():
                raise ValueError("crashed as told")
            case Nap(seconds):
                await trio.sleep(seconds)
                return f"slept {seconds}"
            case Deadline():
                return self.context.deadline


class SlowToDie(Parrot):
    async def stopped(self, exit: object) -> None:  # noqa: A002  # the hook's name for it
        await trio.sleep(4)


async def test_an_ask_returns_what_receive_returned(autojump_clock: MockClock) -> None:
    async with open_system() as system:
        parrot = await system.spawn(Parrot)

        assert await parrot.ask(Echo("hello")) == "hello"
        assert await Echo("again").ask(parrot) == "again"


async def test_an_ask_on_which_the_actor_crashes_fails_at_once_with_its_cause(
    autojump_clock: MockClock,
) -> None:
    async with open_system() as system:
        parrot = await system.spawn(Parrot)

        with trio.fail_after(60), pytest.raises(ActorCrashed) as caught:
            await parrot.ask(Crash())

        assert isinstance(caught.value.__cause__, ValueError)
        assert trio.current_time() == 0


async def test_asks_queued_behind_a_crash_fail_with_the_crash_as_cause(
    autojump_clock: MockClock,
) -> None:
    failures: list[BaseException | None] = []

    async def ask_and_note() -> None:
        with pytest.raises(ActorStopped) as caught:
            await parrot.ask(Echo("?"))
        failures.append(caught.value.__cause__)

    async with open_system() as system:
        parrot = await system.spawn(Parrot)
        async with trio.open_nursery() as nursery:
            parrot.tell(Nap(1))
            parrot.tell(Crash())
            for _ in range(3):
                nursery.start_soon(ask_and_note)

        assert [type(cause) for cause in failures] == [ValueError] * 3
        assert trio.current_time() == 1


async def test_an_ask_of_an_ended_actor_fails_at_once(autojump_clock: MockClock) -> None:
    async with open_system() as system:
        parrot = await system.spawn(Parrot)
        parrot.stop()
        await parrot.closed()

        with pytest.raises(ActorStopped):
            await parrot.ask(Echo("anybody?"))


async def test_an_ask_of_an_actor_that_is_ending_fails_at_once(
    autojump_clock: MockClock,
) -> None:
    async with open_system() as system:
        parrot = await system.spawn(SlowToDie)
        parrot.stop()
        await wait_all_tasks_blocked()

        with pytest.raises(ActorStopped):
            await parrot.ask(Echo("still there?"))

        assert trio.current_time() == 0
        assert parrot.alive


async def test_asks_in_the_queue_fail_when_stop_is_called_not_when_it_is_done(
    autojump_clock: MockClock,
) -> None:
    failed_at: list[float] = []

    async def ask_and_note() -> None:
        with pytest.raises(ActorStopped):
            await parrot.ask(Echo("?"))
        failed_at.append(trio.current_time())

    async with open_system() as system:
        parrot = await system.spawn(Parrot)
        parrot.tell(Nap(3))
        async with trio.open_nursery() as nursery:
            nursery.start_soon(ask_and_note)
            await wait_all_tasks_blocked()
            parrot.stop()

        assert failed_at == [0]


async def test_the_askers_deadline_travels_with_the_ask(autojump_clock: MockClock) -> None:
    async with open_system() as system:
        parrot = await system.spawn(Parrot)

        with trio.fail_after(7):
            assert await parrot.ask(Deadline()) == 7
        assert await parrot.ask(Deadline()) == float("inf")


async def test_a_late_reply_is_an_event_and_harms_nobody(autojump_clock: MockClock) -> None:
    events: list[Event] = []
    async with open_system() as system:
        parrot = await system.spawn(Parrot, name="parrot")
        with system.events.listen(events.append):
            with trio.move_on_after(3):
                await parrot.ask(Nap(5))
            assert await parrot.ask(Echo("next")) == "next"

        assert trio.current_time() == 5
        assert events == [LateReply("/parrot", Nap(5), None)]


async def test_work_whose_asker_left_before_it_began_is_not_done(
    autojump_clock: MockClock,
) -> None:
    parrot_self = Parrot()
    events: list[Event] = []
    async with open_system() as system:
        parrot = await system.spawn(lambda: parrot_self, name="parrot")
        with system.events.listen(events.append):
            parrot.tell(Nap(5))
            with trio.move_on_after(3):
                await parrot.ask(Echo("in vain"))
            await parrot.ask(Echo("next"))

    assert parrot_self.begun == [Nap(5), Echo("next")]
    assert events == [DeadLetter("/parrot", Echo("in vain"), "abandoned", None)]


async def test_an_ask_in_a_cancelled_scope_begins_nothing(autojump_clock: MockClock) -> None:
    parrot_self = Parrot()
    async with open_system() as system:
        parrot = await system.spawn(lambda: parrot_self)
        with trio.CancelScope() as scope:
            scope.cancel()
            await parrot.ask(Echo("in vain"))
        await parrot.ask(Echo("next"))

    assert parrot_self.begun == [Echo("next")]


@pytest.mark.parametrize("overflow", ["fail", "drop_newest"])
async def test_an_ask_of_a_full_inbox_fails_at_once(
    autojump_clock: MockClock, overflow: str
) -> None:
    async with open_system() as system:
        if overflow == "fail":
            parrot = await system.spawn(Parrot, capacity=1, overflow="fail")
        else:
            parrot = await system.spawn(Parrot, capacity=1, overflow="drop_newest")
        parrot.tell(Nap(1))
        await wait_all_tasks_blocked()
        parrot.tell(Nap(1))

        with pytest.raises(MailboxFull):
            await parrot.ask(Echo("?"))


class Collector(Actor[Echo]):
    """Answers in pairs: one ask is held until the next one comes."""

    async def run(self, inbox: Inbox[Echo]) -> None:
        while True:
            first = await inbox.get()
            second = await inbox.get()
            second.reply("second")
            first.reply("first")


async def test_an_envelope_can_be_answered_later(autojump_clock: MockClock) -> None:
    answers: list[str] = []

    async def ask_and_note() -> None:
        answers.append(await collector.ask(Echo("?")))

    async with open_system() as system:
        collector = await system.spawn(Collector)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(ask_and_note)
            nursery.start_soon(ask_and_note)

    assert sorted(answers) == ["first", "second"]


@pytest.mark.parametrize("how", ["stop", "kill", "drain"])
async def test_an_envelope_that_is_never_answered_fails_its_asker_when_the_actor_ends(
    autojump_clock: MockClock, how: str
) -> None:
    async def ask_in_vain() -> None:
        with pytest.raises(ActorStopped):
            await collector.ask(Echo("?"))

    async with open_system() as system:
        collector = await system.spawn(Collector)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(ask_in_vain)
            await wait_all_tasks_blocked()
            {"stop": collector.stop, "kill": collector.kill, "drain": collector.drain}[how]()

        assert trio.current_time() == 0


class Refuser(Actor[Echo]):
    async def run(self, inbox: Inbox[Echo]) -> None:
        async for envelope in inbox:
            envelope.fail(KeyError(envelope.message.text))


async def test_a_run_of_ones_own_can_fail_an_ask_and_live_on(autojump_clock: MockClock) -> None:
    async with open_system() as system:
        refuser = await system.spawn(Refuser)

        for text in ("one", "two"):
            with pytest.raises(KeyError, match=text):
                await refuser.ask(Echo(text))
