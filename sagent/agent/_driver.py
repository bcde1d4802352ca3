"""A run under trio."""

from collections.abc import Awaitable, Callable
from contextlib import suppress

import attrs
import trio

from sagent.agent._dispatch import Emit
from sagent.agent._event import RunEvent
from sagent.errors import RunCancelledError
from sagent.message import TextMessage


@attrs.define(eq=False)
class TrioDriver:
    """Plays a run in the caller's task, or beside it; see `Driver`."""

    _work: Callable[[Emit], Awaitable[TextMessage]]
    _scope: trio.CancelScope = attrs.field(factory=trio.CancelScope, init=False)
    _token: trio.lowlevel.TrioToken = attrs.field(
        factory=trio.lowlevel.current_trio_token, init=False
    )
    _ended: trio.Event = attrs.field(factory=trio.Event, init=False)
    _events: trio.MemoryReceiveChannel[RunEvent] | None = attrs.field(default=None, init=False)
    _begun: bool = attrs.field(default=False, init=False)
    _answer: TextMessage | None = attrs.field(default=None, init=False)
    _error: Exception | None = attrs.field(default=None, init=False)

    async def result(self) -> TextMessage:
        """Wait for the end; see `Driver`."""
        if not self._begun:
            self._begun = True
            await self._play(_discard)
        else:
            await self._with_caller(self._skip_to_end)
        if self._error is not None:
            raise self._error
        assert self._answer is not None  # a run ends with one or the other
        return self._answer

    async def next_event(self) -> RunEvent:
        """Wait for the next event; see `Driver`."""
        if not self._begun:
            self._begin_beside_caller()
        if self._events is None:
            raise StopAsyncIteration
        try:
            return await self._with_caller(self._events.receive)
        except trio.EndOfChannel:
            if self._error is not None:
                raise self._error from None
            raise StopAsyncIteration from None

    async def close(self) -> None:
        """Cancel what is left of the run, and wait for its end."""
        if self._begun:
            self._scope.cancel()
            with trio.CancelScope(shield=True):
                await self._ended.wait()

    def cancel(self) -> None:
        """Cancel what is left of the run; from any thread."""
        with suppress(trio.RunFinishedError):  # and so has this run
            self._token.run_sync_soon(self._scope.cancel, idempotent=True)

    def _begin_beside_caller(self) -> None:
        self._begun = True
        nursery = trio.lowlevel.current_task().parent_nursery
        assert nursery is not None  # only trio's own init task has none
        send, self._events = trio.open_memory_channel[RunEvent](0)
        nursery.start_soon(self._play_and_close, send)

    async def _play_and_close(self, send: trio.MemorySendChannel[RunEvent]) -> None:
        async with send:
            await self._play(send.send)

    async def _play(self, emit: Emit) -> None:
        try:
            with self._scope:
                try:
                    self._answer = await self._work(emit)
                except Exception as error:  # noqa: BLE001  # the caller's to judge
                    self._error = error
        finally:
            if self._answer is None and self._error is None:
                self._error = RunCancelledError("the run was cancelled before it ended")
            self._ended.set()

    async def _skip_to_end(self) -> None:
        if self._events is not None:
            async for _ in self._events:
                pass
        await self._ended.wait()

    async def _with_caller[T](self, wait: Callable[[], Awaitable[T]]) -> T:
        try:
            return await wait()
        except trio.Cancelled:
            await self.close()
            raise


async def _discard(event: RunEvent) -> None:
    """Let *event* go: the run is only awaited."""
