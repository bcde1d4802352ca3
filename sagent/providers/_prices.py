"""What models cost and how long their windows are, as genai-prices knows it.

Its table comes with the package, and nothing here asks the network. The first question loads it,
which takes about 0.2 s and 15 MB: where such a pause would be felt, call `load_prices` in a thread
before.

A vendor is who sells the tokens, not who made the model: the same model costs otherwise elsewhere.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import httpx

from sagent.model import Usage
from sagent.providers._prices_override import VENDORS, WINDOWS

if TYPE_CHECKING:
    from genai_prices.data_snapshot import DataSnapshot
    from genai_prices.types import ModelInfo, Provider

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


def load_prices() -> None:
    """Load the table, from any thread."""
    _table()


def vendor_at(base_url: str) -> str:
    """Tell who sells the models that are served at *base_url*.

    The name is "" for a server of one's own, for whoever is unknown, and for who does not bill in
    dollars: they have no price.
    """
    host = httpx.URL(base_url).host
    if host in VENDORS:
        return VENDORS[host]
    try:
        return _table().find_provider(None, None, base_url).id
    except LookupError:
        return ""


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
        vendor: who sells it; see `vendor_at`.
        model_id: the model, as the vendor names it, with or without a date.
        usage: the call's tokens.
        when: when it was made, in UTC unless it says otherwise; None for now.

    Returns:
        US dollars; None where the price is not known, or *usage* contradicts itself.
    """
    from genai_prices import Usage as Counts  # noqa: PLC0415  # see the module

    found = _find(vendor, model_id)
    if found is None:
        return None
    model, seller = found
    try:
        counts = Counts(
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            cache_read_tokens=usage.cached_tokens,
            cache_write_tokens=usage.cache_write_tokens,
            cache_write_1h_tokens=usage.hour_cache_write_tokens,
        )
        calculation = model.calc_price(counts, seller, genai_request_timestamp=when)
    except ValueError:
        return None
    rates = calculation.model_price
    if rates.input_mtok is None or rates.output_mtok is None:
        return None
    if usage.hour_cache_write_tokens and rates.cache_write_1h_mtok is None:
        return None
    return calculation.total_price


def window_of(vendor: str, model_id: str) -> int | None:
    """Tell how many tokens request and answer may have together; None if that is not known.

    What the vendor's own list says (`ModelInfo.context_window`) is to be believed first.
    """
    found = _find(vendor, model_id)
    name = found[0].id if found is not None else _DATE.sub("", model_id)
    if known := WINDOWS.get((vendor, name)):
        return known.tokens
    return found[0].context_window if found is not None else None


def guess_window(model_id: str) -> int:
    """Guess the window of a model that nothing is known of but its name.

    The guess errs low for a family that is known, and is `GUESSED_WINDOW` for others; whoever goes
    by it should say so.
    """
    name = model_id.lower()
    return next((_FAMILIES[family] for family in _FAMILIES if family in name), GUESSED_WINDOW)


def _find(vendor: str, model_id: str) -> "tuple[ModelInfo, Provider] | None":
    """Find *model_id* as it is, else without the prefix by which some lists name it."""
    bare = model_id.removeprefix("models/").removeprefix(f"{vendor}/")
    for name in dict.fromkeys((model_id, bare)):
        try:
            seller, model = _table().find_provider_model(name, None, vendor, None)
        except LookupError:
            continue
        return (model, seller) if seller.id == vendor else None
    return None


def _table() -> "DataSnapshot":
    from genai_prices.data_snapshot import get_snapshot  # noqa: PLC0415  # see the module

    return get_snapshot()
