"""Move money between actors, crash in the middle of a transfer, and lose none.

    python examples/bank.py

What was begun is in a book that outlives the clerk, and an account books a transfer only once.
"""

import attrs
import trio

from sagent.actors import Actor, Ref, Request, open_system
from sagent.errors import ActorCrashed


class GetBalance(Request[int]):
    """What an account holds."""


@attrs.frozen
class Post(Request[bool]):
    """One side of a transfer; the answer says whether the account has it."""

    transfer: int
    amount: int


class Account(Actor[GetBalance | Post]):
    """Books every transfer once, however often it is told of it."""

    def __init__(self, balance: int) -> None:
        self.posted = {0: balance}

    async def receive(self, message: GetBalance | Post) -> int | bool:
        """Answer with the balance, or book what it can pay."""
        balance = sum(self.posted.values())
        if isinstance(message, GetBalance):
            return balance
        if balance + message.amount >= 0:
            self.posted.setdefault(message.transfer, message.amount)
        return message.transfer in self.posted


@attrs.frozen
class Transfer(Request[bool]):
    """Money on its way; the answer says whether it has arrived."""

    number: int
    source: Ref[Post]
    target: Ref[Post]
    amount: int


class Clerk(Actor[Transfer]):
    """Asks one account to give and the other to take; *faults* come in between, once each."""

    def __init__(self, begun: dict[int, Transfer], faults: dict[int, Exception]) -> None:
        self.begun, self.faults = begun, faults

    async def started(self) -> None:
        """Finish first what an earlier life has begun."""
        for transfer in self.begun.values():
            self.context.ref.tell(transfer, lane="front")

    async def receive(self, message: Transfer) -> bool:
        """Move the money."""
        self.begun[message.number] = message
        moved = await message.source.ask(Post(message.number, -message.amount))
        if fault := self.faults.pop(message.number, None):
            raise fault
        if moved:
            await message.target.ask(Post(message.number, message.amount))
        del self.begun[message.number]
        return moved


async def main() -> None:
    """Make four transfers, of which one crashes and one is refused."""
    async with open_system() as system:
        alice, bob = await system.spawn(Account, 100), await system.spawn(Account, 50)
        clerk = await system.spawn(Clerk, {}, {2: OSError("line broke")}, restart="permanent")
        for number, amount in enumerate((10, 20, 30, 1000), start=1):
            try:
                print(number, await Transfer(number, alice, bob, amount).ask(clerk))
            except ActorCrashed as error:
                print(number, error.__cause__)
        print("in all", sum([await ref.ask(GetBalance()) for ref in (alice, bob)]))


if __name__ == "__main__":
    trio.run(main)
