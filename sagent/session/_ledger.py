from decimal import Decimal

import attrs

from sagent.model import Usage
from sagent.session._line import Unparsed
from sagent.session._records import SpendRecord


@attrs.frozen(kw_only=True)
class Spending:
    """What a session has used and cost.

    Attributes:
        cost_usd: of the calls whose price is known.
        calls: how many responses there were.
        unpriced_calls: how many of them have no known price.
    """

    usage: Usage = Usage()  # noqa: RUF009  # it is frozen
    cost_usd: Decimal = Decimal(0)
    calls: int = 0
    unpriced_calls: int = 0

    def plus(self, spend: SpendRecord) -> "Spending":
        """Add one response."""
        return Spending(
            usage=self.usage + spend.usage,
            cost_usd=self.cost_usd + (spend.cost_usd or 0),
            calls=self.calls + 1,
            unpriced_calls=self.unpriced_calls + (spend.cost_usd is None),
        )


@attrs.define(eq=False)
class Ledger:
    """Sums up spending when it is asked for."""

    _total: Spending = attrs.field(default=Spending(), init=False)
    _waiting: list[SpendRecord | Unparsed] = attrs.field(
        factory=list[SpendRecord | Unparsed], init=False
    )

    def add(self, spend: SpendRecord | Unparsed) -> None:
        """Take in one response."""
        self._waiting.append(spend)

    @property
    def total(self) -> Spending:
        """What was taken in so far."""
        while self._waiting:
            spend = self._waiting[-1]
            record = spend.parse() if isinstance(spend, Unparsed) else spend
            assert isinstance(record, SpendRecord)  # the line's kind says so
            self._total = self._total.plus(record)
            self._waiting.pop()
        return self._total
