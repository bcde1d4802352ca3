"""Which process numbers a tree can have, so that few processes must be looked into.

Linux gives numbers out in a circle, each time the next free one. So whoever belongs to a tree
has one between the leader's and the one that was given out last, unless so many processes were
started meanwhile that the numbers may have gone all the way round. The kernel counts these.
"""

from collections.abc import Iterable

import attrs

_LAST_PID = "/proc/sys/kernel/ns_last_pid"
_PID_MAX = "/proc/sys/kernel/pid_max"


@attrs.frozen(kw_only=True)
class Birth:
    """When a tree began, as the kernel counts."""

    leader: int
    forks: int | None
    """How many processes and threads the machine had started until then; None for unknown."""

    def younger(self, pids: Iterable[int]) -> list[int]:
        """Keep those of *pids*, read before this, that may have begun since; all when in doubt."""
        last, most, forks = _number(_LAST_PID), _number(_PID_MAX), fork_count()
        if last is None or most is None or forks is None or self.forks is None:
            return list(pids)
        return numbers_since(
            pids, leader=self.leader, last=last, forks=forks - self.forks, most=most
        )


def numbers_since(
    pids: Iterable[int], *, leader: int, last: int, forks: int, most: int
) -> list[int]:
    """Keep those of *pids* that can have been given out from *leader* to *last*.

    Args:
        pids: process numbers in use.
        leader: the number given out first.
        last: the number given out last.
        forks: how many were started since; none at all is a count that is not kept.
        most: where the numbers begin anew. Half of it may be in use, and so be skipped.
    """
    if not 0 < forks < most // 2:
        return list(pids)
    if leader <= last:
        return [pid for pid in pids if leader <= pid <= last]
    return [pid for pid in pids if pid >= leader or pid <= last]


def fork_count() -> int | None:
    """Tell how many processes and threads this machine has started; None where it is not told."""
    _, found, rest = _read("/proc/stat").partition(b"\nprocesses ")
    return int(rest.split(None, 1)[0]) if found else None


def _number(path: str) -> int | None:
    text = _read(path).strip()
    return int(text) if text.isdigit() else None


def _read(path: str) -> bytes:
    try:
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123  # a third of Path's cost
            return file.read()
    except OSError:
        return b""
