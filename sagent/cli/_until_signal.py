import signal
from collections.abc import AsyncIterator, Awaitable, Callable

import trio

from sagent.cli._exit_code import INTERRUPTED

type End = Callable[[], object]
"""Ends the work as a signal does."""


async def until_signal(work: Callable[[End], Awaitable[int]]) -> int:
    """Do *work* until it has its exit code, or until SIGINT or SIGTERM cancels it.

    What it raises is raised in no group.
    """
    code, failure = INTERRUPTED, None
    with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_cancel_at_signal, signals, nursery.cancel_scope)
            try:
                code = await work(nursery.cancel_scope.cancel)
            except Exception as error:  # noqa: BLE001  # raised out there, where no nursery groups it
                failure = error
            nursery.cancel_scope.cancel()
    if failure is not None:
        raise failure
    return code


async def _cancel_at_signal(signals: AsyncIterator[int], scope: trio.CancelScope) -> None:
    await anext(signals)
    scope.cancel()
