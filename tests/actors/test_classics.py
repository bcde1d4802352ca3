"""The programs on which actor runtimes are compared, with results that are known exactly."""

from typing import Literal, assert_never

import attrs
import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from sagent.actors import Actor, Envelope, Inbox, Ref, Request, open_system


@attrs.frozen
class Ball:
    """Goes to and fro, so many times yet."""

    times: int


class Player(Actor[Ball]):
    def __init__(self, done: trio.Event) -> None:
        self.other: Ref[Ball] | None = None
        self.hits = 0
        self.done = done

    async def receive(self, message: Ball) -> None:
        assert self.other is not None
        self.hits += 1
        if message.times == 0:
            self.done.set()
        else:
            self.other.tell(Ball(message.times - 1))


@pytest.mark.usefixtures("any_schedule")
async def test_ping_and_pong_hit_in_turn(autojump_clock: MockClock) -> None:
    done = trio.Event()
    ping, pong = Player(done), Player(done)
    async with open_system() as system:
        ping.other = await system.spawn(lambda: pong)
        pong.other = await system.spawn(lambda: ping)
        pong.other.tell(Ball(100))
        await done.wait()

    assert (ping.hits, pong.hits) == (51, 50)


class RingMember(Actor[int]):
    """Hands a token on until it is used up, and notes where that was."""

    def __init__(self, number: int, last: list[int]) -> None:
        self.number = number
        self.last = last
        self.next: Ref[int] | None = None

    async def receive(self, message: int) -> None:
        if message == 0:
            self.last.append(self.number)
        else:
            assert self.next is not None
            self.next.tell(message - 1)


@pytest.mark.parametrize(("steps", "holder"), [(0, 1), (502, 503), (503, 1), (1000, 498)])
async def test_a_token_ends_where_it_must_in_a_ring_of_503(
    autojump_clock: MockClock, steps: int, holder: int
) -> None:
    last: list[int] = []
    members: list[RingMember] = []

    def join() -> RingMember:
        members.append(RingMember(len(members) + 1, last))
        return members[-1]

    async with open_system() as system:
        refs = [await system.spawn(join) for _ in range(503)]
        for member, after in zip(members, [*refs[1:], refs[0]], strict=True):
            member.next = after
        refs[0].tell(steps)
        await wait_all_tasks_blocked()

    assert last == [holder]


class Summer(Actor[int]):
    """Adds up what it is told; reports the sum when it ends."""

    def __init__(self, sums: list[int]) -> None:
        self.sums = sums
        self.sum = 0

    async def receive(self, message: int) -> None:
        self.sum += message

    async def stopped(self, exit: object) -> None:  # noqa: A002  # the hook's name for it
        self.sums.append(self.sum)


@pytest.mark.usefixtures("any_schedule")
async def test_what_is_forked_is_joined_and_nothing_is_lost(autojump_clock: MockClock) -> None:
    sums: list[int] = []
    async with open_system() as system:
        summers = [await system.spawn(Summer, sums) for _ in range(10)]
        for number in range(50):
            for summer in summers:
                summer.tell(number)
        for summer in summers:
            summer.drain()
            await summer.closed()

    assert sums == [sum(range(50))] * 10


@attrs.frozen
class Neighbours:
    refs: "tuple[Ref[BigMessage], ...]"


@attrs.frozen
class Ping:
    sender: "Ref[BigMessage]"


@attrs.frozen
class Pong:
    pass


type BigMessage = Neighbours | Ping | Pong


class Sociable(Actor[BigMessage]):
    """Pings all others, answers every ping, and ends when it has all its answers."""

    def __init__(self) -> None:
        self.pings = 0
        self.pongs = 0
        self.others: tuple[Ref[BigMessage], ...] = ()

    async def receive(self, message: BigMessage) -> None:
        match message:
            case Neighbours(refs):
                self.others = tuple(ref for ref in refs if ref != self.context.ref)
                for ref in self.others:
                    ref.tell(Ping(self.context.ref))
            case Ping(sender):
                self.pings += 1
                sender.tell(Pong())
            case Pong():
                self.pongs += 1
            case _:
                assert_never(message)
        if self.pings == self.pongs == len(self.others) > 0:
            self.context.ref.stop()


@pytest.mark.usefixtures("any_schedule")
async def test_all_talk_to_all(autojump_clock: MockClock) -> None:
    made: list[Sociable] = []

    def make() -> Sociable:
        made.append(Sociable())
        return made[-1]

    async with open_system() as system:
        refs = tuple([await system.spawn(make) for _ in range(12)])
        for ref in refs:
            ref.tell(Neighbours(refs))
        for ref in refs:
            assert (await ref.closed()).reason == "stopped"

    assert [(sociable.pings, sociable.pongs) for sociable in made] == [(11, 11)] * 12


type Colour = Literal["blue", "red", "yellow"]

COLOURS: tuple[Colour, ...] = ("blue", "red", "yellow")


def complement(mine: Colour, yours: Colour) -> Colour:
    """Of two colours comes the third; of one alone comes itself."""
    if mine == yours:
        return mine
    return next(colour for colour in COLOURS if colour not in (mine, yours))


@attrs.frozen
class Meet(Request["Meet | None"]):
    """Is answered with the other's, or with None when the mall has closed."""

    name: int
    colour: Colour


class Mall(Actor[Meet]):
    """Lets whoever comes meet whoever comes next, so many times."""

    def __init__(self, meetings: int) -> None:
        self.meetings = meetings

    async def run(self, inbox: Inbox[Meet]) -> None:
        first: Envelope[Meet] | None = None
        async for second in inbox:
            if self.meetings == 0:
                second.reply(None)
            elif first is None:
                first = second
            else:
                self.meetings -= 1
                first.reply(second.message)
                second.reply(first.message)
                first = None


class Chameneos(Actor[Ref[Meet]]):
    """Goes to the mall again and again, and answers whom it met there."""

    def __init__(self, name: int, colour: Colour) -> None:
        self.name = name
        self.colour: Colour = colour
        self.met: list[Meet] = []

    async def receive(self, message: Ref[Meet]) -> None:
        while other := await message.ask(Meet(self.name, self.colour)):
            self.met.append(other)
            self.colour = complement(self.colour, other.colour)
        self.context.ref.stop()


@pytest.mark.parametrize("crowd", [3, 10])
@pytest.mark.usefixtures("any_schedule")
async def test_each_meeting_is_of_two_different_chameneos(
    autojump_clock: MockClock, crowd: int
) -> None:
    made: list[Chameneos] = []

    def make() -> Chameneos:
        made.append(Chameneos(len(made), COLOURS[len(made) % 3]))
        return made[-1]

    async with open_system() as system:
        mall = await system.spawn(Mall, 60)
        refs = [await system.spawn(make) for _ in range(crowd)]
        for ref in refs:
            ref.tell(mall)
        for ref in refs:
            await ref.closed()

    assert sum(len(creature.met) for creature in made) == 2 * 60
    assert not any(other.name == creature.name for creature in made for other in creature.met)
    assert sorted(other.name for creature in made for other in creature.met) == sorted(
        creature.name for creature in made for _ in creature.met
    )
