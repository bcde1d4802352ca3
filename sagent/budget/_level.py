import math
from decimal import Decimal

import attrs

from sagent.budget._amount import UNLIMITED, Amount, Remaining
from sagent.budget._ledger import Record
from sagent.budget._limits import Limits
from sagent.errors import BudgetExceededError


@attrs.define(eq=False)
class Level:
    """One budget of a tree, by itself: its limits, and what they have to bear."""

    name: str
    limits: Limits
    record: Record
    before: Amount = attrs.field(factory=Amount, init=False)
    """What was spent under these limits before this budget was made."""
    spent: Amount = attrs.field(factory=Amount, init=False)
    reserved: Amount = attrs.field(factory=Amount, init=False)
    _began_s: float | None = attrs.field(default=None, init=False)

    def refusal(self, asked: Amount) -> BudgetExceededError | None:
        """Give the error with which it refuses *asked*; None if it has room."""
        return self.limits.refusal(self.name, self.before + self.spent, self.reserved, asked)

    def deadline(self, now: float) -> float:
        """Tell when its time is up; it began with the first question."""
        if self._began_s is None:
            self._began_s = now
        return math.inf if self.limits.seconds is None else self._began_s + self.limits.seconds

    def remaining(self) -> Remaining:
        """Tell what it has left, whatever there is above it."""
        usd, tokens, rounds = self.limits.usd, self.limits.tokens, self.limits.rounds
        if usd is None and tokens is None and rounds is None:
            return UNLIMITED  # as most of a deep tree are, and each call asks all above it
        allowed = Amount(usd=usd or Decimal(0), tokens=tokens or 0, calls=rounds or 0)
        left = allowed - self.before - self.spent - self.reserved
        return Remaining(
            usd=None if usd is None else max(left.usd, Decimal(0)),
            tokens=None if tokens is None else max(left.tokens, 0),
            calls=None if rounds is None else max(left.calls, 0),
        )
