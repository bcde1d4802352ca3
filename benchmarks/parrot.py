"""A model that costs next to nothing, and the same at any length of the history."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager

import attrs
import trio

from sagent.message import Descriptor, MultipartMessage, TextMessage
from sagent.model import (
    ModelEvent,
    ModelRequest,
    ModelResponse,
    ModelStream,
    ResponseDone,
    StopReason,
    buffered,
)


@attrs.frozen(eq=False)
class Parrot:
    """Calls its tools once in a turn, if it has any, and answers."""

    calls: tuple[MultipartMessage, ...] = ()
    requests: list[ModelRequest] = attrs.field(factory=list[ModelRequest], init=False)
    """The latest request, alone."""
    model_id: str = "parrot"
    context_window: int | None = None

    def stream(self, request: ModelRequest) -> ModelStream:
        self.requests[:] = [request]
        return _Stream(self._response(request))

    async def buffer(self, request: ModelRequest) -> ModelResponse:
        return await buffered(self.stream(request))

    def _response(self, request: ModelRequest) -> ModelResponse:
        if self.calls and request.messages[-1].descriptor != Descriptor.TOOL_RESULT:
            content = MultipartMessage(self.calls, Descriptor.MODEL)
            return ModelResponse(content=content, stop_reason=StopReason.TOOL_USE)
        return ModelResponse(content=MultipartMessage((TextMessage("so"),), Descriptor.MODEL))


class _Stream(AsyncIterator[ModelEvent], AbstractAsyncContextManager[AsyncIterator[ModelEvent]]):
    def __init__(self, response: ModelResponse) -> None:
        self._response = response

    async def __aenter__(self) -> AsyncIterator[ModelEvent]:
        await trio.lowlevel.checkpoint()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Leave nothing to clean up."""

    async def __anext__(self) -> ModelEvent:
        return ResponseDone(self._response)
