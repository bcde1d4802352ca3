"""A run under trio."""

from collections.abc import Awaitable, Callable
from contextlib import suppress

import attrs
import trio
from trio.abc import Instrument

from sagent.agent._event import Emit, RunEvent, discard
from sagent.errors import RunCancelledError


@attrs.define(eq=False)
class TrioDriver[A]:
    """Plays a run in the caller's task, or beside it; see `Driver`."""

    _work: Callable[[Emit], Awaitable[A]]
    _scope: trio.CancelScope = attrs.field(factory=trio.CancelScope, init=False)
    _token: trio.lowlevel.TrioToken = attrs.field(
        factory=trio.lowlevel.current_trio_token, init=False
    )
    _ended: trio.Event = attrs.field(factory=trio.Event, init=False)
    _events: trio.MemoryReceiveChannel[RunEvent] | None = attrs.field(default=None, init=False)
    _begun: bool = attrs.field(default=False, init=False)
    _answer: tuple[A] | None = attrs.field(default=None, init=False)
    _error: Exception | None = attrs.field(default=None, init=False)

    async def result(self) -> A:
        """Wait for the end; see `Driver`."""
        if not self._begun:
            self._begun = True
            await self._play(discard)
        else:
            await self._with_caller(self._skip_to_end)
        if self._error is not None:
            raise self._error
        assert self._answer is not None  # a run ends with one or the other
        return self._answer[0]

    async def next_event(self) -> RunEvent:
        """Wait for the next event; see `Driver`."""
        if not self._begun:
            self._begin_beside_caller()
        if self._events is None:
            raise StopAsyncIteration
        with suppress(trio.EndOfChannel):
            return await self._with_caller(self._events.receive)
        if self._error is not None:
            raise self._error
        raise StopAsyncIteration

    async def close(self) -> None:
        """Cancel what is left of the run, and wait for its end."""
        if self._begun:
            self._scope.cancel()
            with trio.CancelScope(shield=True):
                await self._ended.wait()

    def cancel(self) -> None:
        """Cancel what is left of the run; from any thread."""
        self.in_trio(self._scope.cancel)

    def in_trio(self, call: Callable[[], object]) -> None:
        """Make *call* where the run is; from any thread."""
        with suppress(trio.RunFinishedError):  # and so has this run
            self._token.run_sync_soon(call)

    def is_here(self) -> bool:
        """Tell whether the caller is in the trio that the run was begun in; see `Driver`."""
        try:
            return trio.lowlevel.current_trio_token() is self._token
        except RuntimeError:
            return False

    def _begin_beside_caller(self) -> None:
        self._begun = True
        nursery = trio.lowlevel.current_task().parent_nursery
        assert nursery is not None  # only trio's own init task has none
        send, self._events = trio.open_memory_channel[RunEvent](0)
        end = _EndWithTask(trio.lowlevel.current_task(), self._scope)
        nursery.start_soon(self._play_beside, send, end)

    async def _play_beside(
        self, send: trio.MemorySendChannel[RunEvent], end: "_EndWithTask"
    ) -> None:
        async def emit(event: RunEvent) -> None:
            # Agents that outlive the run may be about to tell something when it ends.
            with suppress(trio.ClosedResourceError):
                await send.send(event)

        trio.lowlevel.add_instrument(end)
        try:
            with send:  # no checkpoint after the end is told: whoever waits for that finds it so
                await self._play(emit)
        finally:
            trio.lowlevel.remove_instrument(end)

    async def _play(self, emit: Emit) -> None:
        try:
            with self._scope:
                try:
                    self._answer = (await self._work(emit),)
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


@attrs.frozen(eq=False)
class _EndWithTask(Instrument):
    """Cancels a run when the task that iterated over it has ended, in whatever way.

    The task's nursery waits for the run, and the run for its reader: without this, a task that
    leaves its loop by an error would wait for itself.
    """

    _owner: trio.lowlevel.Task
    _scope: trio.CancelScope

    def task_exited(self, task: trio.lowlevel.Task) -> None:
        if task is self._owner:
            self._scope.cancel()
