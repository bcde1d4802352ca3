"""Times and numbers in few characters."""

from decimal import Decimal

from sagent.terminal import cost


def thousands(tokens: int) -> str:
    """Write a number of tokens in few characters."""
    return str(tokens) if tokens < 1000 else f"{tokens / 1000:.0f}k"  # noqa: PLR2004  # 1k


def duration(seconds: float) -> str:
    """Write how long something took, in the two largest units."""
    minutes, rest_s = divmod(int(seconds), 60)
    if not minutes:
        return f"{rest_s}s"
    hours, rest = divmod(minutes, 60)
    return f"{hours} hr {rest} min" if hours else f"{minutes} min {rest_s} s"


def figures(elapsed_s: float, tokens: int, cost_usd: Decimal) -> str:
    """Write how long something took, and how much, without what is nothing."""
    words = [
        duration(elapsed_s),
        f"{thousands(tokens)} tokens" if tokens else "",
        cost(cost_usd),
    ]
    return " · ".join(filter(None, words))
