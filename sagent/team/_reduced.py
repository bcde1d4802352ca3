from collections.abc import Iterable

import attrs

from sagent.budget import Amount
from sagent.team._outcome import Outcome


@attrs.frozen(kw_only=True)
class Reduced[I, M, R]:
    """What items came to.

    Attributes:
        value: the one result.
        outcomes: of each item that was mapped, in order; those that failed are not in *value*.
        levels: how often results were reduced to fewer, until one was left.
        spent: what this run has paid for all of it.
    """

    value: R
    outcomes: tuple[Outcome[I, M], ...]
    levels: int
    spent: Amount

    @property
    def failed(self) -> tuple[Outcome[I, M], ...]:
        """The items that are not in the value."""
        return tuple(outcome for outcome in self.outcomes if not outcome.ok)


def total_of[I, R](outcomes: Iterable[Outcome[I, R]]) -> Amount:
    """Add up what *outcomes* have cost."""
    return sum((outcome.spent for outcome in outcomes), Amount())
