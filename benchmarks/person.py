"""Somebody at a terminal."""

import os
import pty
import select
import signal
import sys
import termios
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

PATIENCE_S = 60
"""When what does not come is given up."""

POLL_S = 0.002


class Person:
    """Types, and watches what comes."""

    def __init__(self, fd: int, pid: int) -> None:
        self.pid = pid
        self._fd = fd
        self._seen = b""

    def wait(self, seen: Callable[[bytes], bool]) -> float:
        """Wait until *seen* is true of what has come since the last key; tell how long."""
        since, end = time.perf_counter(), time.monotonic() + PATIENCE_S
        while not seen(self._seen):
            if not select.select([self._fd], [], [], max(0, end - time.monotonic()))[0]:
                raise TimeoutError(f"nothing but {self._seen[-300:]!r} came")
            self._seen += os.read(self._fd, 65_536)
        return time.perf_counter() - since

    def watch_until(self, seen: Callable[[], bool]) -> None:
        """Read what comes, and let it go by, until *seen* is true of the world."""
        end = time.monotonic() + PATIENCE_S
        while not seen():
            if time.monotonic() > end:
                raise TimeoutError(f"it did not come, but {self._seen[-300:]!r}")
            if select.select([self._fd], [], [], POLL_S)[0]:
                self._seen += os.read(self._fd, 65_536)

    def resident_bytes(self) -> int:
        """Tell how much memory the process has."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return 1024 * int(status.partition("VmRSS:")[2].split()[0])

    def press(self, keys: str) -> None:
        self._seen = b""
        os.write(self._fd, keys.encode())


@contextmanager
def open_person(arguments: tuple[str, ...], environ: dict[str, str]) -> Generator[Person]:
    pid, fd = pty.fork()
    if pid == 0:
        os.execve(sys.executable, [sys.executable, "-m", "sagent", *arguments], environ)
    termios.tcsetwinsize(fd, (24, 80))
    try:
        yield Person(fd, pid)
    finally:
        os.kill(pid, signal.SIGKILL)
        os.close(fd)
        os.waitpid(pid, 0)


def contains(wanted: bytes, seen: bytes) -> bool:
    return wanted in seen
