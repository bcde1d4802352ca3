from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from decimal import Decimal

import attrs
import trio

from sagent._async_library import check_trio
from sagent.errors import UsageError
from sagent.lib.json import JSON
from sagent.message import (
    Descriptor,
    MultipartMessage,
    TextMessage,
    new_id,
    response_text,
    response_tool_calls,
    tool_call_message,
)
from sagent.model import (
    ModelEvent,
    ModelRequest,
    ModelResponse,
    ModelStream,
    Price,
    ResponseDone,
    StopReason,
    TextDelta,
    ToolCallReady,
    Usage,
    buffered,
)

type Move = str | MultipartMessage | ModelResponse | Exception
"""What the model does when it is asked: answer, call tools (see `calls`), or fail."""

type Step = Move | Callable[[ModelRequest], Move]
"""A move, or what makes one of the request."""

_LEAST = Usage(input_tokens=1, output_tokens=1)


def calls(*requests: tuple[str, JSON], text: str = "") -> MultipartMessage:
    """Make a step that calls tools: ``calls(("Read", {"file_path": "a.txt"}))``.

    Each of *requests* is a name and a directive; *text* is what the model says before them.
    """
    parts = [tool_call_message(name, args, call_id=f"call_{new_id()}") for name, args in requests]
    said = [TextMessage(text)] if text else []
    return MultipartMessage((*said, *parts), Descriptor.MODEL)


class ScriptedModel:
    """A model that plays *steps*, one for each time it is asked, and keeps the requests.

    Asked once more than it has steps, it fails the run with a `UsageError` that says so;
    `unused` lists the steps that were not asked for.

    Args:
        steps: what it does, in order.
        model_id: what it is called.
        context_window: how many tokens request and answer may have together.
        usage: what each call takes whose step does not say so itself, as a ModelResponse does.
        price: what its calls cost; None for a model without a known price.
    """

    def __init__(
        self,
        *steps: Step,
        model_id: str = "scripted",
        context_window: int | None = None,
        usage: Usage = _LEAST,
        price: Price | None = None,
    ) -> None:
        self.model_id = model_id
        self.context_window = context_window
        self.requests: list[ModelRequest] = []
        """Every request so far, oldest first."""
        self._steps = list(steps)
        self._usage = usage
        self._price = price

    @property
    def unused(self) -> Sequence[Step]:
        """The steps that nobody has asked for yet."""
        return self._steps[len(self.requests) :]

    def price_usd(self, usage: Usage, *, when: datetime | None = None) -> Decimal | None:  # noqa: ARG002  # the same at any time
        """Give what a call of *usage* costs by the price that the model was given."""
        return self._price.of(usage) if self._price is not None else None

    def stream(self, request: ModelRequest) -> ModelStream:
        """Play the next step."""
        return self._play(request)

    async def buffer(self, request: ModelRequest) -> ModelResponse:
        """Play the next step, whole."""
        return await buffered(self._play(request))

    @asynccontextmanager
    async def _play(self, request: ModelRequest) -> AsyncGenerator[AsyncIterator[ModelEvent], None]:
        check_trio("a scripted model")
        await trio.lowlevel.checkpoint()
        number = len(self.requests)
        self.requests.append(request)
        if number >= len(self._steps):
            raise UsageError(
                f"the scripted model has no step for call {number + 1}: it was given "
                f"{len(self._steps)}, so give it one more"
            )
        step = self._steps[number]
        move = step(request) if callable(step) else step
        if isinstance(move, Exception):
            raise move
        yield _Events(_response(move, self.model_id, self._usage))


@attrs.define(eq=False)
class _Events(AsyncIterator[ModelEvent]):
    _response: ModelResponse
    _left: list[ModelEvent] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        content = self._response.content
        text = response_text(content)
        self._left = [TextDelta(word) for word in text.splitlines(keepends=True)]
        self._left += [ToolCallReady(call) for call in response_tool_calls(content)]
        self._left += [ResponseDone(self._response)]

    async def __anext__(self) -> ModelEvent:
        await trio.lowlevel.checkpoint()
        if not self._left:
            raise StopAsyncIteration
        return self._left.pop(0)


def _response(
    step: str | MultipartMessage | ModelResponse, model_id: str, usage: Usage
) -> ModelResponse:
    if isinstance(step, ModelResponse):
        return step
    if isinstance(step, str):
        step = MultipartMessage((TextMessage(step),), Descriptor.MODEL)
    stop = StopReason.TOOL_USE if response_tool_calls(step) else StopReason.FINISHED
    return ModelResponse(content=step, stop_reason=stop, model_id=model_id, usage=usage)
