from collections.abc import Callable

import trio


async def call_in_spare_thread[R](function: Callable[[], R]) -> R:
    """Call *function* in a thread that is left to itself when this is cancelled.

    It is for what a dead file system may hold up for ever, and what may also end unheeded. The
    thread counts against no limit: one that hangs must not keep others from theirs.

    Raises:
        RuntimeError: the system gives no more threads.
    """
    return await trio.to_thread.run_sync(
        function, abandon_on_cancel=True, limiter=trio.CapacityLimiter(1)
    )
