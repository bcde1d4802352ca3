"""The channel between the task that reads a wire and the one that reads the answer."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress

import attrs
import trio

from sagent.errors import StreamCutError
from sagent.model import ModelEvent, ResponseDone, Retrying

BUFFERED_EVENTS = 64
"""How far the wire may run ahead of its reader: enough to keep both busy, little to hold."""


@attrs.define(eq=False)
class Sink:
    """The writing end. `scope` is the request's: the reader cancels it by going away."""

    _send: trio.MemorySendChannel[ModelEvent]
    scope: trio.CancelScope = attrs.field(factory=trio.CancelScope, init=False)
    error: Exception | None = attrs.field(default=None, init=False)
    shown: bool = attrs.field(default=False, init=False)
    """Whether the reader has seen a part of the answer."""
    done: bool = attrs.field(default=False, init=False)
    """Whether the response is whole: what the wire does then is not the reader's concern."""

    def offer(self, event: ModelEvent) -> bool:
        """Hand *event* to the reader; tell whether there was room.

        It is no checkpoint: a chunk of the wire often holds many events, and a pass of the
        scheduler for each would cost more than all the rest of them.
        """
        self.shown = not isinstance(event, Retrying)
        try:
            self._send.send_nowait(event)
        except trio.WouldBlock:
            return False
        self.done = isinstance(event, ResponseDone)
        return True

    async def send(self, event: ModelEvent) -> None:
        """Hand *event* to the reader, waiting for room if there is none."""
        if not self.offer(event):
            await self._send.send(event)
            self.done = isinstance(event, ResponseDone)

    def close(self, error: Exception | None = None) -> None:
        """End the answer; with an *error*, the reader gets it after what was sent before."""
        self.error = self.error or error
        self._send.close()


@attrs.define(eq=False)
class Answer(AsyncIterator[ModelEvent]):
    """The reading end: iterate it once."""

    _receive: trio.MemoryReceiveChannel[ModelEvent]
    sink: Sink

    async def __anext__(self) -> ModelEvent:
        try:
            return self._receive.receive_nowait()  # for the same reason as in `Sink.offer`
        except trio.WouldBlock:
            with suppress(trio.EndOfChannel):
                return await self._receive.receive()
        except trio.EndOfChannel:
            pass
        if self.sink.error is not None:
            raise self.sink.error
        raise StopAsyncIteration


@asynccontextmanager
async def open_answer() -> AsyncGenerator[Answer, None]:
    """Open an answer; leaving the block cancels the request that feeds it."""
    send, receive = trio.open_memory_channel[ModelEvent](BUFFERED_EVENTS)
    answer = Answer(receive, Sink(send))
    with receive:
        try:
            yield answer
        finally:
            if not answer.sink.done:
                answer.sink.scope.cancel()


def interrupted() -> StreamCutError:
    """Make the error of an answer whose wire task ended before it did."""
    return StreamCutError("the provider's actor ended before its answer did: try again")
