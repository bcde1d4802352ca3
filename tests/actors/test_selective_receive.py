"""What an actor sees in the midst of other work."""

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from sagent.actors import Actor, Inbox, Request, open_system
from sagent.errors import ActorStopped

pytestmark = pytest.mark.usefixtures("any_schedule")


class Halt(Request[str]):
    pass


class Worker(Actor[object]):
    """Takes what it is told in order, but sees a Halt at once."""

    def __init__(self, seen: list[object]) -> None:
        self._seen = seen

    async def run(self, inbox: Inbox[object]) -> None:
        def look(_: object) -> None:
            if envelope := inbox.select_nowait(Halt):
                self._seen.append(f"halted with {inbox.in_front} in front")
                envelope.reply("halted")

        with inbox.watched(look):
            while True:
                while envelope := inbox.get_nowait():
                    self._seen.append(envelope.message)
                await inbox.wait()


async def test_a_message_of_a_kind_is_taken_past_those_before_it() -> None:
    seen: list[object] = []
    async with open_system() as system:
        ref = await system.spawn(Worker, seen)
        ref.tell("a", lane="front")
        ref.tell("b", lane="front")
        answer = await ref.ask(Halt(), lane="front")
        ref.tell("c")
        await wait_all_tasks_blocked()
        ref.kill()

    assert answer == "halted"
    assert seen[0] == "halted with 2 in front"
    assert seen[1:] == ["a", "b", "c"]


async def test_nothing_is_selected_out_of_the_back_lane() -> None:
    seen: list[object] = []
    async with open_system() as system:
        ref = await system.spawn(Worker, seen)
        halt = Halt()
        ref.tell(halt)
        await wait_all_tasks_blocked()
        ref.kill()

    assert seen == [halt]


async def test_what_was_selected_and_not_answered_fails_with_the_actor() -> None:
    class Careless(Actor[object]):
        async def run(self, inbox: Inbox[object]) -> None:
            with inbox.watched(lambda _: inbox.select_nowait(Halt)):
                while True:
                    await inbox.wait()

    async with open_system() as system:
        ref = await system.spawn(Careless)

        async def kill_soon() -> None:
            await wait_all_tasks_blocked()
            ref.kill()

        async with trio.open_nursery() as nursery:
            nursery.start_soon(kill_soon)
            with pytest.raises(ActorStopped):
                await ref.ask(Halt(), lane="front")


async def test_a_reader_that_waits_can_be_woken() -> None:
    woken: list[int] = []

    class Counter(Actor[object]):
        async def run(self, inbox: Inbox[object]) -> None:
            self.inbox = inbox
            await inbox.wait()
            woken.append(1)

        async def stopped(self, exit: object) -> None:  # noqa: A002  # OTP's word
            woken.append(2)

    counter = Counter()

    class Made:
        def actor(self) -> Counter:
            return counter

    async with open_system() as system:
        ref = await system.spawn(Made())
        await wait_all_tasks_blocked()
        counter.inbox.wake()
        await ref.closed()

    assert woken == [1, 2]


async def test_ticks_go_on_when_each_is_selected(autojump_clock: MockClock) -> None:
    seen: list[float] = []

    class Watchman(Actor[str]):
        async def run(self, inbox: Inbox[str]) -> None:
            def look(_: object) -> None:
                if inbox.select_nowait(str):
                    seen.append(trio.current_time())

            self.context.every("tick", 1, "tick", lane="front")
            with inbox.watched(look):
                await trio.sleep_forever()

    async with open_system() as system:
        watchman = await system.spawn(Watchman)
        await trio.sleep(3.5)
        watchman.kill()

    assert seen == [1, 2, 3]
