import logging
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Literal

import attrs

from sagent.actors._exit import Exit

_log = logging.getLogger(__name__)

type DeadLetterReason = Literal["stopped", "crashed", "overflow", "abandoned"]


@attrs.frozen
class Spawned:
    """An actor has a path and an inbox; its `started` has not run yet."""

    path: str


@attrs.frozen
class Started:
    """An actor's `started` has returned."""

    path: str


@attrs.frozen
class Exited:
    """An actor has ended, its `stopped` included."""

    path: str
    exit: Exit


@attrs.frozen
class DeadLetter:
    """A message that nobody will handle, or whose handler did not come to its end.

    Attributes:
        to: the path of the actor it was for.
        message: the message.
        reason: `stopped`, the actor is gone or ending; `crashed`, its handler raised;
            `overflow`, the inbox was full; `abandoned`, its asker left before it was begun.
        sender: the path of the actor that sent it, if an actor did.
    """

    to: str
    message: object
    reason: DeadLetterReason
    sender: str | None


@attrs.frozen
class LateReply:
    """An answer to an ask whose asker has left; the answer is dropped.

    Attributes:
        path: the actor that answered.
        message: what was asked.
        asker: the path of the actor that asked, if an actor did.
    """

    path: str
    message: object
    asker: str | None


@attrs.frozen
class Overflow:
    """A bounded inbox had no room.

    Attributes:
        path: whose inbox.
        capacity: how many messages its back lane holds.
        dropped: how many it has refused or dropped so far.
    """

    path: str
    capacity: float
    dropped: int


@attrs.frozen
class Restarting:
    """A life of an actor has ended, and another is to begin.

    Attributes:
        path: the actor.
        exit: how its life ended.
        delay_s: how long it waits at least.
        restarts: how many of its lives have ended so.
    """

    path: str
    exit: Exit
    delay_s: float
    restarts: int


@attrs.frozen
class RestartLimit:
    """A supervisor gives up, and its children end.

    Attributes:
        path: the supervisor; empty for the system itself.
        child: whose end was one too many.
        intensity: how many restarts within *period_s* it puts up with.
        period_s: how long a restart counts.
    """

    path: str
    child: str
    intensity: int
    period_s: float


type Event = (
    Spawned | Started | Exited | DeadLetter | LateReply | Overflow | Restarting | RestartLimit
)


class Events:
    """What happens in a system, told to whoever listens.

    Attributes:
        heard: whether anybody listens; asked before an event is made.
    """

    __slots__ = ("_sinks", "heard")

    def __init__(self) -> None:
        self._sinks: list[Callable[[Event], object]] = []
        self.heard = False

    @contextmanager
    def listen(self, sink: Callable[[Event], object]) -> Generator[None]:
        """Call *sink* with every event of the block.

        The call is synchronous, amid the runtime's work: *sink* notes the event and returns. What
        it raises is logged and harms nobody.
        """
        self._sinks.append(sink)
        self.heard = True
        try:
            yield
        finally:
            self._sinks.remove(sink)
            self.heard = bool(self._sinks)

    def emit(self, event: Event) -> None:
        """Tell every listener of *event*."""
        for sink in tuple(self._sinks):
            try:
                sink(event)
            except Exception:  # noqa: BLE001  # a listener must not break those it listens to
                _log.exception("a listener of actor events raised at %r", event)
