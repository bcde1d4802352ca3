"""What an idle actor of a runtime takes, of all the memory of its process.

Python's own count leaves out what threads and C code take.
"""

from benchmarks.child import Launcher
from benchmarks.runtimes.runtime import Maker

CROWD = 2000
"""How many a process holds: enough to drown what the process itself takes."""


def idle_bytes(launcher: Launcher, maker: Maker) -> float:
    launcher.run(*maker.command("crowd", "1"))  # compiles what is not compiled
    alone, crowded = (
        launcher.run(*maker.command("crowd", str(count))).peak_bytes for count in (1, 1 + CROWD)
    )
    return (crowded - alone) / CROWD
