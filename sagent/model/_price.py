from datetime import datetime
from decimal import Context, Decimal
from typing import Protocol, TypeGuard, runtime_checkable

import attrs

from sagent.errors import UsageError
from sagent.model._response import Usage

_EXACT = Context(prec=60)
"""Of our own, since a program may have made its thread's context coarser."""
_PER_MILLION = -6


@runtime_checkable
class Priced(Protocol):
    """A model that can tell what its calls cost."""

    def price_usd(self, usage: Usage, *, when: datetime | None = None) -> Decimal | None:
        """Give what one call cost, in US dollars: zero if it is free, None if that is not known.

        Args:
            usage: the call's tokens.
            when: when it was made; None for now.
        """
        ...


def is_priced(model: object) -> TypeGuard[Priced]:
    """Tell whether *model* knows its price, in a hundredth of the time of `isinstance`."""
    return hasattr(model, "price_usd")


def _rate(value: Decimal | str | int) -> Decimal:
    try:
        rate = Decimal(value)
    except ArithmeticError:
        rate = Decimal("NaN")
    if isinstance(value, float) or not rate.is_finite() or rate < 0:
        raise UsageError(f'{value!r} is no price: write it like "2.50" or Decimal("2.50")')
    return rate


@attrs.frozen(kw_only=True)
class Price:
    """One rate for all calls, in US dollars for a million tokens; by default they are free.

    Attributes:
        input_per_mtok: for what is sent.
        output_per_mtok: for what is written.
        cached_per_mtok: for what is sent and comes from the cache; None for the input's price.

    Raises:
        UsageError: a rate is negative, or no number, or a float, which is not exact.
    """

    input_per_mtok: Decimal = attrs.field(default=Decimal(0), converter=_rate)
    output_per_mtok: Decimal = attrs.field(default=Decimal(0), converter=_rate)
    cached_per_mtok: Decimal | None = attrs.field(
        default=None, converter=attrs.converters.optional(_rate)
    )

    def of(self, usage: Usage) -> Decimal:
        """Give what a call of *usage* costs, in US dollars."""
        cached = self.input_per_mtok if self.cached_per_mtok is None else self.cached_per_mtok
        total = Decimal(0)
        for rate, tokens in (
            (self.input_per_mtok, usage.input_tokens - usage.cached_tokens),
            (cached, usage.cached_tokens),
            (self.output_per_mtok, usage.output_tokens),
        ):
            total = _EXACT.fma(rate, tokens, total)
        return _EXACT.scaleb(total, _PER_MILLION)
