"""A scripted model that takes its time."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

import trio

from sagent.model import (
    ModelEvent,
    ModelRequest,
    ModelStream,
)
from sagent.testing import ScriptedModel


class Slow(ScriptedModel):
    """Takes a second to begin its answer, and one for each event."""

    def stream(self, request: ModelRequest) -> ModelStream:
        return self._slowly(request)

    @asynccontextmanager
    async def _slowly(
        self, request: ModelRequest
    ) -> AsyncGenerator[AsyncIterator[ModelEvent], None]:
        await trio.sleep(1)
        async with super().stream(request) as events:
            yield _Slowly(events)


class _Slowly:
    def __init__(self, events: AsyncIterator[ModelEvent]) -> None:
        self._events = events

    def __aiter__(self) -> AsyncIterator[ModelEvent]:
        return self

    async def __anext__(self) -> ModelEvent:
        await trio.sleep(1)
        return await anext(self._events)
