"""What a user's type checker sees: mypy and pyright read this file, nothing runs it."""

from typing import assert_type

import attrs

from sagent.actors import Actor, Exit, Ref, System
from sagent.testing import Probe, run_schedules, spawn_probe


@attrs.frozen
class Deposit:
    amount: int


@attrs.frozen
class Withdraw:
    amount: int


@attrs.frozen
class Close:
    pass


@attrs.frozen
class Audit:
    pass


class Account(Actor[Deposit]):
    pass


async def use(system: System) -> None:
    anything = await spawn_probe(system)
    assert_type(anything, Probe[object])
    deposits: Ref[Deposit] = anything.ref
    deposits.tell(Deposit(1))
    assert_type(await anything.receive(), object)
    assert_type(await anything.expect(Deposit), Deposit)

    one = await spawn_probe(system, Deposit, name="bank")
    assert_type(one, Probe[Deposit])
    assert_type(one.ref, Ref[Deposit])
    assert_type(await one.receive(), Deposit)
    assert_type(await one.fish(lambda message: message.amount > 1), Deposit)
    assert_type(one.received, tuple[Deposit, ...])
    assert_type(await one.expect_down(await system.spawn(Account)), Exit)
    one.ref.tell(Close())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]

    assert_type(await spawn_probe(system, Deposit, Withdraw), Probe[Deposit | Withdraw])
    three = await spawn_probe(system, Deposit, Withdraw, Close, within_s=1)
    assert_type(three, Probe[Deposit | Withdraw | Close])
    four: Probe[Deposit | Withdraw | Close | Audit]
    four = await spawn_probe(system, Deposit, Withdraw, Close, Audit)
    assert_type(await four.receive(), Deposit | Withdraw | Close | Audit)


async def double(number: int) -> int:
    return number * 2


def use_schedules() -> None:
    assert_type(run_schedules(double, 1, schedules=3), list[int])
    run_schedules(double, "one")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
