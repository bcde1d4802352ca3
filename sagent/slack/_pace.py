"""How fast Slack lets itself be talked to, and how long is waited after trouble."""

from collections.abc import Mapping
from typing import Literal

import attrs

type Tier = Literal["posts", "updates", "others"]
"""What a method counts as; see `TIERS`."""

_BACKOFF_FIRST_S = 1.0
BACKOFF_MOST_S = 60.0


@attrs.frozen
class Pace:
    """A bucket of calls: one more every *period_s*, and *burst* of them at most.

    Attributes:
        period_s: how long one call is paid off.
        burst: how many may be made at once.
        clear_at_s: when all calls that were made are paid off.
    """

    period_s: float
    burst: int = 1
    clear_at_s: float = float("-inf")

    def wait_s(self, now_s: float) -> float:
        """Tell how long the next call has to wait."""
        return max(0.0, self.clear_at_s - (self.burst - 1) * self.period_s - now_s)

    def spent(self, now_s: float) -> "Pace":
        """Count a call that is made now."""
        return attrs.evolve(self, clear_at_s=max(self.clear_at_s, now_s) + self.period_s)

    def held(self, until_s: float) -> "Pace":
        """Let nothing through until then: Slack has said so."""
        clear = until_s + (self.burst - 1) * self.period_s
        return attrs.evolve(self, clear_at_s=max(self.clear_at_s, clear))


CHANNEL = Pace(period_s=1.0)
"""A message a second to one channel (https://docs.slack.dev/apis/web-api/rate-limits)."""

TIERS: Mapping[Tier, Pace] = {
    "posts": Pace(period_s=0.25, burst=20),  # several hundred a minute in all channels
    "updates": Pace(period_s=1.2, burst=10),  # tier 3: 50 a minute
    "others": Pace(period_s=1.2, burst=20),  # tiers 2 to 4, of which few are used here
}


def backoff_s(attempt: int, chance: float) -> float:
    """Tell how long to wait before attempt number *attempt*, the first retry being 1.

    Args:
        attempt: how often it was tried.
        chance: from 0 to 1; the wait is that part of its second half.
    """
    doublings = min(max(attempt, 1) - 1, 10)
    whole = min(_BACKOFF_FIRST_S * (1 << doublings), BACKOFF_MOST_S)
    return whole * (0.5 + chance / 2)
