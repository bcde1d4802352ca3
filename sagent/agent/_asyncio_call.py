"""A call out of a trio thread, in the loop of asyncio."""

import asyncio  # noqa: TID251  # this module is a part of the bridge
from collections.abc import Awaitable, Callable

import attrs
import outcome
import trio

from sagent.errors import RunCancelledError


@attrs.frozen(eq=False)
class Loop:
    """The loop of an asyncio program; see `AsyncioSide`."""

    _loop: asyncio.AbstractEventLoop

    async def call[R](self, function: Callable[[], Awaitable[R]], /) -> R:
        """Wait for what *function* gives in the loop; see `AsyncioSide`."""
        call = _Call(function, self._loop)
        try:
            self._loop.call_soon_threadsafe(call.begin)
        except RuntimeError as error:
            raise RunCancelledError("the loop of asyncio is closed") from error
        try:
            await call.ended.wait()
        except trio.Cancelled:
            # Not bounded: the loop still has what the function works with.
            with trio.CancelScope(shield=True):
                self._loop.call_soon_threadsafe(call.cancel)
                await call.ended.wait()
            raise
        return call.result()


@attrs.define(eq=False)
class _Call[R]:
    """One call, as the loop and the trio thread see it."""

    _function: Callable[[], Awaitable[R]]
    _loop: asyncio.AbstractEventLoop
    _token: trio.lowlevel.TrioToken = attrs.field(
        factory=trio.lowlevel.current_trio_token, init=False
    )
    _task: asyncio.Task[None] | None = attrs.field(default=None, init=False)
    _outcome: outcome.Outcome[R] | None = attrs.field(default=None, init=False)
    ended: trio.Event = attrs.field(factory=trio.Event, init=False)

    def begin(self) -> None:
        """Make the call; in the loop, which copies the context of the trio task."""
        self._task = self._loop.create_task(self._play())
        self._task.add_done_callback(lambda _: self._token.run_sync_soon(self.ended.set))

    def cancel(self) -> None:
        """Cancel the call; in the loop."""
        if self._task is not None:
            self._task.cancel()

    def result(self) -> R:
        """Give what came of it.

        Raises:
            RunCancelledError: it was cancelled in the loop, by whomever.
        """
        if self._outcome is None:  # cancelled before its first step
            raise RunCancelledError("the call was cancelled in asyncio")
        try:
            return self._outcome.unwrap()
        except asyncio.CancelledError as error:
            raise RunCancelledError("the call was cancelled in asyncio") from error

    async def _play(self) -> None:
        self._outcome = await outcome.acapture(self._function)
