"""The way from a trio thread back to the asyncio program that it works for."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Protocol

import trio

from sagent._async_library import async_library
from sagent.errors import UsageError


class AsyncioSide(Protocol):
    """The loop of an asyncio program, as its trio threads see it."""

    async def call[R](self, function: Callable[[], Awaitable[R]], /) -> R:
        """Wait for what *function* gives in the loop; a cancel ends it there first."""
        ...


_SIDE = trio.lowlevel.RunVar[AsyncioSide]("sagent.agent.asyncio_side")


def serve(side: AsyncioSide) -> None:
    """Let this trio thread work for *side*; one that many share stays with its first."""
    with suppress(LookupError):
        _SIDE.get()
        return
    _SIDE.set(side)


async def call_in_asyncio[R](function: Callable[[], Awaitable[R]]) -> R:
    """Wait for ``function()``, an async function of asyncio, in the loop of the program.

    That is the loop in which the run is awaited, or in which its system was opened. There it has
    what belongs to the loop: pools, clients, locks. It is what ``@tool(runs_in="asyncio")`` does,
    for tools that are classes, and for work of `SystemThread.call`. A cancel cancels it in the loop
    and returns when it has ended there. Under asyncio it is called here and now.

    Raises:
        UsageError: the program is not on asyncio.
        RunCancelledError: it was cancelled in the loop, or the loop is closed.
        Exception: what *function* raises.
    """
    if async_library() == "asyncio":
        return await function()
    try:
        side = _SIDE.get()
    except LookupError:
        raise UsageError(
            "there is no asyncio to work in: await the run under asyncio, or work under trio"
        ) from None
    return await side.call(function)
