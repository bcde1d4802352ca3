"""What can happen to a turn, and what it can ask for: the words between it and its shell."""

import attrs

from sagent.errors import SagentError
from sagent.message import Message, MultipartMessage, TextMessage
from sagent.model import ModelResponse


@attrs.frozen
class Prompted:
    """Messages have come in and are to be answered."""

    messages: tuple[Message, ...]


@attrs.frozen
class Answered:
    """The model has answered."""

    response: ModelResponse


@attrs.frozen
class ToolFinished:
    """A tool has given its result."""

    call: MultipartMessage
    result: Message


@attrs.frozen
class Detached:
    """These calls go on in the background, and the turn goes on without them."""

    calls: tuple[MultipartMessage, ...]


@attrs.frozen
class Cleared:
    """The history was emptied, and then *messages* have come in."""

    messages: tuple[Message, ...]


@attrs.frozen
class Interrupted:
    """The turn is over, wherever it stands; calls that were detached go on.

    Attributes:
        said: what the model had said of an answer that was cut off.
        cause: who or what has cut it off, in a few words.
    """

    said: str = ""
    cause: str = "the user"


type Event = Prompted | Answered | ToolFinished | Detached | Cleared | Interrupted


@attrs.frozen
class AskModel:
    """Send the history to the model."""


@attrs.frozen
class RunTools:
    """Run these calls."""

    calls: tuple[MultipartMessage, ...]


@attrs.frozen
class Stay:
    """Go on with what was to be done before this."""


@attrs.frozen
class Drain:
    """Take in what has come meanwhile, then ask the model."""


@attrs.frozen
class Finish:
    """The model is done; the turn ends unless something has come in meanwhile."""

    answer: TextMessage


@attrs.frozen
class Fail:
    """The turn cannot go on."""

    error: SagentError


type Action = AskModel | RunTools | Stay | Drain | Finish | Fail


@attrs.frozen
class Step:
    """What follows from an event.

    Attributes:
        record: messages for the history, in order.
        action: what to do then.
        news: what a detached call has given, to be taken in as a message when the turn drains.
    """

    record: tuple[Message, ...]
    action: Action
    news: Message | None = None
