"""What was found, and what to do about it."""

from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import Literal

import attrs
import trio

type Level = Literal["ok", "absent", "warning", "failed"]
"""Whether all is well, something is not there and need not be, something will be missed, or
something will not work."""


@attrs.frozen
class Finding:
    """One thing that was looked at.

    Attributes:
        level: how it stands.
        what: that in a line.
        remedy: what to do about it; "" if nothing is to be done.
    """

    level: Level
    what: str
    remedy: str = ""


def ok(what: str) -> Finding:
    """Say that something is as it should be."""
    return Finding("ok", what)


def absent(what: str) -> Finding:
    """Say what is not there, which only those miss who want it."""
    return Finding("absent", what)


def warning(what: str, remedy: str) -> Finding:
    """Say what will be missed."""
    return Finding("warning", what, remedy)


def failed(what: str, remedy: str) -> Finding:
    """Say what will not work."""
    return Finding("failed", what, remedy)


def unexpected(error: Exception) -> Finding:
    """Say that looking itself has failed."""
    what = f"could not be examined: {type(error).__name__}: {error}"
    return failed(what, "report this, with all that sagent doctor tells")


type Examine = Callable[[], Awaitable[Iterable[Finding]]]
"""Looks at something; its scope says for how long."""


@attrs.frozen
class Section:
    """Things that belong together.

    Attributes:
        name: for people and programs.
        examine: looks at them.
    """

    name: str
    examine: Examine


def looking(name: str, look: Callable[[], Iterable[Finding]]) -> Section:
    """Make a section of *look*, which may block; one that hangs is left behind."""

    def collected() -> tuple[Finding, ...]:
        found: list[Finding] = []
        try:
            found.extend(look())
        except Exception as error:  # noqa: BLE001  # the doctor is for what nobody thought of
            found.append(unexpected(error))
        return tuple(found)

    return Section(name, partial(trio.to_thread.run_sync, collected, abandon_on_cancel=True))
