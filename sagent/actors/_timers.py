import heapq
import math
from itertools import count

import trio

from sagent.actors._envelope import Envelope, Lane, is_front
from sagent.actors._mailbox import Mailbox
from sagent.errors import MailboxFull

# Below this many stale entries, a heap is not worth rebuilding.
_FEW = 64

# From here on, each new timer of an actor looks for old ones to forget.
_MANY = 32


class Tick(Envelope[object]):
    """A timer's envelope, which can be taken back."""

    __slots__ = ("abandoned",)

    def __init__(self, message: object, sender: str, front: bool) -> None:  # noqa: FBT001  # as in Envelope
        super().__init__(message, sender, front)
        self.abandoned = False


class Timer:
    """A message that enters a mailbox at some time, once or again and again.

    Attributes:
        period_s: the time between two messages, or None for one message.
        live: whether it is still to ring.
    """

    __slots__ = ("_front", "_last", "_mailbox", "_message", "live", "period_s")

    def __init__(
        self, mailbox: Mailbox, message: object, *, lane: Lane, period_s: float | None
    ) -> None:
        self.period_s = period_s
        self.live = True
        self._mailbox = mailbox
        self._message = message
        self._front = is_front(lane)
        self._last: Tick | None = None

    @property
    def spent(self) -> bool:
        """Whether its only message has been handled."""
        return self.period_s is None and self._last is not None and self._last.settled

    def ring(self) -> None:
        """Enter the message, unless the last one is still waiting or in hand."""
        if self._last is not None and not self._last.settled:
            return
        self._last = Tick(self._message, self._mailbox.path, self._front)
        try:
            self._mailbox.put(self._last)
        except MailboxFull:  # there is no sender to tell
            self._mailbox.refuse(self._last, "overflow")

    def end(self, in_hand: Envelope[object] | None = None) -> None:
        """Ring no more, and take back a message that waits: any but the one *in_hand*."""
        self.live = False
        if self._last is not None and self._last is not in_hand:
            self._last.abandoned = self._last.settled = True


class Clock:
    """All timers of a system: one heap and one task, however many there are."""

    __slots__ = ("_changed", "_heap", "_order", "_stale")

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Timer]] = []
        self._order = count()
        self._stale = 0
        self._changed = trio.Event()

    def start(self, timer: Timer, seconds: float) -> None:
        """Let *timer* ring in *seconds*."""
        when = trio.current_time() + seconds
        heapq.heappush(self._heap, (when, next(self._order), timer))
        if self._heap[0][2] is timer:
            self._changed.set()

    def cancel(self, timer: Timer, in_hand: Envelope[object] | None = None) -> None:
        """Let *timer* ring no more, and take back what it sent if that is not *in_hand*."""
        if not timer.live:
            return
        timer.end(in_hand)
        self._stale += 1
        # A timer that is replaced with every message must not leave an entry behind each time.
        if self._stale > _FEW and self._stale > len(self._heap) // 2:
            self._heap = [entry for entry in self._heap if entry[2].live]
            heapq.heapify(self._heap)
            self._stale = 0

    async def run(self) -> None:
        """Ring what is due, for ever."""
        while True:
            self._ring_due(trio.current_time())
            self._changed = trio.Event()
            with trio.move_on_at(self._heap[0][0] if self._heap else math.inf):
                await self._changed.wait()

    def _ring_due(self, now: float) -> None:
        while self._heap and self._heap[0][0] <= now:
            when, _, timer = heapq.heappop(self._heap)
            if not timer.live:
                self._stale -= 1
                continue
            if timer.period_s is not None:
                # From when it was due, so that it does not drift; what was missed is not made up.
                due = when + timer.period_s
                if due <= now:  # and later than now, even by a period that the clock cannot tell
                    due = max(now + timer.period_s, math.nextafter(now, math.inf))
                heapq.heappush(self._heap, (due, next(self._order), timer))
            timer.ring()


class Timers:
    """The timers of one actor, each under its key."""

    __slots__ = ("_clock", "_timers")

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._timers: dict[object, Timer] = {}

    def set(
        self, key: object, seconds: float, timer: Timer, in_hand: Envelope[object] | None = None
    ) -> None:
        """Start *timer* under *key*, in place of the timer that *key* names now."""
        self.cancel(key, in_hand)
        if len(self._timers) >= _MANY:
            self._timers = {k: t for k, t in self._timers.items() if not t.spent}
        self._timers[key] = timer
        self._clock.start(timer, seconds)

    def cancel(self, key: object, in_hand: Envelope[object] | None = None) -> None:
        """End the timer under *key*, if there is one, and what it sent unless it is *in_hand*."""
        if timer := self._timers.pop(key, None):
            self._clock.cancel(timer, in_hand)

    def cancel_all(self) -> None:
        """End every timer."""
        for key in tuple(self._timers):
            self.cancel(key)
