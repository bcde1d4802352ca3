"""What lives in files and is called by a name: skills and agents."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

from sagent.nearness import nearest_first
from sagent.prompt._text_file import shown

MOST_LISTED_CHARS = 250
MOST_LISTING_CHARS = 6000
_MOST_NAMED = 20


class Named(Protocol):
    """What was found in a file."""

    @property
    def name(self) -> str:
        """What it is called by."""
        ...

    @property
    def description(self) -> str:
        """What it is for, in a line; may be empty."""
        ...

    @property
    def path(self) -> Path:
        """The file."""
        ...


def first_of_each_name[N: Named](
    found: Iterable[N | str], kind: str
) -> tuple[tuple[N, ...], tuple[str, ...]]:
    """Give the first of each name, and the warnings that are among what was *found*.

    One that another of its *kind* hides is a warning, too, but for the same file by another path.
    """
    kept: dict[str, N] = {}
    warnings: list[str] = []
    for each in found:
        if isinstance(each, str):
            warnings.append(each)
        elif (first := kept.setdefault(each.name, each)) is not each and not _same(first, each):
            told = f"another {kind} {each.name!r} is nearer: {shown(first.path)}"
            warnings.append(f"{shown(each.path)} is not used: {told}")
    return tuple(kept.values()), tuple(warnings)


def listing(all_named: Sequence[Named]) -> str:
    """Write a line for each, for a prompt: names, and as much of the descriptions as has room."""
    lines: list[str] = []
    room = MOST_LISTING_CHARS
    for named in all_named:
        line = _line(named)
        if (room := room - len(line) - 1) < 0:
            lines.append(f"- (and {len(all_named) - len(lines)} more)")
            break
        lines.append(line)
    return "\n".join(lines)


def nearest_names(wanted: str, names: Iterable[str]) -> str:
    """Name some of *names*, those first that come nearest to *wanted*."""
    nearest = nearest_first(wanted, names)
    more = f" (and {len(nearest) - _MOST_NAMED} more)" if len(nearest) > _MOST_NAMED else ""
    return (", ".join(nearest[:_MOST_NAMED]) or "none") + more


def _same(one: Named, other: Named) -> bool:
    return os.path.realpath(one.path) == os.path.realpath(other.path)


def _line(named: Named) -> str:
    description = named.description
    if len(description) > MOST_LISTED_CHARS:
        description = description[: MOST_LISTED_CHARS - 1].rstrip() + "…"
    return f"- {named.name}: {description}" if description else f"- {named.name}"
