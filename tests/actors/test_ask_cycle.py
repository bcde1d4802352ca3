from collections.abc import Callable

import attrs
import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from sagent.actors import Actor, Envelope, Inbox, Ref, Request, open_system
from sagent.errors import ActorCrashed, AskCycle

pytestmark = pytest.mark.usefixtures("any_schedule")


@attrs.frozen
class Pass(Request[str]):
    """Goes once round, so many steps."""

    steps: int
    aside: bool = False


class Link(Actor[Pass]):
    """Asks the next one, in its own task or in one beside it."""

    def __init__(self) -> None:
        self.next: Ref[Pass] | None = None
        self.answers: list[str] = []

    async def receive(self, message: Pass) -> str:
        if message.steps == 0:
            return "arrived"
        assert self.next is not None
        if message.aside:
            self.context.nursery.start_soon(self.ask_aside, message.steps - 1)
            return "asked aside"
        return await self.next.ask(Pass(message.steps - 1))

    async def ask_aside(self, steps: int) -> None:
        assert self.next is not None
        self.answers.append(await self.next.ask(Pass(steps)))


def _always(link: Link) -> Callable[[], Link]:
    return lambda: link


@pytest.mark.parametrize("count", [1, 2, 3, 10])
async def test_the_ask_that_closes_a_circle_fails_at_once_and_names_it(
    autojump_clock: MockClock, count: int
) -> None:
    links = [Link() for _ in range(count)]
    async with open_system() as system:
        refs = [
            await system.spawn(_always(link), name=f"n{number}")
            for number, link in enumerate(links)
        ]
        for number, link in enumerate(links):
            link.next = refs[(number + 1) % count]

        with pytest.raises(ActorCrashed) as caught:
            await refs[0].ask(Pass(count))

        cause: BaseException | None = caught.value
        while isinstance(cause, ActorCrashed):
            cause = cause.__cause__
        assert isinstance(cause, AskCycle)
        order = [count - 1, *range(count)] if count > 1 else [0, 0]
        assert str(cause).startswith(" asks ".join(f"/n{number}" for number in order) + ":")
        assert trio.current_time() == 0


async def test_an_ask_from_a_task_beside_the_actors_own_closes_no_circle(
    autojump_clock: MockClock,
) -> None:
    one, two = Link(), Link()
    async with open_system() as system:
        first, second = await system.spawn(lambda: one), await system.spawn(lambda: two)
        one.next, two.next = second, first

        await first.ask(Pass(2, aside=True))
        await wait_all_tasks_blocked()

        assert one.answers == ["arrived"]


class Answering(Actor[Pass]):
    """Answers the first ask, and before the asker can run asks it something."""

    def __init__(self) -> None:
        self.other: Ref[Pass] | None = None
        self.heard: list[str] = []

    async def run(self, inbox: Inbox[Pass]) -> None:
        async for envelope in inbox:
            envelope.reply("arrived")
            assert self.other is not None
            self.heard.append(await self.other.ask(Pass(0)))


class Later(Answering):
    """Puts the first ask aside, and answers it from another task."""

    async def run(self, inbox: Inbox[Pass]) -> None:
        self.context.nursery.start_soon(self.answer, await inbox.get())
        await inbox.get()
        assert self.other is not None
        self.heard.append(await self.other.ask(Pass(0)))
        await trio.sleep_forever()

    async def answer(self, envelope: Envelope[Pass]) -> None:
        await trio.sleep(5)
        envelope.reply("arrived")


class Releasing(Answering):
    """Cancels the first ask, and before the asker can run asks it something."""

    def __init__(self) -> None:
        super().__init__()
        self.patience = trio.CancelScope()

    async def run(self, inbox: Inbox[Pass]) -> None:
        await inbox.get()
        self.patience.cancel()
        assert self.other is not None
        self.heard.append(await self.other.ask(Pass(0)))


class Impatient(Link):
    """Stops waiting for its ask when it is told to."""

    def __init__(self, patience: trio.CancelScope) -> None:
        super().__init__()
        self.patience = patience

    async def receive(self, message: Pass) -> str:
        if message.steps == 0:
            return "arrived"
        with self.patience:
            return await super().receive(message)
        return "gave up"


async def test_one_who_was_just_released_from_its_ask_closes_no_circle(
    autojump_clock: MockClock,
) -> None:
    releasing = Releasing()
    link = Impatient(releasing.patience)
    async with open_system() as system:
        asker = await system.spawn(lambda: link)
        link.next = await system.spawn(lambda: releasing)
        releasing.other = asker

        assert await asker.ask(Pass(1)) == "gave up"
        await wait_all_tasks_blocked()

    assert releasing.heard == ["arrived"]


@pytest.mark.parametrize("kind", [Answering, Later])
async def test_one_who_is_answered_or_will_be_closes_no_circle(
    autojump_clock: MockClock, kind: type[Answering]
) -> None:
    link, answering = Link(), kind()
    async with open_system() as system:
        asker = await system.spawn(lambda: link)
        link.next = await system.spawn(lambda: answering)
        answering.other = asker

        async with trio.open_nursery() as nursery:
            nursery.start_soon(asker.ask, Pass(1))
            await wait_all_tasks_blocked()
            link.next.tell(Pass(0))
        await wait_all_tasks_blocked()

    assert answering.heard[:1] == ["arrived"]


async def test_the_tree_shows_whom_an_actor_waits_for(autojump_clock: MockClock) -> None:
    link, later = Link(), Later()
    async with open_system() as system:
        asker = await system.spawn(lambda: link, name="asker")
        link.next = await system.spawn(lambda: later, name="later")
        asker.tell(Pass(1))
        await wait_all_tasks_blocked()

        assert system.tree().children[0].waits_for == "/later"
        assert "waits_for=/later" in str(system.tree())
