import signal
from collections.abc import AsyncIterator, Awaitable, Callable

import trio

from sagent.cli._exit_code import INTERRUPTED

type End = Callable[[], object]
"""Ends the work as a signal does."""

STOPS = (signal.SIGINT, signal.SIGTERM)
"""By what a person or a supervisor ends a command."""


async def until_signal(work: Callable[[End], Awaitable[int]]) -> int:
    """Do *work* until it has its exit code, or until SIGINT or SIGTERM cancels it.

    What it raises is raised in no group.
    """
    code = await unless_signal(work, STOPS)
    return INTERRUPTED if code is None else code


async def unless_signal[T](
    work: Callable[[End], Awaitable[T]], signals: tuple[signal.Signals, ...]
) -> T | None:
    """Do *work*, and give what it gives; None if one of *signals* has cancelled it before.

    What it raises is raised in no group.
    """
    result: T | None = None
    failure: Exception | None = None
    with trio.open_signal_receiver(*signals) as received:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_cancel_at_signal, received, nursery.cancel_scope)
            try:
                result = await work(nursery.cancel_scope.cancel)
            except Exception as error:  # noqa: BLE001  # raised out there, where no nursery groups it
                failure = error
            nursery.cancel_scope.cancel()
    if failure is not None:
        raise failure
    return result


async def _cancel_at_signal(signals: AsyncIterator[int], scope: trio.CancelScope) -> None:
    await anext(signals)
    scope.cancel()
