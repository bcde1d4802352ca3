from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Self, cast

import trio

from sagent.actors._envelope import Envelope
from sagent.actors._mailbox import InboxEnd, Mailbox
from sagent.errors import UsageError

# Messages that are there already are taken without a pass of the scheduler, up to this many.
_TURN = 32


class Inbox[M]:
    """What an actor's `run` reads.

    `async for envelope in inbox` ends when the actor is to stop, at once after `stop`, which
    overtakes what is queued, and when all is read after `drain`. One task reads at a time.

    An envelope that asks is to be settled with `reply` or `fail`, now or later; whatever is not
    when the actor ends fails its asker at once.
    """

    __slots__ = (
        "_ended",
        "_held",
        "_left",
        "_mailbox",
        "_now",
        "_stop",
        "_suspensions",
        "_take",
        "current",
        "draining",
        "in_turn",
        "since",
        "stopping",
    )

    def __init__(self, mailbox: Mailbox) -> None:
        self.current: Envelope[M] | None = None
        """The envelope that was taken last, until the next is asked for."""

        self.since = 0.0
        """The trio time at which it was taken."""

        self.draining = False
        """Whether nothing enters any more: `drain` or `stop` was called."""

        self.stopping = False
        """Whether `stop` was called: finish the work in hand and return."""

        self.in_turn = False
        """Whether each message is handled in the actor's own task before the next is taken."""

        self._mailbox = mailbox
        self._now = trio.lowlevel.current_clock().current_time
        self._suspensions: int = 0
        self._held: list[Envelope[M]] = []
        self._left = _TURN
        self._stop: trio.Event | None = None
        self._ended = False
        # The mailbox takes what a Ref lets in, and only a Ref[M] leads here.
        self._take = cast("Callable[[], Envelope[M] | None]", mailbox.take)

    def __len__(self) -> int:
        return len(self._mailbox)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Envelope[M]:
        if self._left == 0:
            self._left = _TURN
            await trio.lowlevel.checkpoint()
        try:
            while (envelope := self.get_nowait()) is None:
                await self.wait()
        except trio.EndOfChannel:
            raise StopAsyncIteration from None
        self._left -= 1
        return envelope

    async def get(self) -> Envelope[M]:
        """Take the first message, waiting for one.

        Lets other tasks run when it waits, and at least once in 32 messages. Cancelled, it has
        taken nothing.

        Raises:
            trio.EndOfChannel: the actor is to stop; it may leave `run`, which ends in peace.
        """
        try:
            return await anext(self)
        except StopAsyncIteration:
            raise InboxEnd from None

    def get_nowait(self) -> Envelope[M] | None:
        """Take the first message, or None when none is there.

        Raises:
            trio.EndOfChannel: the actor is to stop; it may leave `run`, which ends in peace.
        """
        current = self.current
        if current is not None and not current.settled:
            if current.wants_reply:
                self._hold(current)
            else:
                current.settled = True
        self.current = current = self._take()
        if current is not None:
            self.since = self._now()
        return current

    def select_nowait[N](self, kind: type[N]) -> "Envelope[N] | None":
        """Take the first message of *kind* in the front lane, past those that wait before it.

        This is Erlang's selective receive, for what is to be seen in the midst of other work. None
        when there is none, or when nothing is taken any more. A tell counts as handled then.
        """
        if self._ended or self._suspensions:
            return None
        envelope = cast("Envelope[N] | None", self._mailbox.select(kind))  # what it selects by
        if envelope is None:
            return None
        if envelope.wants_reply:
            self._hold(cast("Envelope[M]", envelope))  # N is an M, or none came
        else:
            envelope.settled = True
        return envelope

    @property
    def in_front(self) -> int:
        """How many messages wait in the front lane."""
        return self._mailbox.in_front

    def watched(self, call: Callable[[object], object]) -> AbstractContextManager[None]:
        """Call *call*, within the block, with each message that has entered the front lane.

        The call is made in the sender's task: it notes what it sees and returns.
        """
        return _Watched(self._mailbox, call)

    async def wait(self) -> None:
        """Park until there may be something to take, or `wake` is called.

        Look with `get_nowait` before each wait: to be woken is no promise of a message.
        """
        self._left = _TURN
        await self._mailbox.wait()

    def wake(self) -> None:
        """Let a reader that is parked look again."""
        self._mailbox.wake()

    def stash(self) -> None:
        """Put the message in hand aside, unanswered, until `unstash`.

        Raises:
            UsageError: there is none.
        """
        current = self.current
        if current is None or current.settled:
            raise UsageError("no message is in hand: stash while one is handled")
        self.current = None
        self._mailbox.stash(cast("Envelope[object]", current))  # it knows no type

    def unstash(self) -> None:
        """Take all that was put aside again, in its order, before what waits in its lane."""
        self._mailbox.unstash()

    async def wait_stopping(self) -> None:
        """Wait until `stop` is called, for a `run` that would cut its work short then."""
        if self._stop is None:
            self._stop = trio.Event()
            if self.stopping:
                self._stop.set()
        await self._stop.wait()

    def _hold(self, envelope: Envelope[M]) -> None:
        # Forget the settled ones whenever the list would double: constant cost per message.
        held = self._held
        if len(held) >= 16 and len(held) & (len(held) - 1) == 0:  # noqa: PLR2004  # a power of two
            held[:] = [other for other in held if not other.settled]
        held.append(envelope)


class _Watched(AbstractContextManager[None]):
    """A class, since a generator would take four times as much for the length of a life."""

    __slots__ = ("_call", "_mailbox")

    def __init__(self, mailbox: Mailbox, call: Callable[[object], object]) -> None:
        self._mailbox = mailbox
        self._call: Callable[[object], object] | None = call

    def __enter__(self) -> None:
        self._swap()

    def __exit__(self, *_: object) -> None:
        self._swap()

    def _swap(self) -> None:
        self._call, self._mailbox.on_front = self._mailbox.on_front, self._call
