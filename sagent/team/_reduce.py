"""Parts become one, level by level."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager

import attrs

from sagent.budget import Amount
from sagent.errors import ReduceError
from sagent.team._groups import FanIn, grouped
from sagent.team._outcome import Outcome
from sagent.team._outcomes import Outcomes
from sagent.team._reduced import total_of

type Group[P] = tuple[P, ...]
type Open[P] = Callable[[Sequence[Group[P]]], AbstractAsyncContextManager[Outcomes[Group[P], P]]]
"""Lets the reducer work on groups, each in its place."""


@attrs.define(eq=False)
class Tree[P]:
    """Reduces parts to one.

    Attributes:
        parts: what is left to reduce, in order.
        levels: how often that became less.
        spent: what it has cost so far.
    """

    _open: Open[P]
    _size: Callable[[P], int]
    _fan_in: FanIn
    _mapped: tuple[object, ...]
    parts: tuple[P, ...]
    _results: int = attrs.field(init=False)
    levels: int = attrs.field(default=0, init=False)
    spent: Amount = attrs.field(factory=Amount, init=False)

    def __attrs_post_init__(self) -> None:
        self._results = len(self.parts)

    async def reduce(self) -> P:
        """Reduce the parts until one is left: each level a fraction of the one before.

        Raises:
            ReduceError: the reducer has failed.
        """
        while True:
            groups = self._groups()
            await self._level(groups)
            if len(groups) == 1:
                return self.parts[0]

    def _groups(self) -> list[range]:
        # On the first level one part may be alone; later no level is without progress.
        least = 2 if self.levels else 1
        return grouped([self._size(part) for part in self.parts], self._fan_in, least=least)

    async def _level(self, groups: list[range]) -> None:
        several = [group for group in groups if len(groups) == 1 or self._is_work(group)]
        async with self._open([self._of(group) for group in several]) as outcomes:
            done = dict(zip(several, await outcomes.collect(), strict=True))
        self.levels += 1
        self.spent += total_of(done.values())
        failed = next((each for each in done.values() if not each.ok), None)
        self.parts = tuple(part for group in groups for part in self._after(group, done))
        if failed is not None:
            raise self._failure(failed)

    def _is_work(self, group: range) -> bool:
        """Tell whether *group* is to be reduced: one part alone is only if it is too large."""
        tokens = self._fan_in.tokens
        return len(group) > 1 or (
            not self.levels and tokens is not None and self._size(self.parts[group[0]]) > tokens
        )

    def _of(self, group: range) -> Group[P]:
        return self.parts[group.start : group.stop]

    def _after(self, group: range, done: dict[range, Outcome[Group[P], P]]) -> Group[P]:
        outcome = done.get(group)
        return (outcome.value,) if outcome is not None and outcome.ok else self._of(group)

    def _failure(self, failed: Outcome[Group[P], P]) -> ReduceError:
        error = ReduceError(
            f"the reducer failed at {len(failed.item)} parts of {self._results} results: "
            f"{failed.error}; what was mapped is in .outcomes, and with the same journal it is not "
            "paid for again",
            outcomes=self._mapped,
            parts=self.parts,
        )
        error.__cause__ = failed.error
        return error
