"""What a model is: a request goes in, typed events come out."""

from sagent.model._capability import (
    EFFORTS,
    IMAGE_TYPES,
    MOST_IMAGE_BYTES,
    Capable,
    as_capable,
    check_effort,
    check_media,
)
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
    "EFFORTS",
    "IMAGE_TYPES",
    "MOST_IMAGE_BYTES",
    "Capable",
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
    "as_capable",
    "buffered",
    "check_effort",
    "check_media",
    "is_priced",
    "is_served",
]
