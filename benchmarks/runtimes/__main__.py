"""``python -m benchmarks.runtimes MODULE [WORK COUNT]``: do one work, or what standard input says.

Each line of input is a count and a work; the seconds of one come back as a line.
"""

import gc
import os
import signal
import sys
import traceback
from importlib import import_module
from typing import Never

from benchmarks.runtimes.works import Works

PATIENCE_S = 60
"""How long a work may take, for a runtime that loses messages."""


def main() -> None:
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a runtime prints is no reply
    signal.signal(signal.SIGALRM, _give_up)
    name, *once = sys.argv[1:]
    works: Works = import_module(f"benchmarks.runtimes.{name}").WORKS
    if once:
        work, count = once
        works[work](int(count))
        return
    print(*works, sep="\t", file=replies, flush=True)
    for line in sys.stdin:
        count, work = line.rstrip("\n").split(maxsplit=1)
        gc.collect()
        signal.alarm(PATIENCE_S)
        print(works[work](int(count)), file=replies, flush=True)
        signal.alarm(0)


def _give_up(signum: int, frame: object) -> Never:
    raise TimeoutError(f"{' '.join(sys.argv)}: no end after {PATIENCE_S} s")


if __name__ == "__main__":
    # Threads that outlive their runtime would keep the process, or have it end in complaints.
    try:
        main()
    except Exception:  # noqa: BLE001  # told here, and to the parent by the end
        traceback.print_exc()
        os._exit(1)
    os._exit(0)
