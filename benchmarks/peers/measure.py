"""What every peer measures alike: so many runs at once, their seconds, and their memory.

Under asyncio, which the peers run on; it needs nothing but Python, as each peer is in an
environment of its own.
"""

import asyncio
import json
import resource
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

PATIENCE_S = 600
"""Their own few seconds fail some of a crowd that waits for its connections."""
PROMPT = "Do what is to be done."
PAGE_BYTES = resource.getpagesize()
MAXRSS_BYTES = 1 if sys.platform == "darwin" else 1024


def resident_bytes() -> int:
    """Tell how much memory the process has in use now."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * PAGE_BYTES


def peak_bytes() -> int:
    """Tell how much memory the process has had in use at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * MAXRSS_BYTES


def report(seconds: float, before_bytes: int) -> None:
    """Print what so many runs took."""
    print(json.dumps({"seconds": seconds, "bytes": peak_bytes() - before_bytes}))


def measure(run: Callable[[], Awaitable[object]], count: int) -> None:
    """Do *run* once, then *count* times at once, and print what these took."""

    async def all_runs() -> None:
        await run()
        before, start = resident_bytes(), time.perf_counter()
        await asyncio.gather(*[run() for _ in range(count)])
        report(time.perf_counter() - start, before)

    asyncio.run(all_runs())
