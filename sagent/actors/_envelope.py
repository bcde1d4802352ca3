import math
from collections.abc import Callable
from typing import Final, Literal

import trio

from sagent.actors._event_bus import Events
from sagent.actors._events import LateReply
from sagent.actors._policy import check_choice

type Lane = Literal["front", "back"]
"""A queue of an inbox; everything in the front one goes before anything in the back one."""

_LANES: tuple[Lane, ...] = ("front", "back")


def is_front(lane: Lane) -> bool:
    """Tell whether *lane* is the front one.

    Raises:
        UsageError: it is neither.
    """
    check_choice("lane", lane, _LANES)
    return lane == "front"


class Envelope[M]:
    """A message on its way, and what the receiver may know of it.

    Attributes:
        message: the message.
        sender: the path of the actor that sent it; None when no actor did.
        front: whether it came through the front lane.
        deadline: the trio time until which its sender waits for an answer; `inf` for a tell.
        wants_reply: whether somebody asked.
        settled: whether it was answered, failed, or handled to its end.
        abandoned: whether nobody waits for it any more: work on it is in vain.
    """

    __slots__ = ("front", "message", "sender", "settled")

    deadline: float = math.inf
    wants_reply: bool = False
    abandoned: bool = False

    def __init__(self, message: M, sender: str | None, front: bool = False) -> None:  # noqa: FBT001, FBT002  # made once per message: a keyword costs 5 % of a tell
        self.message: Final = message
        self.sender: Final = sender
        self.front: Final = front
        self.settled = False

    def reply(self, value: object) -> None:
        """Answer with *value*, or mark a tell as handled; only the first call counts."""
        del value
        self.settled = True

    def fail(self, error: Exception) -> None:
        """Raise *error* in the asker, or mark a tell as handled; only the first call counts."""
        del error
        self.settled = True


class Question[M](Envelope[M]):
    """An envelope whose sender waits; the answer wakes it directly, past every inbox."""

    __slots__ = ("_asker", "_error", "_events", "_to", "_value", "abandoned", "deadline")

    wants_reply = True

    def __init__(
        self,
        message: M,
        sender: str | None,
        front: bool,  # noqa: FBT001  # see Envelope
        to: str,
        events: Events,
    ) -> None:
        self.message = message  # type: ignore[misc]  # as Envelope does, for half the price
        self.sender = sender  # type: ignore[misc]  # the same
        self.front = front  # type: ignore[misc]  # the same
        self.settled = False
        self.abandoned = False
        self.deadline = trio.current_effective_deadline()
        self._to = to
        self._events = events
        self._asker: trio.lowlevel.Task | None = None
        self._value: object = None
        self._error: Exception | None = None

    def reply(self, value: object) -> None:
        if self.settled:
            return
        self.settled = True
        if self.abandoned:
            if self._events.heard:
                self._events.emit(LateReply(self._to, self.message, self.sender))
            return
        self._value = value
        if self._asker is not None:
            trio.lowlevel.reschedule(self._asker)
            self._asker = None

    def fail(self, error: Exception) -> None:
        if self.settled:
            return
        self.settled = True
        self._error = error
        if self._asker is not None:
            trio.lowlevel.reschedule(self._asker)
            self._asker = None

    async def answer(self) -> object:
        """Wait for the reply, and return or raise it; to cancel this is to abandon the question."""
        if self.settled:
            await trio.lowlevel.checkpoint()
        else:
            self._asker = trio.lowlevel.current_task()
            await trio.lowlevel.wait_task_rescheduled(self._abandon)
        error, self._error = self._error, None
        if error is None:
            return self._value
        try:
            raise error
        finally:
            del error  # its traceback holds this frame

    def _abandon(self, _: Callable[[], object]) -> trio.lowlevel.Abort:
        self._asker = None
        self.abandoned = True
        return trio.lowlevel.Abort.SUCCEEDED
