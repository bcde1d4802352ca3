from decimal import Decimal

import attrs

from sagent.budget import Budget


@attrs.frozen(kw_only=True)
class Share:
    """What each attempt of an item may take at most, out of what the team has.

    Attributes:
        usd: US dollars; None for what there is, as for the others.
        tokens: sent and written.
        rounds: calls of a model.

    Raises:
        UsageError: a limit is negative or no number, or money is a float.
    """

    usd: Decimal | str | int | None = None
    tokens: int | None = None
    rounds: int | None = None

    def __attrs_post_init__(self) -> None:
        self.of(Budget(), "item")  # refuses what cannot be meant before anything is paid

    def of(self, budget: Budget, name: str) -> Budget:
        """Give the share of *budget* for one attempt by *name*."""
        return budget.child(name, usd=self.usd, tokens=self.tokens, rounds=self.rounds)


WHOLE = Share()
