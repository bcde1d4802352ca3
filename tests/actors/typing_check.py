"""What a user's type checker sees: mypy and pyright read this file, nothing runs it."""

from typing import assert_type

import attrs

from sagent.actors import Actor, Context, Down, Envelope, Inbox, Ref, Request, System


@attrs.frozen
class Deposit:
    amount: int


@attrs.frozen
class GetBalance(Request[int]):
    pass


@attrs.frozen
class Unrelated(Request[str]):
    pass


class Account(Actor[Deposit | GetBalance]):
    def __init__(self, balance: int = 0) -> None:
        self.balance = balance

    async def receive(self, message: Deposit | GetBalance) -> int | None:
        match message:
            case Deposit(amount):
                self.balance += amount
                return None
            case GetBalance():
                return self.balance


class Boss(Actor[Deposit | Down]):
    async def receive(self, message: Deposit | Down) -> None:
        account = await self.context.spawn(Account, balance=10)
        assert_type(account, Ref[Deposit | GetBalance])
        self.context.watch(account)
        self.context.watch(await self.context.spawn(Account))
        assert_type(self.context.ref, Ref[Deposit | Down])
        self.context.after("later", 1, Deposit(1))


class NoWatcher(Actor[Deposit]):
    async def receive(self, message: Deposit) -> None:
        # It would be told of the end with a message that it does not take.
        self.context.watch(self.context.ref)  # type: ignore[misc]  # pyright: ignore[reportUnknownMemberType, reportAttributeAccessIssue]


class Loop(Actor[Deposit]):
    async def run(self, inbox: Inbox[Deposit]) -> None:
        async for envelope in inbox:
            assert_type(envelope, Envelope[Deposit])
            assert_type(envelope.message, Deposit)
        assert_type(inbox.get_nowait(), Envelope[Deposit] | None)


@attrs.frozen
class Recipe:
    def actor(self) -> Account:
        return Account(1)


async def use(system: System) -> None:
    account = await system.spawn(Account, balance=10, name="alice")
    assert_type(account, Ref[Deposit | GetBalance])
    assert_type(await system.spawn(lambda: Account(balance=3)), Ref[Deposit | GetBalance])
    assert_type(await system.spawn(Recipe(), name="bob"), Ref[Deposit | GetBalance])
    assert_type(await system.get_or_spawn("bob", Recipe()), Ref[Deposit | GetBalance])
    assert_type(await system.spawn(Boss), Ref[Deposit | Down])
    assert_type(await system.spawn(Loop), Ref[Deposit])

    assert_type(await account.ask(GetBalance()), int)
    assert_type(await GetBalance().ask(account), int)
    narrower: Ref[Deposit] = account
    narrower.tell(Deposit(1))
    await narrower.send(Deposit(1))

    account.tell("no such message")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    await Unrelated().ask(account)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]

    anyone = system.whereis("alice")
    assert_type(anyone, Ref[object] | None)


def context_is_contravariant(context: Context[Deposit | Down]) -> Context[Down]:
    return context
