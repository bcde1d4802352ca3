"""Models and work for the tests of teams."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from decimal import Decimal

import trio

from sagent.agent import Agent
from sagent.message import Descriptor, MultipartMessage, TextMessage, result_text
from sagent.model import (
    ModelEvent,
    ModelRequest,
    ModelResponse,
    Price,
    ResponseDone,
    Usage,
    buffered,
)


class Once(AsyncIterator[ModelEvent]):
    """One event."""

    def __init__(self, event: ModelEvent) -> None:
        self._left = [event]

    async def __anext__(self) -> ModelEvent:
        await trio.lowlevel.checkpoint()
        if not self._left:
            raise StopAsyncIteration
        return self._left.pop()


class Echo:
    """Answers with what it was asked last, as often as it is asked, and keeps the requests."""

    def __init__(self, *, price: Price | None = None, seconds: float = 0) -> None:
        self.model_id = "echo"
        self.context_window: int | None = None
        self.requests: list[ModelRequest] = []
        self._price = price or Price()
        self._seconds = seconds

    def price_usd(self, usage: Usage, *, when: datetime | None = None) -> Decimal | None:
        return self._price.of(usage)

    @asynccontextmanager
    async def stream(
        self, request: ModelRequest
    ) -> AsyncGenerator[AsyncIterator[ModelEvent], None]:
        self.requests.append(request)
        await trio.sleep(self._seconds)
        yield Once(ResponseDone(self._response(request)))

    async def buffer(self, request: ModelRequest) -> ModelResponse:
        return await buffered(self.stream(request))

    def _response(self, request: ModelRequest) -> ModelResponse:
        text = self.answer(result_text(request.messages[-1]))
        content = MultipartMessage((TextMessage(text),), Descriptor.MODEL)
        return ModelResponse(content=content, usage=Usage(input_tokens=1, output_tokens=1))

    def answer(self, text: str) -> str:
        return text


def echo(*, price: Price | None = None, seconds: float = 0) -> Echo:
    return Echo(price=price, seconds=seconds)


def echoing(*, seconds: float = 0) -> Agent:
    return Agent(model=echo(seconds=seconds))


class Busy:
    """Work that counts how much of it is done at once."""

    def __init__(self) -> None:
        self.now = self.most = 0

    async def work(self, item: int) -> int:
        self.now += 1
        self.most = max(self.most, self.now)
        await trio.sleep(1)
        self.now -= 1
        return item
