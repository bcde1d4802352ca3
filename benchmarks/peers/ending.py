"""What every peer does alike: begin a run, cancel it once it is told to, and live on.

Under asyncio, which the peers run on; it needs nothing but Python, as each peer is in an
environment of its own. It prints its process's id, and after a line on standard input how long the
cancelled run took to end; it ends with standard input.
"""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable

PROMPT = "Do what is to be done."


def rest(text: str) -> str:
    """Rest for a while."""
    subprocess.run(["sleep", os.environ["REST_S"]], check=False)
    return text


def end(run: Callable[[], Awaitable[object]]) -> None:
    """Do *run*, as told above."""

    async def do() -> None:
        await run()

    async def main() -> None:
        print(os.getpid(), flush=True)
        task = asyncio.create_task(do())
        await _told()
        sys.stdin.readline()
        start = time.perf_counter()
        task.cancel()
        await asyncio.wait([task])
        print(time.perf_counter() - start, flush=True)
        await _told()
        os._exit(0)  # else it would wait for threads that nobody ends

    asyncio.run(main())


async def _told() -> None:
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(sys.stdin, told.set)
    await told.wait()
    loop.remove_reader(sys.stdin)
