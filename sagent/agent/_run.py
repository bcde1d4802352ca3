"""A run in hand: awaited, iterated, or both, under trio and under asyncio."""

import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Generator
from functools import partial
from types import TracebackType
from typing import Any, Protocol, Self

import sniffio

from sagent.agent._driver import TrioDriver
from sagent.agent._event import Emit, RunEvent
from sagent.agent._mail import Interrupt, Mail, Prompt
from sagent.agent._system_thread import Home, check_home, stage_of
from sagent.errors import UsageError

type Work[A] = Callable[[Emit], Awaitable[A]]
type Post = Callable[[Mail], object]
"""Takes what a user sends to the agent of the run."""


class Driver[A](Protocol):
    """What makes a run go, under one of the async libraries."""

    async def result(self) -> A:
        """Wait for the end; play the run here and now if it was not started."""
        ...

    async def next_event(self) -> RunEvent:
        """Wait for the next event; start the run beside the caller if it was not started."""
        ...

    async def close(self) -> None:
        """Cancel what is left of the run, and wait for its end."""
        ...

    def cancel(self) -> None:
        """Cancel what is left of the run; from any thread."""
        ...

    def in_trio(self, call: Callable[[], object]) -> None:
        """Make *call* where the run is; from any thread."""
        ...

    def is_here(self) -> bool:
        """Tell whether the caller is in the loop that the run was begun in."""
        ...


class Run[A](AsyncIterator[RunEvent], Coroutine[Any, Any, A]):  # Any: as in __await__
    """One run of an agent.

    ``await run`` plays it in the calling task. ``async for event in run`` plays it beside the
    calling task, in that task's nursery, no further ahead than its reader; awaiting it
    afterwards gives the final message, whether or not all events were read. ``async with run``
    ends it with the block, and is the form to use where the loop may be left early: a bare loop's
    run goes on until it is awaited, dropped, or its task has ended.

    A run is a coroutine, so ``asyncio.create_task(agent.run(...))`` works.
    """

    def __init__(self, work: Work[A], post: Post, home: Home | None) -> None:
        self._work = work
        self._post = post
        self._home = home
        self._driver: Driver[A] | None = None
        self._coroutine: Coroutine[Any, Any, A] | None = None
        self._used = False

    def __await__(self) -> Generator[Any, None, A]:  # Any: the async library's own
        return self._result().__await__()

    def send(self, value: Any) -> Any:  # noqa: ANN401  # the async library's own
        """Go on, as the async library does with any coroutine."""
        if self._coroutine is None:
            self._coroutine = self._result()
        return self._coroutine.send(value)

    def throw(self, *error: Any) -> Any:  # noqa: ANN401  # the async library's own
        """Raise *error* where the coroutine waits."""
        if self._coroutine is None:
            self._coroutine = self._result()
        return self._coroutine.throw(*error)

    def close(self) -> None:
        """Close the coroutine, as the async library does."""
        self._used = True
        if self._coroutine is not None:
            self._coroutine.close()

    async def __anext__(self) -> RunEvent:
        return await self._driving().next_event()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._driver is not None:
            await self._driver.close()

    def __del__(self) -> None:
        if self._driver is not None:
            self._driver.cancel()
        elif not self._used:
            warnings.warn("a run was never awaited, so its agent did nothing", RuntimeWarning, 2)

    def cancel(self) -> None:
        """End the run; awaiting it then raises `RunCancelledError`."""
        (self._driver or self._driving()).cancel()

    def interrupt(self) -> None:
        """Give up the turn in hand: awaiting the run then raises `RunInterruptedError`.

        What was said and done stays in the agent's history, with a result for each tool call, so
        that the next run goes on from there. May be called from any thread.
        """
        self._send(Interrupt())

    def tell(self, text: str) -> None:
        """Say *text* to the agent while it works; from any thread.

        It is read once the model has said what it is saying. Tools that take long are not waited
        for: they go on in the background. A run that is over, or not begun, hears nothing.
        """
        self._send(Prompt(text))

    def _send(self, mail: Mail) -> None:
        if self._driver is not None:
            self._driver.in_trio(partial(self._post, mail))

    async def _result(self) -> A:
        return await self._driving().result()

    def _driving(self) -> Driver[A]:
        self._used = True
        if self._driver is None:
            library = sniffio.current_async_library()
            check_home(library, self._home)
            if library == "trio":
                self._driver = TrioDriver(self._work)
            elif library == "asyncio":
                from sagent.agent._bridge import AsyncioDriver  # noqa: PLC0415  # it loads asyncio

                self._driver = AsyncioDriver(self._work, stage_of(self._home))
            else:
                raise UsageError(f"a run needs trio or asyncio, not {library}")
        elif not self._driver.is_here():
            raise UsageError(
                "this run was begun in another loop: await it there, or call Agent.run here"
            )
        return self._driver
