from decimal import Decimal

import attrs

from sagent.model import Usage
from sagent.session._line import parse_sealed
from sagent.session._records import SpendRecord

_COUNTS = tuple(field.name for field in attrs.fields(Usage))


@attrs.frozen(kw_only=True)
class Spending:
    """What a session has used and cost.

    Attributes:
        usage: all tokens.
        cost_usd: of the calls whose price is known.
        calls: how many responses there were.
        unpriced_calls: how many of them have no known price.
    """

    usage: Usage = Usage()  # noqa: RUF009  # it is frozen
    cost_usd: Decimal = Decimal(0)
    calls: int = 0
    unpriced_calls: int = 0

    def __add__(self, other: "Spending") -> "Spending":
        return Spending(
            usage=self.usage + other.usage,
            cost_usd=self.cost_usd + other.cost_usd,
            calls=self.calls + other.calls,
            unpriced_calls=self.unpriced_calls + other.unpriced_calls,
        )

    def plus(self, *spends: SpendRecord) -> "Spending":
        """Add responses."""
        usages = [self.usage, *(spend.usage for spend in spends)]
        costs = [spend.cost_usd for spend in spends if spend.cost_usd is not None]
        return Spending(
            usage=Usage(**{name: sum([getattr(use, name) for use in usages]) for name in _COUNTS}),
            cost_usd=sum(costs, start=self.cost_usd),
            calls=self.calls + len(spends),
            unpriced_calls=self.unpriced_calls + len(spends) - len(costs),
        )


@attrs.define(eq=False)
class Ledger:
    """Sums up spending when it is asked for."""

    _total: Spending = attrs.field(default=Spending(), init=False)
    _waiting: list[SpendRecord | bytes] = attrs.field(factory=list[SpendRecord | bytes], init=False)

    def add(self, spend: SpendRecord | bytes) -> None:
        """Take in one response, or its sealed line."""
        self._waiting.append(spend)

    @property
    def total(self) -> Spending:
        """What was taken in so far."""
        if self._waiting:
            spends = [
                parse_sealed(spend, SpendRecord) if isinstance(spend, bytes) else spend
                for spend in self._waiting
            ]
            self._total = self._total.plus(*spends)
            self._waiting.clear()
        return self._total
