import attrs

from sagent.message import MultipartMessage
from sagent.model._response import ModelResponse


@attrs.frozen
class TextDelta:
    """More of the answer."""

    text: str


@attrs.frozen
class ThinkingDelta:
    """More of the model's thinking."""

    text: str


@attrs.frozen
class ToolCallReady:
    """A tool call is complete; it is also part of the response."""

    call: MultipartMessage


@attrs.frozen
class ResponseDone:
    """The end, with the whole response. Nothing follows it."""

    response: ModelResponse


type ModelEvent = TextDelta | ThinkingDelta | ToolCallReady | ResponseDone
"""What a model's stream is made of; it ends with `ResponseDone` or an error."""
