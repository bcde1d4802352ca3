"""Processes found by a mark in their environment.

A process that calls setsid leaves its group, so no signal to the group reaches it; but it has
inherited its environment, and on Linux everybody may read that of their own processes. Where
there is no /proc nothing is found, and the group is all there is.
"""

import logging
import os
import signal
from collections.abc import Iterable
from contextlib import suppress

import attrs

from sagent.process._birth import Birth

_log = logging.getLogger(__name__)

MARK = "SAGENT_RUN"
"""The variable that names the runs a process belongs to, outermost first, parted by colons."""


@attrs.frozen
class Marked:
    """All living processes of one tree, however far they ran."""

    _token: str
    _birth: Birth

    def pids(self) -> list[int]:
        """List them; zombies do not count."""
        return marked_processes(self._token, self._birth.younger(_pids()))

    def send(self, *signals: signal.Signals, but_group: int = 0) -> list[int]:
        """Send them *signals*, and list those to whom that was allowed.

        Those of the process group *but_group* are listed, but spared.
        """
        return [pid for pid in self.pids() if self._send(pid, signals, but_group)]

    def _send(self, pid: int, signals: Iterable[signal.Signals], but_group: int) -> bool:
        try:
            if os.getpgid(pid) != but_group:
                _send_marked(pid, self._token.encode(), signals)
        except ProcessLookupError:
            pass
        except PermissionError:
            # Nobody gains if we wait for it, and the others must go.
            _log.warning("process %d outlives its command: we may not signal it", pid)
            return False
        return True


def marked_processes(token: str, pids: Iterable[int] | None = None) -> list[int]:
    """List those of *pids*, or of all, that live and whose environment holds *token*."""
    wanted = token.encode()
    return [pid for pid in (_pids() if pids is None else pids) if wanted in _environ(pid)]


def _pids() -> list[int]:
    with suppress(OSError):
        # Ten times the speed of iterdir, on every command.
        return [int(name) for name in os.listdir("/proc") if name.isdecimal()]  # noqa: PTH208  # names alone, and there are many
    return []


def _send_marked(pid: int, token: bytes, signals: Iterable[signal.Signals]) -> None:
    # A stranger can take over a freed number; a pidfd stays with the one it was opened for.
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        raise
    except OSError:  # a kernel or a sandbox without pidfds
        for signum in signals:
            os.kill(pid, signum)
        return
    try:
        if token in _environ(pid):
            for signum in signals:
                signal.pidfd_send_signal(handle, signum)
    finally:
        os.close(handle)


def _environ(pid: int) -> bytes:
    # Plain system calls: this may run for every process of the machine.
    try:
        handle = os.open(f"/proc/{pid}/environ", os.O_RDONLY)
    except OSError:
        return b""
    try:
        parts = list(iter(lambda: os.read(handle, 1 << 18), b""))
    except OSError:
        return b""
    finally:
        os.close(handle)
    return b"".join(parts)


def run_marks(pid: int) -> frozenset[str]:
    """Tell the marks of the commands that process *pid* was started in; none if it hides them."""
    prefix = f"{MARK}=".encode()
    for entry in _environ(pid).split(b"\0"):
        if entry.startswith(prefix):
            return frozenset(filter(None, entry[len(prefix) :].decode(errors="replace").split(":")))
    return frozenset()
