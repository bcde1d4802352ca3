import random
from collections import deque
from itertools import pairwise
from typing import Literal

import attrs
import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st
from trio.testing import MockClock, wait_all_tasks_blocked

from sagent.actors import (
    Actor,
    DeadLetter,
    Event,
    Events,
    Inbox,
    Overflow,
    OverflowPolicy,
    Ref,
    open_system,
)
from sagent.actors._envelope import Envelope
from sagent.actors._mailbox import Mailbox
from sagent.errors import MailboxFull, UsageError


class Gate(Actor[str]):
    """Notes what it handles; "gate" takes it a second."""

    def __init__(self, seen: list[str]) -> None:
        self.seen = seen

    async def receive(self, message: str) -> None:
        self.seen.append(message)
        if message == "gate":
            await trio.sleep(1)


@pytest.mark.usefixtures("any_schedule")
async def test_the_front_lane_goes_first_and_each_lane_keeps_its_order(
    autojump_clock: MockClock,
) -> None:
    seen: list[str] = []
    async with open_system() as system:
        gate = await system.spawn(Gate, seen)
        gate.tell("gate")
        await wait_all_tasks_blocked()
        gate.tell("b1")
        gate.tell("b2")
        gate.tell("u1", lane="front")
        gate.tell("u2", lane="front")
        gate.tell("b3")
        gate.drain()
        await gate.closed()

    assert seen == ["gate", "u1", "u2", "b1", "b2", "b3"]


@pytest.mark.usefixtures("any_schedule")
async def test_a_front_message_that_comes_between_wake_and_run_still_goes_first(
    autojump_clock: MockClock,
) -> None:
    seen: list[str] = []
    async with open_system() as system:
        gate = await system.spawn(Gate, seen)
        await wait_all_tasks_blocked()
        gate.tell("woke it")
        gate.tell("user", lane="front")
        gate.drain()
        await gate.closed()

    assert seen == ["user", "woke it"]


@pytest.mark.parametrize(
    ("overflow", "seen_back", "dead", "errors"),
    [
        ("fail", ["0", "1"], [], 2),
        ("drop_newest", ["0", "1"], ["2", "3"], 0),
        ("drop_oldest", ["2", "3"], ["0", "1"], 0),
    ],
)
@pytest.mark.usefixtures("any_schedule")
async def test_a_full_back_lane_does_as_its_policy_says_and_users_always_enter(
    autojump_clock: MockClock,
    overflow: OverflowPolicy,
    seen_back: list[str],
    dead: list[str],
    errors: int,
) -> None:
    seen: list[str] = []
    events: list[Event] = []
    refused = 0
    async with open_system() as system:
        gate = await system.spawn(Gate, seen, capacity=2, overflow=overflow)
        gate.tell("gate")
        await wait_all_tasks_blocked()
        with system.events.listen(events.append):
            for number in range(4):
                try:
                    gate.tell(str(number))
                except MailboxFull:
                    refused += 1
            gate.tell("user", lane="front")
        dropped = system.tree().children[0].dropped
        gate.drain()
        await gate.closed()

    assert seen == ["gate", "user", *seen_back]
    assert [e.message for e in events if isinstance(e, DeadLetter)] == dead
    assert [e.dropped for e in events if isinstance(e, Overflow)] == [1, 2]
    assert (refused, dropped) == (errors, 2)


@pytest.mark.usefixtures("any_schedule")
async def test_send_waits_for_room_and_keeps_the_order(autojump_clock: MockClock) -> None:
    seen: list[str] = []
    async with open_system() as system:
        gate = await system.spawn(Gate, seen, capacity=2)
        gate.tell("gate")
        await wait_all_tasks_blocked()
        for number in range(5):
            await gate.send(str(number))
        sent_at = trio.current_time()
        gate.drain()
        await gate.closed()

    assert seen == ["gate", "0", "1", "2", "3", "4"]
    assert sent_at == 1


@pytest.mark.usefixtures("any_schedule")
async def test_a_cancelled_send_has_sent_nothing(autojump_clock: MockClock) -> None:
    seen: list[str] = []
    async with open_system() as system:
        gate = await system.spawn(Gate, seen, capacity=1)
        gate.tell("gate")
        await wait_all_tasks_blocked()
        await gate.send("in time")
        with trio.move_on_after(0.5):
            await gate.send("too late")
        gate.drain()
        await gate.closed()

    assert seen == ["gate", "in time"]


@pytest.mark.usefixtures("any_schedule")
async def test_a_send_that_waits_when_its_target_ends_is_a_dead_letter(
    autojump_clock: MockClock,
) -> None:
    events: list[Event] = []
    async with open_system() as system:
        gate = await system.spawn(Gate, [], capacity=1)
        gate.tell("gate")
        await wait_all_tasks_blocked()
        await gate.send("fits")
        with system.events.listen(events.append):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(gate.send, "waits")
                await wait_all_tasks_blocked()
                gate.stop()

    assert [e.message for e in events if isinstance(e, DeadLetter)] == ["fits", "waits"]


async def test_a_capacity_of_none_at_all_is_refused(autojump_clock: MockClock) -> None:
    async with open_system() as system:
        with pytest.raises(UsageError, match="capacity=0"):
            await system.spawn(Gate, [], capacity=0)


async def test_an_actor_with_a_full_inbox_lets_others_run_within_32_messages(
    autojump_clock: MockClock,
) -> None:
    seen: list[str] = []
    depths: list[int] = []

    async def look() -> None:
        for _ in range(4):
            depths.append(len(seen))
            await trio.lowlevel.checkpoint()

    async with open_system() as system:
        gate = await system.spawn(Gate, seen)
        for number in range(100):
            gate.tell(str(number))
        async with trio.open_nursery() as nursery:
            nursery.start_soon(look)

    # Twice, as the order within a pass of the scheduler is its own.
    assert all(after - before <= 2 * 32 for before, after in pairwise(depths))


class Silent(Actor[str]):
    """Never looks at what comes, but by way of the test."""

    inbox: Inbox[str]

    async def run(self, inbox: Inbox[str]) -> None:
        self.inbox = inbox
        await trio.sleep_forever()


async def test_two_readers_of_one_inbox_are_told(autojump_clock: MockClock) -> None:
    silent = Silent()
    async with open_system() as system, trio.open_nursery() as nursery:
        await system.spawn(lambda: silent)
        await wait_all_tasks_blocked()
        nursery.start_soon(silent.inbox.get)
        await wait_all_tasks_blocked()

        with pytest.raises(trio.BusyResourceError):
            await silent.inbox.get()
        nursery.cancel_scope.cancel()


async def test_a_cancelled_get_has_taken_nothing(autojump_clock: MockClock) -> None:
    silent = Silent()
    async with open_system() as system:
        ref = await system.spawn(lambda: silent)
        await wait_all_tasks_blocked()
        for number in range(200):
            ref.tell(str(number))

        taken: list[str] = []
        while len(silent.inbox):
            with trio.CancelScope() as scope:
                scope.cancel()
                taken.append((await silent.inbox.get()).message)

            # Where get would have yielded, nothing was taken: the next one goes on from there.
        assert taken == [str(number) for number in range(200)]


@attrs.frozen
class Put:
    lane: Literal["front", "back"]


@attrs.frozen
class Take:
    pass


@given(
    steps=st.lists(st.one_of(st.builds(Put, st.sampled_from(["front", "back"])), st.just(Take()))),
    capacity=st.none() | st.integers(1, 4),
    overflow=st.sampled_from(["fail", "drop_newest", "drop_oldest"]),
)
def test_a_mailbox_equals_two_plain_queues(
    steps: list[Put | Take], capacity: int | None, overflow: OverflowPolicy
) -> None:
    front: deque[int] = deque()
    back: deque[int] = deque()
    dropped: list[int] = []
    events = Events()
    dead: list[Event] = []
    mailbox = Mailbox("/it", events, capacity=capacity, overflow=overflow)

    def put(number: int, lane: Literal["front", "back"]) -> None:
        if lane == "front":
            front.append(number)
        elif capacity is None or len(back) < capacity:
            back.append(number)
        elif overflow == "drop_oldest":
            dropped.append(back.popleft())
            back.append(number)
        elif overflow == "drop_newest":
            dropped.append(number)

    with events.listen(dead.append):
        for number, step in enumerate(steps):
            if isinstance(step, Put):
                put(number, step.lane)
                try:
                    mailbox.put(Envelope[object](number, None, step.lane == "front"))
                except MailboxFull:
                    assert overflow == "fail"
            else:
                expected = front.popleft() if front else back.popleft() if back else None
                taken = mailbox.take()
                assert (None if taken is None else taken.message) == expected

            assert len(mailbox) == len(front) + len(back)
        assert [e.message for e in dead if isinstance(e, DeadLetter)] == dropped

        dead.clear()
        mailbox.close()
        mailbox.empty()
        assert [e.message for e in dead if isinstance(e, DeadLetter)] == [*front, *back]


@given(seed=st.integers(0, 2**32), count=st.integers(0, 60))
async def test_every_message_is_handled_once_or_is_a_dead_letter(seed: int, count: int) -> None:
    choose = random.Random(seed)
    seen: list[str] = []
    dead: list[Event] = []
    async with open_system() as system:
        with system.events.listen(dead.append):
            gate: Ref[str] = await system.spawn(Gate, seen)
            for number in range(count):
                gate.tell(str(number), lane=choose.choice(["front", "back"]))
                if choose.random() < 0.2:
                    await trio.lowlevel.checkpoint()
                if choose.random() < 0.02:
                    choose.choice([gate.stop, gate.kill, gate.drain])()
            gate.drain()
            await gate.closed()

    letters = [str(e.message) for e in dead if isinstance(e, DeadLetter)]
    assert sorted(seen + letters) == sorted(str(number) for number in range(count))
