"""Whether a person speaks through a socket, or a command that an agent has run.

A command is known by its parents, of which one is a run; by the parents of the process that began
its session, should its own have gone; and by the mark in its environment (see `sagent.process`),
should both have gone. What has cast off all three is not known for what it is.

A run that an agent's command has started is that agent's, so whatever is below the same agent
may speak to it as a person.
"""

import os
from collections.abc import Callable, Iterable
from typing import Literal

import attrs

from sagent.process import run_marks

_INIT = 1


@attrs.frozen
class Kin:
    """Whom a process comes from: its parent, and the one that began its session."""

    parent: int
    session: int


type Look = Callable[[int], Kin | None]
"""Tells the kin of a process; None for one that is gone."""
type Origin = Literal["person", "command", "gone"]
"""Who speaks; gone is who did not wait to be looked at."""


def origin_of(pid: int | None, *, runs: Iterable[int]) -> Origin:
    """Tell who speaks through a socket whose other end is *pid*'s, None for unknown.

    Where there is no /proc, all are taken for persons.

    Args:
        pid: the process; 0 for one outside of what this one can see, which is none of its commands.
        runs: the processes of other runs.
    """
    own = os.getpid()
    if not pid or pid == own or kin_of(own) is None:
        return "person"
    if kin_of(pid) is None:
        return "gone"
    above = lineage(pid, kin_of)
    above_own = lineage(own, kin_of)
    commanded = is_command(above, above_own, own=own, runs=runs, marks=run_marks)
    return "command" if commanded else "person"


def is_command(
    above: frozenset[int],
    above_own: frozenset[int],
    *,
    own: int,
    runs: Iterable[int],
    marks: Callable[[int], frozenset[str]],
) -> bool:
    """Tell whether a process belongs to an agent whose command the process *own* is not.

    Args:
        above: the process, and those that it comes from.
        above_own: the same for *own*.
        own: the run that is spoken to.
        runs: other runs.
        marks: tells the marks of a process.
    """
    if own in above:
        return True
    theirs = above.intersection(runs)
    if theirs & above_own:
        return bool(theirs - above_own)
    known = marks(own)
    return bool(theirs) or any(marks(pid) - known for pid in above)


def lineage(pid: int, look: Look) -> frozenset[int]:
    """Give *pid*, and all that it comes from but for the first process of all."""
    found: set[int] = set()
    left = [pid]
    while left:
        each = left.pop()
        kin = look(each) if each > _INIT and each not in found else None
        if kin is not None:
            found.add(each)
            left += (kin.parent, kin.session)
    return frozenset(found)


def kin_of(pid: int) -> Kin | None:
    """Look into /proc; None if there is no such process, or no /proc (proc_pid_stat(5))."""
    try:
        with open(f"/proc/{pid}/stat", "rb", buffering=0) as file:  # noqa: PTH123  # a third of Path's cost
            text = file.read()
    except OSError:
        return None
    _, _, rest = text.rpartition(b")")  # the name before may hold anything
    _, parent, _, session = rest.split()[:4]
    return Kin(int(parent), int(session))
