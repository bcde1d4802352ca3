"""What every peer measures alike: so many runs at once, their seconds, and their memory.

Under asyncio, which the peers run on; it needs nothing but Python, as each peer is in an
environment of its own.
"""

import asyncio
import json
import resource
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

PATIENCE_S = 600
"""Their own few seconds fail some of a crowd that waits for its connections."""
PROMPT = "Do what is to be done."
PAGE_BYTES = resource.getpagesize()


def resident_bytes() -> int:
    """Tell how much memory the process has in use now."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * PAGE_BYTES


def peak_bytes() -> int:
    """Tell how much memory the process has had in use at most.

    Since it became this program, that is: in what `resource` tells, there is what the process that
    started it had in use then.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return 1024 * int(status.partition("VmHWM:")[2].split()[0])


class Meter:
    """Begins to count when it is made."""

    def __init__(self) -> None:
        self._before_bytes = resident_bytes()
        self._began_cpu_s = time.process_time()
        self._began_s = time.perf_counter()

    def report(self) -> None:
        """Print what was taken since."""
        taken = {
            "seconds": time.perf_counter() - self._began_s,
            "cpu_s": time.process_time() - self._began_cpu_s,
            "bytes": peak_bytes() - self._before_bytes,
        }
        print(json.dumps(taken))


def measure(run: Callable[[], Awaitable[object]], count: int) -> None:
    """Do *run* once, then *count* times at once, and print what these took."""

    async def all_runs() -> None:
        await run()
        meter = Meter()
        await asyncio.gather(*[run() for _ in range(count)])
        meter.report()

    asyncio.run(all_runs())
