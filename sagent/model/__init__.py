"""What a model is: a request goes in, typed events come out."""

from sagent.model._event import (
    ModelEvent,
    ResponseDone,
    TextDelta,
    ThinkingDelta,
    ToolCallReady,
)
from sagent.model._protocol import Model, ModelStream, Provider, ServedModel, buffered
from sagent.model._request import ModelRequest
from sagent.model._response import ModelResponse, StopReason, Usage

__all__ = [
    "Model",
    "ModelEvent",
    "ModelRequest",
    "ModelResponse",
    "ModelStream",
    "Provider",
    "ResponseDone",
    "ServedModel",
    "StopReason",
    "TextDelta",
    "ThinkingDelta",
    "ToolCallReady",
    "Usage",
    "buffered",
]
