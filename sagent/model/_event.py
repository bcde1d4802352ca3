import attrs

from sagent.message import MultipartMessage
from sagent.model._response import ModelResponse


@attrs.frozen
class TextDelta:
    """More of the answer.

    Attributes:
        text: what follows what came before.
    """

    text: str


@attrs.frozen
class ThinkingDelta:
    """More of the model's thinking.

    Attributes:
        text: what follows what came before.
    """

    text: str


@attrs.frozen
class ToolCallReady:
    """A tool call is complete; it is also part of the response.

    Attributes:
        call: its id, its tool's name and its directive.
    """

    call: MultipartMessage


@attrs.frozen
class Retrying:
    """The call failed in passing, and is to be made again.

    Nothing of it was shown, unless the caller's policy lets calls be made again after output; then
    this voids what was.

    Attributes:
        attempt: which attempt comes next, the first having been 1.
        delay_s: after how long.
        reason: what the failed one said, in one line.
    """

    attempt: int
    delay_s: float
    reason: str


@attrs.frozen
class ResponseDone:
    """The end, with the whole response. Nothing follows it.

    Attributes:
        response: all that the call gave.
    """

    response: ModelResponse


type ModelEvent = TextDelta | ThinkingDelta | ToolCallReady | Retrying | ResponseDone
"""What a model's stream is made of; it ends with `ResponseDone` or an error."""
