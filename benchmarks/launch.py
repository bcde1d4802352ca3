"""Start a command, wait for its end, and print its seconds, those of processors, its peak in bytes.

A process of its own, and a small one: Linux counts to a child's peak what its parent held when it
forked. Run by `child.py`, with ``-I -S``.
"""

import os
import sys
import time

DEVNULL = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_RDWR, 0) for fd in (0, 1)]
MAXRSS_BYTES = 1 if sys.platform == "darwin" else 1024


def main() -> int:
    command = sys.argv[1:]
    start = time.perf_counter()
    pid = os.posix_spawn(command[0], command, os.environ, file_actions=DEVNULL)
    _, status, used = os.wait4(pid, 0)
    seconds = time.perf_counter() - start
    print(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss * MAXRSS_BYTES)
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main())
