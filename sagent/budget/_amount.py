"""Amounts of money, tokens and calls, which add up exactly."""

from decimal import ROUND_CEILING, Context, Decimal

import attrs

_EXACT = Context(prec=60, rounding=ROUND_CEILING)
"""Of our own, since a program may have made its thread's context coarser."""
_FINEST_USD = Decimal("1E-12")


def exact_usd(usd: Decimal) -> Decimal:
    """Give *usd* to a millionth of a millionth of a dollar; what is finer is rounded up.

    So sums of it are exact, however many they are.
    """
    coarse = _EXACT.quantize(usd, _FINEST_USD)
    return usd if usd == coarse else coarse


def shown_usd(usd: Decimal) -> str:
    """Write *usd* for people: to the cent, and finer where it is finer, but never rounded."""
    whole, _, fraction = f"{usd:f}".partition(".")
    return f"${whole}.{fraction.rstrip('0'):0<2}"


@attrs.frozen(kw_only=True)
class Amount:
    """What calls took, or may take.

    Attributes:
        usd: US dollars, of the calls whose price is known.
        tokens: all that was sent, cached or not, and all that was written.
        calls: how many calls of a model.
        unpriced_calls: how many of them had no known price, so that *usd* is too low by theirs.
    """

    usd: Decimal = Decimal(0)
    tokens: int = 0
    calls: int = 0
    unpriced_calls: int = 0

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(
            usd=_EXACT.add(self.usd, other.usd),
            tokens=self.tokens + other.tokens,
            calls=self.calls + other.calls,
            unpriced_calls=self.unpriced_calls + other.unpriced_calls,
        )

    def __sub__(self, other: "Amount") -> "Amount":
        return Amount(
            usd=_EXACT.subtract(self.usd, other.usd),
            tokens=self.tokens - other.tokens,
            calls=self.calls - other.calls,
            unpriced_calls=self.unpriced_calls - other.unpriced_calls,
        )


@attrs.frozen(kw_only=True)
class Remaining:
    """What may still be reserved; None where there is no limit.

    Attributes:
        usd: money, in US dollars.
        tokens: of requests and answers together.
        calls: of a model.
    """

    usd: Decimal | None = None
    tokens: int | None = None
    calls: int | None = None


UNLIMITED = Remaining()
