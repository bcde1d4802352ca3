"""What a model is: a request goes in, typed events come out."""

from sagent.model._event import (
    ModelEvent,
    ResponseDone,
    Retrying,
    TextDelta,
    ThinkingDelta,
    ToolCallReady,
)
from sagent.model._info import ModelInfo
from sagent.model._price import Price, Priced, is_priced
from sagent.model._protocol import (
    Model,
    ModelStream,
    Provider,
    ServedModel,
    buffered,
    is_served,
)
from sagent.model._request import Effort, ModelRequest
from sagent.model._response import ModelResponse, StopReason, Usage

__all__ = [
    "Effort",
    "Model",
    "ModelEvent",
    "ModelInfo",
    "ModelRequest",
    "ModelResponse",
    "ModelStream",
    "Price",
    "Priced",
    "Provider",
    "ResponseDone",
    "Retrying",
    "ServedModel",
    "StopReason",
    "TextDelta",
    "ThinkingDelta",
    "ToolCallReady",
    "Usage",
    "buffered",
    "is_priced",
    "is_served",
]
