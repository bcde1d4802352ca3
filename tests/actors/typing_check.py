"""What a user's type checker sees: mypy and pyright read this file, nothing runs it."""

from typing import Never, assert_type

import attrs

from sagent.actors import (
    Actor,
    Context,
    DeadLetter,
    Down,
    Envelope,
    Event,
    Group,
    Inbox,
    Missed,
    NameChanged,
    Ref,
    Request,
    Supervisor,
    System,
)


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


WORKERS = Group[Deposit]("workers")


async def supervise(system: System, account: Ref[Deposit | GetBalance], boss: Ref[Down]) -> None:
    team = await system.supervisor(strategy="rest_for_one", auto_shutdown="any_significant")
    assert_type(team, Supervisor)
    assert_type(team.ref, Ref[Never])
    permanent = await team.spawn(Account, restart="permanent", capacity=8, overflow="drop_oldest")
    assert_type(permanent, Ref[Deposit | GetBalance])
    await team.terminate_child(permanent)
    await team.restart_child(permanent)
    team.delete_child(permanent)
    takes_anything(await account.ask(GetBalance()))

    await system.spawn(Account, restart="always")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
    await system.supervisor(strategy="one_for_two")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    await system.supervisor(restart=True)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    await system.supervisor(auto_shutdown="sometimes")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    await system.spawn(Account, overflow="wait")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
    account.tell(Deposit(1), lane="middle")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    team.ref.tell(Deposit(1))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]

    system.join(WORKERS, account)
    assert_type(system.members(WORKERS), tuple[Ref[Deposit], ...])
    system.join(WORKERS, boss)  # type: ignore[misc]  # pyright: ignore[reportArgumentType]
    wider: Group[Deposit | Down] = WORKERS  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    narrower: Group[Never] = WORKERS  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    del wider, narrower

    with system.events.subscribe(DeadLetter) as feed:
        assert_type(await anext(feed), Event | Missed)


class Lookout(Actor[NameChanged]):
    async def started(self) -> None:
        self.context.watch_name("alice")

    async def receive(self, message: NameChanged) -> None:
        assert_type(message.ref, Ref[object] | None)


class Blind(Actor[Deposit]):
    async def started(self) -> None:
        self.context.watch_name("alice")  # type: ignore[misc]  # pyright: ignore[reportUnknownMemberType, reportAttributeAccessIssue]


def takes_anything(value: object) -> None:
    """Let a checker solve for a type with `object` in mind, as `print` does."""
    del value
