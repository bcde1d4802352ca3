from typing import assert_never

from sagent.actors._events import DeadLetterReason
from sagent.errors import ActorCrashed, ActorError, ActorStopped, MailboxFull


def refusal(
    path: str, capacity: float, reason: DeadLetterReason, cause: Exception | None
) -> ActorError:
    """Make what the asker of a dead letter to *path* is told."""
    error = _error(path, capacity, reason, cause)
    error.__cause__ = cause
    return error


def full(path: str, capacity: float) -> MailboxFull:
    """Make what the sender to a full inbox is told."""
    return MailboxFull(f"the inbox of {path} holds {capacity} messages: send waits for room")


def _error(
    path: str, capacity: float, reason: DeadLetterReason, cause: Exception | None
) -> ActorError:
    match reason:
        case "stopped" | "abandoned":
            why = "" if cause is None else f" ({cause!r})"
            return ActorStopped(f"{path} has stopped{why}: the ask was not answered")
        case "crashed":
            return ActorCrashed(f"{path} crashed on the ask: {cause!r}")
        case "overflow":
            return full(path, capacity)
    assert_never(reason)
