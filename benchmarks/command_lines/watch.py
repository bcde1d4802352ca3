"""Run a command line, watch all the processes that come of it, and print what was seen, as JSON.

A process of its own, and a small one. What its command leaves behind is handed to it, however far
away that has gone, so that nothing escapes it; at its end it kills what is left. Only on Linux.

    watch.py turn COMMAND...          how long it takes, and how much of the processors
    watch.py peak COMMAND...          how much memory all of its processes have at most
    watch.py SIGINT 300 COMMAND...    how long it lives after the signal, once it has started
                                      ``sleep 300``, and how many of its processes live on
"""

import ctypes
import json
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36
PAGE_BYTES = resource.getpagesize()
SAMPLE_S = 0.02
END_SAMPLE_S = 0.002
SETTLE_S = 0.5
"""How long a tool has run when the signal comes."""
GRACE_S = 3.0
"""How long after its end the processes of a command may take to end."""
PATIENCE_S = 60.0


def _stat(pid: str) -> tuple[int, str] | None:
    """Give the parent and the state of a process that lives."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return int(fields[1]), fields[0]


def _descendants() -> list[int]:
    """List all that live, by their ids."""
    pids = [path.name for path in Path("/proc").iterdir() if path.name.isdigit()]
    stats = {int(pid): _stat(pid) for pid in pids}
    children: dict[int, list[int]] = {}
    for pid, stat in stats.items():
        if stat is not None:
            children.setdefault(stat[0], []).append(pid)
    found: list[int] = []
    waiting = [os.getpid()]
    while waiting:
        below = children.get(waiting.pop(), [])
        waiting += below
        found += [pid for pid in below if (stat := stats[pid]) is not None and stat[1] != "Z"]
    return found


def _resident_bytes(pids: Sequence[int]) -> int:
    total = 0
    for pid in pids:
        try:
            total += int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_BYTES
        except OSError:
            continue
    return total


def _arguments(pid: int) -> list[bytes]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return []


def _start(command: Sequence[str]) -> int:
    """Start *command* as a terminal would, in a group of its own."""
    nowhere = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_RDWR, 0) for fd in (0, 1)]
    return os.posix_spawnp(command[0], list(command), os.environ, file_actions=nowhere, setpgroup=0)


def _has_ended(pid: int) -> bool:
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _until(seen: Callable[[], bool], patience_s: float, sample_s: float = SAMPLE_S) -> bool:
    end = time.monotonic() + patience_s
    while not seen():
        if time.monotonic() > end:
            return False
        time.sleep(sample_s)  # noqa: TID251  # other processes can only be polled
    return True


def _check(status: int) -> None:
    if code := os.waitstatus_to_exitcode(status):
        sys.exit(code)


def _clear() -> None:
    """Kill and reap what is left, and what that starts meanwhile."""
    while True:
        for pid in _descendants():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def turn(command: Sequence[str]) -> Mapping[str, float]:
    start = time.perf_counter()
    _, status = os.waitpid(_start(command), 0)
    seconds = time.perf_counter() - start
    _check(status)
    _clear()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {"seconds": seconds, "cpu_s": used.ru_utime + used.ru_stime}


def peak(command: Sequence[str]) -> Mapping[str, float]:
    pid, most = _start(command), 0

    def is_over() -> bool:
        nonlocal most
        most = max(most, _resident_bytes(_descendants()))
        return _has_ended(pid)

    _until(is_over, PATIENCE_S)
    _clear()
    return {"peak_bytes": most}


def stop(number: signal.Signals, asleep_s: str, command: Sequence[str]) -> Mapping[str, float]:
    pid = _start(command)
    sleep = [b"sleep", asleep_s.encode()]

    def sleeps() -> bool:
        return any(_arguments(one)[:2] == sleep for one in _descendants())

    if not _until(sleeps, PATIENCE_S):
        _clear()
        sys.exit(f"it did not start {b' '.join(sleep).decode()}")
    time.sleep(SETTLE_S)  # noqa: TID251  # as above
    start = time.perf_counter()
    if number is signal.SIGINT:
        os.killpg(pid, number)  # as the Ctrl-C of a terminal does
    else:
        os.kill(pid, number)
    ended = _until(lambda: _has_ended(pid), GRACE_S, END_SAMPLE_S)
    seconds = time.perf_counter() - start
    _until(lambda: not _descendants(), GRACE_S)
    left = len(_descendants())
    _clear()
    return {"seconds": seconds if ended else float("inf"), "left": left}


def main() -> None:
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    match sys.argv[1:]:
        case ["turn", *command]:
            seen = turn(command)
        case ["peak", *command]:
            seen = peak(command)
        case [number, asleep_s, *command]:
            seen = stop(signal.Signals[number], asleep_s, command)
        case _:
            sys.exit(__doc__)
    print(json.dumps(seen))


if __name__ == "__main__":
    main()
