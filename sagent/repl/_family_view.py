"""The agents at work below the one that a person talks to, as the screen is told of them."""

from decimal import Decimal

import attrs

from sagent.repl._figures import figures


@attrs.frozen(kw_only=True)
class FamilyRow:
    """An agent at work.

    Attributes:
        depth: how many of those above it are shown, too.
        name: by which it is reached.
        doing: what it does now, in a few words.
        elapsed_s: for how long it has been at work.
        tokens: what it has sent and received.
        cost_usd: what that cost, in US dollars.
    """

    depth: int = 0
    name: str
    doing: str
    elapsed_s: float
    tokens: int = 0
    cost_usd: Decimal = Decimal(0)

    @property
    def figures(self) -> str:
        """How long it has taken, and how much."""
        return figures(self.elapsed_s, self.tokens, self.cost_usd)


@attrs.frozen(kw_only=True)
class FamilyView:
    """Those at work, parents before their children.

    Attributes:
        rows: the first of them.
        hidden: how many there are besides.
    """

    rows: tuple[FamilyRow, ...] = ()
    hidden: int = 0
