"""What stands between the task that reads a wire and the one that reads the answer."""

from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager

import attrs
import trio

from sagent.errors import StreamCutError
from sagent.model import ModelEvent, ModelStream, ResponseDone, Retrying

BUFFERED_EVENTS = 64
"""How far the wire may run ahead of its reader: enough to keep both busy, little to hold."""


@attrs.define(eq=False)
class Sink:
    """The writing end. `scope` is the request's: the reader cancels it by going away.

    It is a queue of its own, which costs half of a trio channel: one task writes, one reads,
    and only one of them can ever wait.
    """

    scope: trio.CancelScope = attrs.field(factory=trio.CancelScope, init=False)
    error: Exception | None = attrs.field(default=None, init=False)
    shown: bool = attrs.field(default=False, init=False)
    """Whether the reader has seen a part of the answer."""
    done: bool = attrs.field(default=False, init=False)
    """Whether the response is whole: what the wire does then is not the reader's concern."""
    _events: deque[ModelEvent] = attrs.field(factory=deque[ModelEvent], init=False)
    _closed: bool = attrs.field(default=False, init=False)
    _unread: bool = attrs.field(default=False, init=False)
    """Whether the reader has gone."""
    _waiting: trio.lowlevel.Task | None = attrs.field(default=None, init=False)

    def offer(self, event: ModelEvent) -> bool:
        """Hand *event* to the reader; tell whether there was room.

        It is no checkpoint: a chunk of the wire often holds many events, and a pass of the
        scheduler for each would cost more than all the rest of them.

        Raises:
            trio.BrokenResourceError: the reader has gone.
        """
        if self._unread:
            raise trio.BrokenResourceError
        self.shown = not isinstance(event, Retrying)
        if len(self._events) >= BUFFERED_EVENTS:
            return False
        self._events.append(event)
        if self._waiting is not None:
            self._wake()
        if isinstance(event, ResponseDone):
            self.done = True
        return True

    async def send(self, event: ModelEvent) -> None:
        """Hand *event* to the reader, waiting for room if there is none.

        Raises:
            trio.BrokenResourceError: the reader has gone.
        """
        while not self.offer(event):
            await self._wait()

    def close(self, error: Exception | None = None) -> None:
        """End the answer; with an *error*, the reader gets it after what was sent before."""
        self.error = self.error or error
        self._closed = True
        self._wake()

    async def receive(self) -> ModelEvent:
        """Take the next event; for the answer.

        Raises:
            StopAsyncIteration: there is none any more.
        """
        while not self._events:
            if self.error is not None:
                raise self.error
            if self._closed:
                raise StopAsyncIteration
            await self._wait()
        event = self._events.popleft()
        if self._waiting is not None:
            self._wake()
        return event

    def leave(self) -> None:
        """Read no more, which cancels the request; for the answer."""
        if not self.done:
            self.scope.cancel()
        self._unread = True
        self._wake()

    async def _wait(self) -> None:
        if self._waiting is not None:
            raise trio.BusyResourceError("two tasks read one answer: let one do it")
        self._waiting = trio.lowlevel.current_task()
        await trio.lowlevel.wait_task_rescheduled(self._abandon)

    def _abandon(self, _: Callable[[], object]) -> trio.lowlevel.Abort:
        self._waiting = None
        return trio.lowlevel.Abort.SUCCEEDED

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            trio.lowlevel.reschedule(waiting)


@attrs.define(eq=False)
class Answer(AsyncIterator[ModelEvent]):
    """The reading end: iterate it once, and close it, which cancels the request that feeds it."""

    sink: Sink = attrs.field(factory=Sink)

    def __anext__(self) -> Coroutine[object, object, ModelEvent]:
        return self.sink.receive()

    def close(self) -> None:
        """Read no more."""
        self.sink.leave()


@asynccontextmanager
async def open_answer() -> AsyncGenerator[Answer, None]:
    """Open an answer; leaving the block cancels the request that feeds it."""
    answer = Answer()
    try:
        yield answer
    finally:
        answer.close()


@asynccontextmanager
async def played(play: Callable[[Sink], Awaitable[object]]) -> AsyncGenerator[Answer, None]:
    """Open an answer that *play* gives in a task beside its reader, and leaves when that does.

    What *play* raises the reader gets after what was sent before, as it is and in no group.
    """
    failure: Exception | None = None
    async with open_answer() as answer:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_play, play, answer.sink)
            try:
                yield answer
            except Exception as error:  # noqa: BLE001  # raised below, outside of the nursery
                failure = error
            nursery.cancel_scope.cancel()
        if failure is not None:
            raise failure


async def pass_on(stream: ModelStream, sink: Sink) -> None:
    """Give all of *stream* to *sink*.

    Raises:
        trio.BrokenResourceError: the reader has gone.
    """
    async with stream as events:
        async for event in events:
            await sink.send(event)


async def _play(play: Callable[[Sink], Awaitable[object]], sink: Sink) -> None:
    with sink.scope:
        try:
            await play(sink)
        except Exception as error:  # noqa: BLE001  # the reader's to judge; if it has gone, nobody's
            sink.close(error)
        else:
            sink.close()


def interrupted(why: str = "") -> StreamCutError:
    """Make the error of an answer whose wire task ended before it did; *why*, if that is known."""
    return StreamCutError(f"{why or "the provider's actor ended before its answer did"}: try again")
