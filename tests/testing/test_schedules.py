import random

import pytest
import trio
from trio._core import _run

from sagent.actors import Actor, Ref, open_system
from sagent.errors import UsageError
from sagent.testing import run_schedules, spawn_probe


class Clerk(Actor[Ref[str]]):
    async def receive(self, message: Ref[str]) -> None:
        await trio.sleep(1)
        message.tell(self.context.ref.name)


async def order_of_answers() -> str:
    async with open_system() as system:
        probe = await spawn_probe(system, str)
        clerks = [await system.spawn(Clerk, name=name) for name in "abcdefgh"]
        for clerk in clerks:
            clerk.tell(probe.ref)
        for _ in clerks:
            await probe.receive()
        return "".join(probe.received)


async def count_on_it_that_another_is_faster_than(name: str) -> None:
    order = await order_of_answers()
    assert order[0] != name, order


def test_a_schedule_is_the_same_order_each_time() -> None:
    orders = run_schedules(order_of_answers)

    assert run_schedules(order_of_answers) == orders
    assert run_schedules(order_of_answers, schedule=7) == [orders[7]]


def test_twenty_schedules_are_twenty_orders() -> None:
    assert len(set(run_schedules(order_of_answers))) == 20


def test_as_many_schedules_are_tried_as_said() -> None:
    assert len(run_schedules(order_of_answers, schedules=3)) == 3


def test_a_race_is_found_and_its_schedule_is_named() -> None:
    orders = run_schedules(order_of_answers)
    loses = next(seed for seed, order in enumerate(orders) if order[0] == orders[5][0])

    with pytest.raises(AssertionError, match=orders[loses]) as caught:
        run_schedules(count_on_it_that_another_is_faster_than, orders[5][0])

    assert caught.value.__notes__ == [
        f"under schedule {loses}: run_schedules(..., schedule={loses}) runs it alone"
    ]
    with pytest.raises(AssertionError, match=orders[loses]):
        run_schedules(count_on_it_that_another_is_faster_than, orders[5][0], schedule=loses)


def test_time_is_virtual_and_starts_at_nought_under_each_schedule() -> None:
    async def wait_a_year() -> float:
        await trio.sleep(365 * 24 * 3600)
        return trio.current_time()

    assert run_schedules(wait_a_year, schedules=2) == [365 * 24 * 3600] * 2


def test_chance_repeats_itself_under_a_schedule() -> None:
    async def throw() -> float:
        await trio.lowlevel.checkpoint()
        return random.random()

    first, second = run_schedules(throw, schedules=2)

    assert first != second
    assert run_schedules(throw, schedules=2) == [first, second]


def test_trio_and_chance_are_afterwards_as_they_were_also_when_the_test_fails() -> None:
    async def fail() -> None:
        await trio.lowlevel.checkpoint()
        raise ValueError("as told")

    before = (random.getstate(), _run._r, _run._ALLOW_DETERMINISTIC_SCHEDULING)

    with pytest.raises(ValueError, match="as told"):
        run_schedules(fail)

    assert (random.getstate(), _run._r, _run._ALLOW_DETERMINISTIC_SCHEDULING) == before


def test_no_schedule_at_all_cannot_be_meant() -> None:
    with pytest.raises(UsageError, match="schedules=0"):
        run_schedules(order_of_answers, schedules=0)
