from typing import Literal

import attrs

from sagent.actors._exit import Exit

type DeadLetterReason = Literal["stopped", "crashed", "overflow", "abandoned"]
"""Why nobody handled a message: see `DeadLetter`."""


@attrs.frozen
class Spawned:
    """An actor has a path and an inbox; its `started` has not run yet.

    Attributes:
        path: the actor's place in the tree.
    """

    path: str


@attrs.frozen
class Started:
    """An actor's `started` has returned.

    Attributes:
        path: the actor's place in the tree.
    """

    path: str


@attrs.frozen
class Exited:
    """An actor has ended, its `stopped` included.

    Attributes:
        path: the actor's place in the tree.
        exit: how it ended.
    """

    path: str
    exit: Exit


@attrs.frozen
class DeadLetter:
    """A message that nobody handles to its end, or an ask that its actor fails by ending.

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
class GaveUp:
    """A supervisor has passed its limit of restarts, and its children end.

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


type Event = Spawned | Started | Exited | DeadLetter | LateReply | Overflow | Restarting | GaveUp
"""What a system tells of itself to who listens."""


@attrs.frozen
class Missed:
    """The reader of a feed was too slow: here events are missing.

    Attributes:
        count: how many.
    """

    count: int
