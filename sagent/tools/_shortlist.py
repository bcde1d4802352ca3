import heapq
from collections.abc import Iterable

import attrs

_SLACK = 10_000
"""How many names more than are wanted are held, so that they are seldom sorted."""


@attrs.define
class Shortlist:
    """The first of any number of paths, directory by directory, in bounded memory.

    Attributes:
        total: how many there were.
    """

    _most: int
    total: int = attrs.field(default=0, init=False)
    _held: list[str] = attrs.field(factory=list[str], init=False)

    def add(self, paths: Iterable[str]) -> None:
        """Take in *paths*, which may come in any order."""
        before = len(self._held)
        self._held += paths
        self.total += len(self._held) - before
        if len(self._held) > self._most + _SLACK:
            self._held = self.first()

    def first(self) -> list[str]:
        """Give the first ones, in order."""
        if len(self._held) <= self._most:
            return sorted(self._held, key=_in_order)
        return heapq.nsmallest(self._most, self._held, key=_in_order)


def _in_order(path: str) -> str:
    # No other character is less than NUL.
    return path.replace("/", "\0")
