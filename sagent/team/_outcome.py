from typing import cast

import attrs

from sagent.budget import Amount
from sagent.model import Usage


@attrs.frozen(kw_only=True)
class Outcome[I, R]:
    """What became of one item: its value or its error, and what that took.

    Attributes:
        item: what was worked on.
        index: its place among the items, from 0.
        error: why there is no value; None if there is one.
        attempts: how often it was tried; 0 for what the journal had, or was never begun.
        spent: what this run paid for it, as the budget has booked it: calls that were cancelled
            are in it by their estimate.
        usage: the tokens that vendors have counted for it.
        elapsed_s: seconds from its first attempt to its end.
        from_journal: whether an earlier run did the work.
    """

    item: I
    index: int
    _value: R | None = attrs.field(default=None, alias="value")
    error: Exception | None = None
    attempts: int = 0
    spent: Amount = Amount()  # noqa: RUF009  # it is frozen
    usage: Usage = Usage()  # noqa: RUF009  # it is frozen
    elapsed_s: float = 0
    from_journal: bool = False

    @property
    def ok(self) -> bool:
        """Whether there is a value."""
        return self.error is None

    @property
    def value(self) -> R:
        """What the work gave.

        Raises:
            Exception: `error`, if there is one.
        """
        if self.error is not None:
            raise self.error
        return cast("R", self._value)  # an R may be None


@attrs.define
class Tab:
    """What the work on one item has taken so far.

    Attributes:
        attempts: how many have begun.
        spent: as the budget has booked it.
        usage: as vendors have counted it.
        refused_early: whether the budget refused the last attempt's first call, while calls that
            go on hold what they may not take.
    """

    attempts: int = 0
    spent: Amount = attrs.field(factory=Amount)
    usage: Usage = attrs.field(factory=Usage)
    refused_early: bool = False

    def add(self, spent: Amount, usage: Usage) -> None:
        """Count what an attempt took."""
        self.spent += spent
        self.usage += usage
