"""What models cost and how long their windows are, of those that the table knows.

Nothing here asks the network. A vendor is who sells the tokens, not who made the model: the same
model costs otherwise elsewhere.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Context, Decimal
from typing import TYPE_CHECKING

from sagent.model import Usage

if TYPE_CHECKING:
    from sagent.providers._price_table import KnownModel

_EXACT = Context(prec=60)
"""Of our own, since a program may have made its thread's context coarser."""
_MILLION = Decimal(1_000_000)
GUESSED_WINDOW = 128_000
_FAMILIES: Mapping[str, int] = {
    "claude": 200_000,
    "gemini": 1_048_576,
    "gpt-5": 400_000,
    "gpt-6": 1_050_000,
    "kimi-k3": 1_048_576,
    "kimi": 262_144,
    "minimax-m3": 1_000_000,
    "minimax": 204_800,
    "qwen3.": 262_144,
    "qwen2": 32_768,
}
"""The smallest window among a family's models that were sold in November 2026."""
_DATE = re.compile(r"-20\d\d-?\d\d-?\d\d$")


def price_usd(
    vendor: str,
    model_id: str,
    usage: Usage,
    *,
    when: datetime | None = None,
) -> Decimal | None:
    """Give the price of one call, at the vendor's standard rate: no batch, no faster tier.

    Usage that was summed over calls has no right price here, since a longer request may cost more
    for each token.

    Args:
        vendor: who sells it; see `sagent.providers._vendor`.
        model_id: the model, as the vendor names it, with or without a date.
        usage: the call's tokens.
        when: when it was made, in UTC unless it says otherwise; None for now.

    Returns:
        US dollars; None where the price is not known, or *usage* contradicts itself.
    """
    model = _find(vendor, model_id)
    if model is None:
        return None
    counts = _counts(usage)
    if min(counts.values()) < 0:
        return None
    rates = model.rates(when or datetime.now(UTC), input_tokens=usage.input_tokens)
    if "in" not in rates or "out" not in rates or (counts["hour"] and "hour" not in rates):
        return None
    total = Decimal(0)
    for name, tokens in counts.items():
        total = _EXACT.fma(rates.get(name, rates["in"]), tokens, total)
    return _EXACT.divide(total, _MILLION)


def usual_rates(
    vendor: str, model_id: str, *, when: datetime | None = None
) -> tuple[Decimal, Decimal] | None:
    """Give what a million tokens cost that are sent, and that are written, in US dollars.

    The rates are those of a short request that hits no cache; None where they are not known.
    """
    model = _find(vendor, model_id)
    if model is None:
        return None
    rates = model.rates(when or datetime.now(UTC), input_tokens=1)
    return (rates["in"], rates["out"]) if "in" in rates and "out" in rates else None


def window_of(vendor: str, model_id: str) -> int | None:
    """Tell how many tokens request and answer may have together; None if that is not known.

    What the vendor's own list says (`ModelInfo.context_window`) is to be believed first.
    """
    if not vendor:
        return None
    from sagent.providers._prices_override import WINDOWS  # noqa: PLC0415  # see _find

    found = _find(vendor, model_id)
    name = found.name if found else _DATE.sub("", model_id)
    if known := WINDOWS.get((vendor, name)):
        return known.tokens
    return found.window if found else None


def guess_window(model_id: str) -> int:
    """Guess the window of a model that nothing is known of but its name.

    The guess errs low for a family that is known, and is `GUESSED_WINDOW` for others; whoever goes
    by it should say so.
    """
    name = model_id.lower()
    return next((_FAMILIES[family] for family in _FAMILIES if family in name), GUESSED_WINDOW)


def _find(vendor: str, model_id: str) -> "KnownModel | None":
    """Find a model in the table, which nobody needs who sells nothing."""
    if not vendor:
        return None
    from sagent.providers._price_table import find_model  # noqa: PLC0415  # see above

    return find_model(vendor, model_id)


def _counts(usage: Usage) -> Mapping[str, int]:
    """Part *usage* by what its tokens cost; a number below zero contradicts another."""
    return {
        "in": usage.input_tokens - usage.cached_tokens - usage.cache_write_tokens,
        "cached": usage.cached_tokens,
        "written": usage.cache_write_tokens - usage.hour_cache_write_tokens,
        "hour": usage.hour_cache_write_tokens,
        "out": usage.output_tokens,
    }
