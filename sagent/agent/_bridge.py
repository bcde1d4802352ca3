"""A run under asyncio: on a trio thread of its own, or on one that it shares.

On one of its own the run is the whole of that thread's trio, so there is no loop to keep and
nothing to close. Either way the asyncio task that waits for the run owns it: a cancel of that task
cancels the run and returns when the run has ended.
"""

import asyncio  # noqa: TID251  # this module is the bridge
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractContextManager, asynccontextmanager, suppress
from typing import Any

import anyio
import attrs
import sniffio
import trio

from sagent.agent._asyncio_call import Loop
from sagent.agent._asyncio_side import serve
from sagent.agent._event import Emit, RunEvent
from sagent.agent._system_thread import Begin, SystemThread, host, own_thread
from sagent.errors import RunCancelledError, UsageError

_AHEAD = 16
"""How many events the run may be ahead of its reader: a hop between threads costs 50 us."""


@attrs.define(eq=False)
class AsyncioDriver[A]:
    """Plays a run on a trio thread; see `Driver`."""

    _work: Callable[[Emit], Awaitable[A]]
    _stage: Callable[[], AbstractContextManager[Begin]] = own_thread
    _loop: asyncio.AbstractEventLoop = attrs.field(factory=asyncio.get_running_loop, init=False)
    _scope: trio.CancelScope = attrs.field(factory=trio.CancelScope, init=False)
    _token: trio.lowlevel.TrioToken | None = attrs.field(default=None, init=False)
    _task: asyncio.Task[A] | None = attrs.field(default=None, init=False)
    _events: asyncio.Queue[RunEvent | None] = attrs.field(
        factory=asyncio.Queue[RunEvent | None], init=False
    )
    _room: trio.Semaphore = attrs.field(factory=lambda: trio.Semaphore(_AHEAD), init=False)
    _calls: deque[Callable[[], object]] = attrs.field(
        factory=deque[Callable[[], object]], init=False
    )
    _cancelled: bool = attrs.field(default=False, init=False)
    _watched: bool = attrs.field(default=False, init=False)

    async def result(self) -> A:
        """Wait for the end; see `Driver`."""
        task = self._started()
        self._watched = False
        self._make_room(_AHEAD)
        return await self._with_caller(task)

    async def next_event(self) -> RunEvent:
        """Wait for the next event; see `Driver`."""
        if self._task is None:
            self._watched = True
        task = self._started()
        if task.done() and self._events.empty():
            raise StopAsyncIteration
        event = await self._with_caller(asyncio.ensure_future(self._events.get()))
        if event is None:
            self._events.put_nowait(None)  # for whoever else reads
            await task  # an error of the run is the reader's, too
            raise StopAsyncIteration
        self._make_room(1)
        return event

    async def until[B](self, ready: asyncio.Future[B]) -> None:
        """Begin, and wait until the work has come as far as *ready*, or has failed."""
        task = self._started()
        both: list[asyncio.Future[Any]] = [task, ready]  # Any: of two types
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        if not ready.done():
            await task

    async def close(self) -> None:
        """Cancel what is left of the run, and wait for its end."""
        if self._task is not None:
            self.cancel()
            await _until_done(self._task)

    def cancel(self) -> None:
        """Cancel what is left of the run; from any thread."""
        self._cancelled = True  # written before the token is read; `_main` does it the other way
        self.in_trio(self._scope.cancel)

    def is_here(self) -> bool:
        """Tell whether the caller is in the loop that the run was begun in; see `Driver`."""
        try:
            return asyncio.get_running_loop() is self._loop
        except RuntimeError:
            return False

    def _started(self) -> asyncio.Task[A]:
        if self._task is None:
            self._task = self._loop.create_task(self._on_thread())
            # Who awaits the run hears of its error; of one that nobody awaits, nobody is to.
            self._task.add_done_callback(_retrieve)
        return self._task

    async def _on_thread(self) -> A:
        try:
            with self._stage() as begin:
                future = asyncio.wrap_future(begin(self._main))
                await _until_done(future, at_cancel=self.cancel)
                return future.result()
        finally:
            self._events.put_nowait(None)

    async def _main(self) -> A:
        serve(Loop(self._loop))
        self._token = trio.lowlevel.current_trio_token()
        self._token.run_sync_soon(self._make_calls)
        if self._cancelled:
            self._scope.cancel()
        with self._scope:
            return await self._work(self._emit)
        raise RunCancelledError("the run was cancelled before it ended")

    async def _emit(self, event: RunEvent) -> None:
        if self._watched:
            await self._room.acquire()
            self._loop.call_soon_threadsafe(self._events.put_nowait, event)

    def _make_room(self, events: int) -> None:
        def release() -> None:
            for _ in range(events):
                self._room.release()

        self.in_trio(release)

    def in_trio(self, call: Callable[[], object]) -> None:
        """Make *call* where the run is, once its thread has begun; from any thread."""
        self._calls.append(call)  # before the token is read, as in `cancel`
        if self._token is not None:
            with suppress(trio.RunFinishedError):  # and so has this run
                self._token.run_sync_soon(self._make_calls)

    def _make_calls(self) -> None:
        while self._calls:
            self._calls.popleft()()

    async def _with_caller[T](self, future: asyncio.Future[T]) -> T:
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            await self.close()
            raise


@asynccontextmanager
async def open_system_thread() -> AsyncGenerator[SystemThread]:
    """See `sagent.agent.open_system_thread`."""
    if (library := sniffio.current_async_library()) != "asyncio":
        raise UsageError(f"open_system_thread is for asyncio: under {library} use open_system()")
    loop, closing = asyncio.get_running_loop(), trio.Event()
    ready: asyncio.Future[SystemThread] = loop.create_future()

    def tell(thread: SystemThread) -> None:
        loop.call_soon_threadsafe(ready.set_result, thread)

    driver = AsyncioDriver(lambda _: host(tell, closing))
    try:
        await driver.until(ready)
        try:
            yield ready.result()
        finally:
            driver.in_trio(closing.set)
        await driver.result()
    finally:
        await driver.close()


async def _until_done[A](
    future: asyncio.Future[A], *, at_cancel: Callable[[], None] | None = None
) -> None:
    """Wait for *future* to its end; cancels that come meanwhile are raised then, not before.

    The shield keeps off anyio, which cancels again at every step of its loop.
    """
    cancelled: asyncio.CancelledError | None = None
    with anyio.CancelScope(shield=True):
        while not future.done():
            try:
                await asyncio.wait([future])
            except asyncio.CancelledError as error:
                cancelled = error
                if at_cancel is not None:
                    at_cancel()
    if cancelled is not None:
        _retrieve(future)  # the cancel is what the caller asked for
        raise cancelled


def _retrieve[A](future: asyncio.Future[A]) -> None:
    if not future.cancelled():
        future.exception()
