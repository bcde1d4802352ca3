"""Where messages wait for their actor, whichever incarnation of it will read them.

Two lanes. The back lane is a trio memory channel, which bounds it; senders who wait for room stand
in a line of their own. The front lane is a queue beside it. Everything in the front lane goes
before anything in the back lane, and each lane keeps the order of arrival.

A parked reader is woken without a value and then takes what is first, so that a front message
that arrives between its wake and its turn still goes first.
"""

import math
from collections import deque
from collections.abc import Callable
from typing import Literal, assert_never

import trio

from sagent.actors._envelope import Envelope
from sagent.actors._event_bus import Events
from sagent.actors._events import DeadLetter, DeadLetterReason, Overflow
from sagent.actors._policy import check_choice
from sagent.actors._refusal import full, refusal
from sagent.errors import UsageError

type OverflowPolicy = Literal["fail", "drop_newest", "drop_oldest"]
"""What a full back lane does with one more message."""

_OVERFLOWS: tuple[OverflowPolicy, ...] = ("fail", "drop_newest", "drop_oldest")


class InboxEnd(trio.EndOfChannel):
    """The actor is to stop; leaving its `run`, this is the end of it and no crash."""


class Mailbox:
    """The two lanes of one actor, and what becomes of messages that cannot enter them.

    Attributes:
        path: whose mailbox it is.
        events: where dead letters and overflows are told.
        dropped: how many messages the bound has refused or dropped.
        peak: the most that have waited in the back lane at once, senders without room included.
        on_front: called with each message that has entered the front lane.
        closed: whether nothing enters any more.
    """

    __slots__ = (
        "_again",
        "_back_count",
        "_back_in",
        "_back_out",
        "_capacity",
        "_cause",
        "_front",
        "_overflow",
        "_reader",
        "_senders",
        "_stash",
        "closed",
        "dropped",
        "events",
        "on_front",
        "path",
        "peak",
    )

    def __init__(
        self, path: str, events: Events, *, capacity: int | None, overflow: OverflowPolicy
    ) -> None:
        if capacity is not None and capacity < 1:
            raise UsageError(
                f"capacity={capacity}: an inbox holds at least 1 message; None for no bound"
            )
        check_choice("overflow", overflow, _OVERFLOWS)
        self.path = path
        self.events = events
        self.dropped = 0
        self.peak = 0
        self.closed = False
        self.on_front: Callable[[object], object] | None = None
        self._capacity = math.inf if capacity is None else capacity
        self._overflow: OverflowPolicy = overflow
        self._cause: Exception | None = None
        # Opened for the first message: two thousand bytes that many an actor never needs.
        self._back_in: trio.MemorySendChannel[Envelope[object]] | None = None
        self._back_out: trio.MemoryReceiveChannel[Envelope[object]] | None = None
        # With the senders that wait for room.
        self._back_count = 0
        # Most actors never see a front message, and an empty deque is 760 bytes.
        self._front: deque[Envelope[object]] | None = None
        self._again: deque[Envelope[object]] | None = None
        self._stash: list[Envelope[object]] | None = None
        # Not left to the channel, which would give one of them the place that a tell has made.
        self._senders: dict[trio.lowlevel.Task, Envelope[object]] | None = None
        self._reader: trio.lowlevel.Task | None = None

    def __len__(self) -> int:
        return self._back_count + len(self._front or ()) + len(self._again or ())

    @property
    def holds_any(self) -> bool:
        """Whether there is something to handle, now or once it is no longer put aside."""
        return len(self) > 0 or self._stash is not None

    @property
    def stashed(self) -> int:
        """How many messages are put aside."""
        return len(self._stash or ())

    def put(self, envelope: Envelope[object]) -> None:
        """Enter *envelope*, or do with it what a closed or full mailbox does.

        Raises:
            MailboxFull: the back lane is full and its policy is to say so.
        """
        if self.closed:
            self.refuse(envelope, "stopped")
            return
        if envelope.front:
            if self._front is None:
                self._front = deque()
            self._front.append(envelope)
            if self.on_front is not None:
                self.on_front(envelope.message)
        else:
            try:
                (self._back_in or self._open_back()).send_nowait(envelope)
            except trio.WouldBlock:
                if not self._made_room(envelope):
                    return
            self._back_count = count = self._back_count + 1
            self.peak = max(self.peak, count)
        if self._reader is not None:
            self.wake()

    async def put_when_room(self, envelope: Envelope[object]) -> None:
        """Enter *envelope* into the back lane, waiting for room; cancelled, it has not entered."""
        await trio.lowlevel.checkpoint_if_cancelled()
        if self.closed:
            await trio.lowlevel.cancel_shielded_checkpoint()
            self.refuse(envelope, "stopped")
            return
        full = self._back_count >= self._capacity
        self._back_count += 1
        self.peak = max(self.peak, self._back_count)
        if not full:
            (self._back_in or self._open_back()).send_nowait(envelope)
            self.wake()
            await trio.lowlevel.cancel_shielded_checkpoint()
            return
        task = trio.lowlevel.current_task()
        senders = self._senders = self._senders or {}
        senders[task] = envelope

        def leave(_: Callable[[], object]) -> trio.lowlevel.Abort:
            del senders[task]
            self._back_count -= 1
            self.wake()  # of a closed mailbox, this may have been the last message
            return trio.lowlevel.Abort.SUCCEEDED

        await trio.lowlevel.wait_task_rescheduled(leave)

    def take(self) -> Envelope[object] | None:
        """Take the first message, or None when there is none at present.

        Raises:
            InboxEnd: the mailbox is closed and empty.
        """
        while True:
            if self._front:
                envelope = self._front.popleft()
            elif self._again:
                envelope = self._again.popleft()
            elif self._back_count:
                assert self._back_out is not None  # something is in it
                envelope = self._back_out.receive_nowait()
                self._back_count -= 1
                if self._senders:
                    self._admit(self._senders)
            elif self.closed:
                raise InboxEnd
            else:
                return None
            if not envelope.abandoned:
                return envelope
            if not envelope.settled:  # a settled one was taken back
                self.refuse(envelope, "abandoned")

    @property
    def in_front(self) -> int:
        """How many messages wait in the front lane."""
        return len(self._front or ())

    def select(self, kind: type[object]) -> Envelope[object] | None:
        """Take the first message of *kind* that waits in the front lane, past those before it."""
        for number, envelope in enumerate(self._front or ()):
            if isinstance(envelope.message, kind) and not envelope.abandoned:
                assert self._front is not None  # there was one in it
                del self._front[number]
                return envelope
        return None

    def stash(self, envelope: Envelope[object]) -> None:
        """Put *envelope* aside until `unstash`; what is over the capacity is dropped."""
        self._stash = self._stash or []
        if len(self._stash) >= self._capacity:
            self._count_dropped()
            self.refuse(envelope, "overflow")
        else:
            self._stash.append(envelope)

    def unstash(self) -> None:
        """Let all that was put aside be taken again, each at the head of its lane."""
        stash, self._stash = self._stash, None
        if stash is None:
            return
        self._front, self._again = self._front or deque(), self._again or deque()
        self._front.extendleft(envelope for envelope in reversed(stash) if envelope.front)
        self._again.extendleft(envelope for envelope in reversed(stash) if not envelope.front)
        self.wake()

    async def wait(self) -> None:
        """Park until something may have changed; to wake is no promise of a message."""
        if self._reader is not None:
            raise trio.BusyResourceError(f"two tasks read the inbox of {self.path}: let one do it")
        self._reader = trio.lowlevel.current_task()
        await trio.lowlevel.wait_task_rescheduled(self._unpark)

    def wake(self) -> None:
        """Let a parked reader look again."""
        reader, self._reader = self._reader, None
        if reader is not None:
            trio.lowlevel.reschedule(reader)

    def close(self, cause: Exception | None = None) -> None:
        """Let nothing enter any more; what waits stays. *cause* is told to those refused."""
        self.closed = True
        self._cause = self._cause or cause
        self.wake()

    def reopen(self) -> None:
        """Let messages enter again."""
        self.closed = False
        self._cause = None

    def empty(self) -> None:
        """Refuse all that waits or was put aside, of a closed mailbox."""
        self.unstash()
        while True:
            try:
                envelope = self.take()
            except InboxEnd:
                return
            if envelope is None:
                return
            self.refuse(envelope, "stopped")

    def refuse(
        self,
        envelope: Envelope[object],
        reason: DeadLetterReason,
        cause: Exception | None = None,
    ) -> None:
        """Make *envelope* a dead letter and fail its asker, with *cause* or that of the close."""
        if self.events.heard:
            self.events.emit(DeadLetter(self.path, envelope.message, reason, envelope.sender))
        if envelope.wants_reply:
            envelope.fail(refusal(self.path, self._capacity, reason, cause or self._cause))
        else:
            envelope.settled = True

    def _open_back(self) -> trio.MemorySendChannel[Envelope[object]]:
        self._back_in, self._back_out = trio.open_memory_channel[Envelope[object]](self._capacity)
        return self._back_in

    def _made_room(self, envelope: Envelope[object]) -> bool:
        """Do as the policy says; tell whether *envelope* has entered a full back lane."""
        match self._overflow:
            case "fail":
                self._count_dropped()
                raise full(self.path, self._capacity)
            case "drop_newest":
                self._count_dropped()
                self.refuse(envelope, "overflow")
                return False
            case "drop_oldest":
                assert self._back_in is not None  # it is full
                assert self._back_out is not None
                oldest = self._back_out.receive_nowait()
                self._back_count -= 1
                self._back_in.send_nowait(envelope)  # before a send that waits for room
                self._count_dropped()
                self.refuse(oldest, "overflow")
                return True
        assert_never(self._overflow)

    def _admit(self, senders: dict[trio.lowlevel.Task, Envelope[object]]) -> None:
        """Let the one who has waited for room the longest have a place."""
        task = next(iter(senders))
        assert self._back_in is not None  # they have found it full
        self._back_in.send_nowait(senders.pop(task))
        trio.lowlevel.reschedule(task)

    def _count_dropped(self) -> None:
        self.dropped += 1
        if self.events.heard:
            self.events.emit(Overflow(self.path, self._capacity, self.dropped))

    def _unpark(self, _: Callable[[], object]) -> trio.lowlevel.Abort:
        self._reader = None
        return trio.lowlevel.Abort.SUCCEEDED
