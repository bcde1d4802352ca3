"""A probe answers for the actor whose place it takes."""

import attrs
import pytest
import trio
from trio.testing import wait_all_tasks_blocked

from sagent.actors import Actor, Ref, Request, open_system
from sagent.errors import ActorStopped
from sagent.testing import spawn_probe

pytestmark = pytest.mark.usefixtures("any_schedule")


@attrs.frozen
class GetBalance(Request[int]):
    of: str = "alice"


class Asker:
    """Keeps what became of each ask."""

    def __init__(self, ref: Ref[GetBalance]) -> None:
        self.ref = ref
        self.outcomes: dict[str, object] = {}

    async def ask(self, of: str = "alice") -> None:
        try:
            self.outcomes[of] = await GetBalance(of).ask(self.ref)
        except Exception as error:  # noqa: BLE001  # it is the outcome
            self.outcomes[of] = error


class Printer(Actor[str]):
    def __init__(self, bank: Ref[GetBalance], out: Ref[int]) -> None:
        self.bank = bank
        self.out = out

    async def receive(self, message: str) -> None:
        self.out.tell(await self.bank.ask(GetBalance(message)))


async def test_the_test_answers_for_the_actor() -> None:
    async with open_system() as system:
        bank = await spawn_probe(system, GetBalance)
        paper = await spawn_probe(system, int)
        printer = await system.spawn(Printer, bank.ref, paper.ref)
        printer.tell("alice")

        await bank.expect_equal(GetBalance("alice"))
        bank.answer(15)

        assert await paper.receive() == 15


async def test_the_asker_waits_until_the_test_answers() -> None:
    async with open_system() as system, trio.open_nursery() as nursery:
        bank = await spawn_probe(system, GetBalance)
        asker = Asker(bank.ref)
        nursery.start_soon(asker.ask)
        await bank.receive()
        await trio.sleep(60)
        assert asker.outcomes == {}

        bank.answer(15)

        await wait_all_tasks_blocked()
        assert asker.outcomes == {"alice": 15}


async def test_the_test_fails_an_ask() -> None:
    error = ValueError("no such account")

    async with open_system() as system, trio.open_nursery() as nursery:
        bank = await spawn_probe(system, GetBalance)
        asker = Asker(bank.ref)
        nursery.start_soon(asker.ask)
        await bank.receive()

        bank.fail(error)

    assert asker.outcomes == {"alice": error}


async def test_asks_are_answered_in_any_order() -> None:
    async with open_system() as system, trio.open_nursery() as nursery:
        bank = await spawn_probe(system, GetBalance)
        asker = Asker(bank.ref)
        nursery.start_soon(asker.ask, "alice")
        nursery.start_soon(asker.ask, "bob")
        first, second = await bank.receive(), await bank.receive()

        bank.fail(ValueError(), to=second)
        await wait_all_tasks_blocked()
        assert list(asker.outcomes) == [second.of]

        bank.answer(1, to=first)
        await wait_all_tasks_blocked()
        assert asker.outcomes[first.of] == 1


async def test_a_tell_after_an_ask_leaves_the_ask_to_be_answered() -> None:
    async with open_system() as system, trio.open_nursery() as nursery:
        bank = await spawn_probe(system)
        asker = Asker(bank.ref)
        nursery.start_soon(asker.ask)
        await bank.receive()
        bank.ref.tell("news")
        await bank.receive()

        bank.answer(15)

    assert asker.outcomes == {"alice": 15}


async def test_an_answer_to_nobody_fails() -> None:
    async with open_system() as system:
        bank = await spawn_probe(system, name="bank")
        bank.ref.tell("news")
        await bank.receive()

        with pytest.raises(AssertionError) as caught:
            bank.answer(15)

        assert str(caught.value) == (
            "/bank expected an ask to settle, but the test has taken none; received so far: 'news'"
        )


async def test_an_ask_is_taken_before_it_is_answered() -> None:
    async with open_system() as system, trio.open_nursery() as nursery:
        bank = await spawn_probe(system, GetBalance)
        nursery.start_soon(Asker(bank.ref).ask)
        await wait_all_tasks_blocked()

        with pytest.raises(AssertionError, match="but the test has taken none"):
            bank.answer(15)

        await bank.receive()
        bank.answer(15)


async def test_a_second_answer_fails() -> None:
    async with open_system() as system, trio.open_nursery() as nursery:
        bank = await spawn_probe(system, GetBalance)
        nursery.start_soon(Asker(bank.ref).ask)
        await bank.receive()
        bank.answer(15)

        with pytest.raises(AssertionError, match=r"GetBalance\(of='alice'\) was settled before"):
            bank.fail(ValueError())


async def test_an_ask_that_is_never_answered_fails_with_the_end_of_the_probe() -> None:
    async with open_system() as system, trio.open_nursery() as nursery:
        bank = await spawn_probe(system, GetBalance)
        asker = Asker(bank.ref)
        nursery.start_soon(asker.ask)
        await bank.receive()

        bank.ref.stop()

    assert isinstance(asker.outcomes["alice"], ActorStopped)
