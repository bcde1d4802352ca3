"""The programs that show actors share work and things without locks, with exact results."""

import random
from collections import deque
from collections.abc import Callable, Sequence
from typing import assert_never

import attrs
import pytest
import trio
from trio.testing import MockClock

from sagent.actors import Actor, Envelope, Inbox, Ref, Request, open_system

pytestmark = pytest.mark.usefixtures("any_schedule")


@attrs.frozen
class Take(Request[None]):
    """Is answered when the fork is the asker's."""


@attrs.frozen
class PutBack:
    pass


class Fork(Actor[Take | PutBack]):
    """Is given to one after the other, in the order of asking."""

    async def run(self, inbox: Inbox[Take | PutBack]) -> None:
        waiting: deque[Envelope[Take | PutBack]] = deque()
        taken = False
        async for envelope in inbox:
            match envelope.message:
                case Take():
                    waiting.append(envelope)
                case PutBack():
                    taken = False
                case _:
                    assert_never(envelope.message)
            if waiting and not taken:
                taken = True
                waiting.popleft().reply(None)


@attrs.define
class Table:
    """Who eats, how often each has, and who has eaten beside somebody."""

    eating: set[int] = attrs.Factory(set[int])
    meals: list[int] = attrs.Factory(lambda: [0] * 5)
    clashes: list[int] = attrs.Factory(list[int])

    async def eat(self, seat: int) -> None:
        if {(seat - 1) % 5, (seat + 1) % 5} & self.eating:
            self.clashes.append(seat)
        self.eating.add(seat)
        await trio.sleep(1)
        self.eating.remove(seat)
        self.meals[seat] += 1


@attrs.frozen
class Dine:
    times: int


class Philosopher(Actor[Dine]):
    def __init__(self, seat: int, forks: Sequence[Ref[Take | PutBack]], table: Table) -> None:
        self.seat = seat
        self.forks = forks
        self.table = table

    async def receive(self, message: Dine) -> None:
        for _ in range(message.times):
            for fork in self.forks:
                await fork.ask(Take())
            await self.table.eat(self.seat)
            for fork in self.forks:
                fork.tell(PutBack())


async def test_philosophers_who_take_the_lower_fork_first_all_eat_and_never_beside_each_other(
    autojump_clock: MockClock,
) -> None:
    table = Table()
    async with open_system() as system:
        forks = [await system.spawn(Fork) for _ in range(5)]
        philosophers: list[Ref[Dine]] = []
        for seat in range(5):
            lower, higher = sorted([seat, (seat + 1) % 5])
            reach = (forks[lower], forks[higher])
            philosophers.append(await system.spawn(Philosopher, seat, reach, table))
        for philosopher in philosophers:
            philosopher.tell(Dine(3))
        with trio.fail_after(5 * 3 + 1):  # if they could but eat one after the other
            for philosopher in philosophers:
                philosopher.drain()
                await philosopher.closed()

    assert table.meals == [3] * 5
    assert table.clashes == []


async def test_philosophers_who_all_take_the_left_fork_first_starve_as_the_tree_shows(
    autojump_clock: MockClock,
) -> None:
    table = Table()
    async with open_system() as system:
        forks = [await system.spawn(Fork, name=f"fork{seat}") for seat in range(5)]
        philosophers = [
            await system.spawn(Philosopher, seat, (forks[seat], forks[(seat + 1) % 5]), table)
            for seat in range(5)
        ]
        for philosopher in philosophers:
            philosopher.tell(Dine(1))
        await trio.sleep(100)

        waits = [node.waits_for for node in system.tree().children if node.waits_for]
        assert waits == ["/fork1", "/fork2", "/fork3", "/fork4", "/fork0"]

    assert table.meals == [0] * 5


@attrs.frozen
class Primes(Request[tuple[int, ...]]):
    """Asks for all primes from here on."""


class Sieve(Actor[int | Primes]):
    """Lets through what its prime does not divide; the first of these is the next one's prime."""

    def __init__(self, prime: int) -> None:
        self.prime = prime
        self.next: Ref[int | Primes] | None = None

    async def receive(self, message: int | Primes) -> tuple[int, ...] | None:
        if isinstance(message, Primes):
            return (self.prime, *(await self.next.ask(message) if self.next else ()))
        if message % self.prime:
            if self.next is None:
                self.next = await self.context.spawn(Sieve, message)
            else:
                self.next.tell(message)
        return None


async def test_a_chain_of_sieves_finds_the_primes(autojump_clock: MockClock) -> None:
    async with open_system() as system:
        sieve = await system.spawn(Sieve, 2)
        for number in range(3, 60):
            sieve.tell(number)

        found = await sieve.ask(Primes())

    assert found == (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59)


@attrs.frozen
class Move(Request[int]):
    """Changes a balance by an amount, if it suffices; is answered with the change."""

    amount: int


class Account(Actor[Move]):
    def __init__(self, balance: int) -> None:
        self.balance = balance

    async def receive(self, message: Move) -> int:
        balance = self.balance + message.amount
        await trio.lowlevel.checkpoint()  # where a lock would be needed, if two could be here
        if balance < 0:
            return 0
        self.balance = balance
        return message.amount


@attrs.frozen
class Transfer(Request[bool]):
    source: Ref[Move]
    target: Ref[Move]
    amount: int


class Teller(Actor[Transfer]):
    async def receive(self, message: Transfer) -> bool:
        if not await message.source.ask(Move(-message.amount)):
            return False
        await message.target.ask(Move(message.amount))
        return True


@pytest.mark.parametrize("balance", [1000, 12])
async def test_transfers_keep_the_sum_and_each_is_booked_on_both_sides_or_on_none(
    autojump_clock: MockClock, balance: int
) -> None:
    chance = random.Random(1)
    accounts = [Account(balance) for _ in range(5)]
    expected = [balance] * 5
    accepted = 0

    async def transfer(teller: Ref[Transfer]) -> None:
        nonlocal accepted
        (source, target), amount = chance.sample(range(5), 2), chance.randint(1, 10)
        if await teller.ask(Transfer(refs[source], refs[target], amount)):
            accepted += 1
            expected[source] -= amount
            expected[target] += amount

    async with open_system() as system:
        refs = [await system.spawn(_always(account)) for account in accounts]
        tellers = [await system.spawn(Teller) for _ in range(4)]
        async with trio.open_nursery() as nursery:
            for number in range(60):
                nursery.start_soon(transfer, tellers[number % 4])

    assert [account.balance for account in accounts] == expected
    assert sum(expected) == 5 * balance
    assert accepted == 60 if balance == 1000 else 0 < accepted < 60
    assert min(expected) >= 0


def _always(account: Account) -> Callable[[], Account]:
    return lambda: account


type Board = tuple[int, ...]


@attrs.frozen
class Extend:
    """Place the next queens on a board that has some, one in each row."""

    board: Board
    size: int


@attrs.frozen
class Extended:
    boards: tuple[Board, ...]
    solutions: int


def _extensions(board: Board, size: int) -> list[Board]:
    row = len(board)
    return [
        (*board, column)
        for column in range(size)
        if all(column not in (c, c - row + r, c + row - r) for r, c in enumerate(board))
    ]


def _solutions(board: Board, size: int) -> int:
    if len(board) == size:
        return 1
    return sum(_solutions(longer, size) for longer in _extensions(board, size))


class Searcher(Actor[Extend]):
    """Hands the first rows back as work for others, and searches the rest alone."""

    def __init__(self, master: Ref[Extended]) -> None:
        self.master = master

    async def receive(self, message: Extend) -> None:
        board, size = message.board, message.size
        if len(board) < 2:
            self.master.tell(Extended(tuple(_extensions(board, size)), 0))
        else:
            self.master.tell(Extended((), _solutions(board, size)))


class Master(Actor[Extended]):
    """Gives its searchers work in turn, and ends when all that it gave is done."""

    def __init__(self, size: int, solutions: list[int]) -> None:
        self.size = size
        self.solutions = solutions
        self.given = self.done = 0

    async def started(self) -> None:
        self.searchers = [await self.context.spawn(Searcher, self.context.ref) for _ in range(3)]
        self.give(())

    async def receive(self, message: Extended) -> None:
        self.done += 1
        self.solutions.append(message.solutions)
        for board in message.boards:
            self.give(board)
        if self.done == self.given:
            self.context.ref.stop()

    def give(self, board: Board) -> None:
        self.searchers[self.given % 3].tell(Extend(board, self.size))
        self.given += 1


@pytest.mark.parametrize(("size", "solutions"), [(3, 0), (5, 10), (6, 4)])
async def test_a_master_and_its_workers_count_all_ways_to_place_queens(
    autojump_clock: MockClock, size: int, solutions: int
) -> None:
    found: list[int] = []
    async with open_system() as system:
        await (await system.spawn(Master, size, found)).closed()

    assert sum(found) == solutions


@pytest.mark.parametrize("any_schedule", [0], indirect=True)
async def test_eight_queens_stand_in_92_ways(autojump_clock: MockClock) -> None:
    found: list[int] = []
    async with open_system() as system:
        await (await system.spawn(Master, 8, found)).closed()

    assert sum(found) == 92
