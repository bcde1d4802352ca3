import attrs
import pytest
import trio
from trio.testing import assert_checkpoints, wait_all_tasks_blocked

from sagent.actors import Actor, DeadLetter, Event, Exit, Ref, Request, open_system
from sagent.testing import spawn_probe

pytestmark = pytest.mark.usefixtures("any_schedule")


@attrs.frozen
class Deposit:
    amount: int


@attrs.frozen
class GetBalance(Request[int]):
    pass


@attrs.frozen
class Later:
    seconds: float
    to: Ref[Deposit]


class Teller(Actor[Later]):
    async def receive(self, message: Later) -> None:
        await trio.sleep(message.seconds)
        message.to.tell(Deposit(7))


async def test_messages_are_taken_in_the_order_of_arrival() -> None:
    async with open_system() as system:
        probe = await spawn_probe(system, Deposit)
        probe.ref.tell(Deposit(1))
        probe.ref.tell(Deposit(2))

        assert [await probe.receive(), await probe.receive()] == [Deposit(1), Deposit(2)]


async def test_a_message_is_waited_for() -> None:
    async with open_system() as system:
        probe = await spawn_probe(system)
        teller = await system.spawn(Teller)
        teller.tell(Later(2, probe.ref))

        assert await probe.expect(Deposit) == Deposit(7)
        assert trio.current_time() == 2


async def test_two_that_wait_get_a_message_each() -> None:
    got: list[Deposit] = []

    async with open_system() as system:
        probe = await spawn_probe(system, Deposit)

        async def receive() -> None:
            got.append(await probe.receive())

        async with trio.open_nursery() as nursery:
            nursery.start_soon(receive)
            nursery.start_soon(receive)
            await wait_all_tasks_blocked()
            probe.ref.tell(Deposit(1))
            probe.ref.tell(Deposit(2))

    assert sorted(deposit.amount for deposit in got) == [1, 2]


async def test_when_nothing_comes_in_time_the_failure_says_what_came_before() -> None:
    async with open_system() as system:
        probe = await spawn_probe(system, name="bank")
        probe.ref.tell(Deposit(1))
        await probe.receive()

        with pytest.raises(AssertionError) as caught:
            await probe.receive()

        assert str(caught.value) == (
            "/bank expected a message, but nothing came within 3 s; received so far: Deposit(amount=1)"
        )
        assert trio.current_time() == 3


async def test_a_probe_waits_as_long_as_its_spawn_says() -> None:
    async with open_system() as system:
        probe = await spawn_probe(system, within_s=60)
        teller = await system.spawn(Teller)
        teller.tell(Later(59, probe.ref))

        await probe.receive()
        with pytest.raises(AssertionError, match="nothing came within 60 s"):
            await probe.receive()


async def test_a_message_of_another_kind_fails_and_is_named() -> None:
    async with open_system() as system:
        probe = await spawn_probe(system, name="bank")
        probe.ref.tell(Deposit(1))

        with pytest.raises(AssertionError) as caught:
            await probe.expect(GetBalance)

        assert str(caught.value) == (
            "/bank expected GetBalance, but Deposit(amount=1) came; "
            "received so far: Deposit(amount=1)"
        )


async def test_a_message_that_the_probe_was_not_spawned_for_fails() -> None:
    async with open_system() as system:
        probe = await spawn_probe(system, Deposit, GetBalance, name="bank")
        untyped = system.whereis("bank")
        assert untyped is not None
        untyped.tell("hello")

        with pytest.raises(
            AssertionError, match="expected Deposit or GetBalance, but 'hello' came"
        ):
            await probe.receive()


async def test_a_message_equals_what_is_expected_or_fails() -> None:
    async with open_system() as system:
        probe = await spawn_probe(system)
        probe.ref.tell(Deposit(1))
        probe.ref.tell(Deposit(2))

        await probe.expect_equal(Deposit(1))
        with pytest.raises(AssertionError, match=r"expected Deposit\(amount=3\), but Deposit\(am"):
            await probe.expect_equal(Deposit(3))


async def test_nothing_is_expected_for_a_time() -> None:
    async with open_system() as system:
        probe = await spawn_probe(system)
        teller = await system.spawn(Teller)
        teller.tell(Later(2, probe.ref))

        await probe.expect_nothing(1)
        assert trio.current_time() == 1
        with pytest.raises(
            AssertionError, match=r"nothing for 5 s, but Deposit\(.*\) came after 1 s"
        ):
            await probe.expect_nothing(5)


@pytest.mark.parametrize("seconds", [0, 1])
async def test_a_message_that_waits_to_be_taken_is_not_nothing(seconds: float) -> None:
    async with open_system() as system:
        probe = await spawn_probe(system)
        probe.ref.tell(Deposit(1))
        await wait_all_tasks_blocked()

        with pytest.raises(AssertionError, match="expected nothing"):
            await probe.expect_nothing(seconds)

        assert await probe.receive() == Deposit(1)


async def test_fishing_passes_over_what_is_not_wanted() -> None:
    async with open_system() as system:
        probe = await spawn_probe(system, Deposit)
        for amount in range(5):
            probe.ref.tell(Deposit(amount))

        assert await probe.fish(lambda deposit: deposit.amount > 2) == Deposit(3)
        assert await probe.receive() == Deposit(4)


async def test_fishing_has_one_deadline_however_much_comes() -> None:
    async with open_system() as system:
        probe = await spawn_probe(system, Deposit)
        teller = await system.spawn(Teller)
        for _ in range(5):
            teller.tell(Later(1.25, probe.ref))

        with pytest.raises(AssertionError, match="wanted, but nothing came within 3 s"):
            await probe.fish(lambda deposit: deposit.amount == 0)

        assert trio.current_time() == 3


async def test_what_was_received_stays_to_be_seen_taken_or_not() -> None:
    async with open_system() as system:
        probe = await spawn_probe(system, Deposit)
        probe.ref.tell(Deposit(1))
        probe.ref.tell(Deposit(2))
        await probe.receive()
        await wait_all_tasks_blocked()

        assert probe.received == (Deposit(1), Deposit(2))


async def test_a_failure_shows_the_last_messages_and_not_all_of_a_long_one() -> None:
    async with open_system() as system:
        probe = await spawn_probe(system)
        for number in range(30):
            probe.ref.tell(number)
        probe.ref.tell("long" * 1000)

        with pytest.raises(AssertionError) as caught:
            await probe.fish(lambda _: False)

        assert "received so far: 21 more, 21, 22," in str(caught.value)
        assert len(str(caught.value)) < 500


async def test_the_sender_is_that_of_the_message_taken_last() -> None:
    senders: list[str | None] = []

    async with open_system() as system:
        probe = await spawn_probe(system)
        teller = await system.spawn(Teller, name="teller")
        senders.append(probe.sender)
        teller.tell(Later(1, probe.ref))
        await probe.receive()
        senders.append(probe.sender)
        probe.ref.tell("from the test")
        await probe.receive()
        senders.append(probe.sender)

    assert senders == [None, "/teller", None]


async def test_the_end_of_an_actor_is_waited_for() -> None:
    async with open_system() as system:
        probe = await spawn_probe(system)
        teller = await system.spawn(Teller)
        teller.tell(Later(2, probe.ref))
        await wait_all_tasks_blocked()
        teller.stop()

        assert await probe.expect_down(teller) == Exit("stopped")
        assert trio.current_time() == 2


async def test_an_actor_that_lives_on_fails_the_wait_for_its_end() -> None:
    async with open_system() as system:
        probe = await spawn_probe(system)
        teller = await system.spawn(Teller, name="teller")

        with pytest.raises(AssertionError, match="the end of /teller, but it lives after 3 s"):
            await probe.expect_down(teller)


async def test_a_probe_that_has_ended_fails_its_test_at_once() -> None:
    async with open_system() as system:
        probe = await spawn_probe(system)
        probe.ref.tell(Deposit(1))
        await wait_all_tasks_blocked()
        probe.ref.stop()

        assert await probe.receive() == Deposit(1)
        with pytest.raises(AssertionError, match="but the probe has ended"):
            await probe.receive()
        assert trio.current_time() == 0

        await probe.expect_nothing(1)
        assert trio.current_time() == 1


async def test_cancelling_the_wait_takes_nothing_and_is_no_failure() -> None:
    async with open_system() as system:
        probe = await spawn_probe(system)

        with trio.move_on_after(1) as scope:
            await probe.receive()

        assert scope.cancelled_caught
        probe.ref.tell(Deposit(1))
        assert await probe.receive() == Deposit(1)


async def test_taking_what_is_there_lets_other_tasks_run() -> None:
    async with open_system() as system:
        probe = await spawn_probe(system)
        probe.ref.tell(Deposit(1))
        await wait_all_tasks_blocked()

        with assert_checkpoints():
            await probe.receive()


async def test_a_probe_stands_in_for_an_actor_of_its_name() -> None:
    async with open_system() as system:
        probe = await spawn_probe(system, name="bank")

        assert system.whereis("bank") == probe.ref


async def test_a_probe_loses_no_message_and_leaves_no_task() -> None:
    lost: list[Event] = []
    tasks = trio.lowlevel.current_statistics().tasks_living

    async with open_system() as system:
        with system.events.listen(lost.append):
            probe = await spawn_probe(system)
            probe.ref.tell(Deposit(1))
            await wait_all_tasks_blocked()
            probe.ref.stop()
            await probe.ref.closed()

    assert not [event for event in lost if isinstance(event, DeadLetter)]
    assert trio.lowlevel.current_statistics().tasks_living == tasks
