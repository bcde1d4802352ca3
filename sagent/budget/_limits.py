"""What a budget allows, and how it says no."""

import math
from collections.abc import Callable
from decimal import Decimal

import attrs

from sagent.budget._amount import Amount, exact_usd, shown_usd
from sagent.errors import BudgetExceededError, UsageError


def _usd(value: Decimal | str | int | None) -> Decimal | None:
    if value is None:
        return None
    try:
        usd = exact_usd(Decimal(value))
    except ArithmeticError:
        usd = Decimal("NaN")
    if isinstance(value, float) or not usd.is_finite() or usd < 0:
        raise UsageError(
            f'{value!r} is no amount of US dollars: write it like "2.50" or Decimal("2.50")'
        )
    return usd


@attrs.frozen(kw_only=True)
class Limits:
    """What one budget allows at most; None is no limit.

    Attributes:
        usd: US dollars.
        tokens: sent and written.
        rounds: calls of a model.
        seconds: from when its time begins to count.

    Raises:
        UsageError: a limit is negative or no number, or money is a float, which is not exact.
    """

    usd: Decimal | None = attrs.field(default=None, converter=_usd)
    tokens: int | None = None
    rounds: int | None = None
    seconds: float | None = None

    def __attrs_post_init__(self) -> None:
        limits = (("tokens", self.tokens), ("rounds", self.rounds), ("seconds", self.seconds))
        for name, limit in limits:
            if limit is not None and not 0 <= limit < math.inf:
                raise UsageError(f"{name} is {limit}: allow none (0), some, or any number (None)")

    def refusal(
        self, name: str, spent: Amount, reserved: Amount, asked: Amount
    ) -> BudgetExceededError | None:
        """Give the error with which *name*'s budget refuses *asked*; None if it has room."""
        if self.usd is None and self.tokens is None and self.rounds is None:
            return None
        total = spent + reserved + asked
        taken = (spent, reserved, asked)
        if self.usd is not None and total.usd > self.usd:
            remedy = "dollars (--max-budget-usd, or usd=...)"
            return _refused(name, Amount(usd=self.usd), taken, _dollars, remedy)
        if self.tokens is not None and total.tokens > self.tokens:
            remedy = "tokens (--max-budget-tokens, or tokens=...)"
            return _refused(name, Amount(tokens=self.tokens), taken, _tokens, remedy)
        if self.rounds is not None and total.calls > self.rounds:
            remedy = "rounds (rounds=...)"
            return _refused(name, Amount(calls=self.rounds), taken, _rounds, remedy)
        return None


def _refused(
    name: str,
    limit: Amount,
    taken: tuple[Amount, Amount, Amount],
    figure: Callable[[Amount], str],
    remedy: str,
) -> BudgetExceededError:
    spent, reserved, asked = map(figure, taken)
    return BudgetExceededError(
        f"the budget of {name} is {figure(limit)}, with {spent} spent and {reserved} reserved for "
        f"calls that go on; the next call is expected to take {asked}: allow more {remedy}, or ask "
        "for less"
    )


def _dollars(amount: Amount) -> str:
    return shown_usd(amount.usd)


def _tokens(amount: Amount) -> str:
    return f"{amount.tokens:,} tokens"


def _rounds(amount: Amount) -> str:
    return "1 round" if amount.calls == 1 else f"{amount.calls:,} rounds"
