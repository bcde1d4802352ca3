"""Make the table of prices and windows that sagent ships, from the installed genai-prices.

    .venv/bin/uv run python scripts/make_price_table.py

Of each vendor in `HOSTS` it takes over what a conversation by text and images costs, and under
which names a model is known. Left out are batches and other tiers, and the prices of models whose
calls cost more than tokens tell: those that answer with sound or pictures, or always search.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time
from decimal import Decimal
from importlib.metadata import version
from itertools import chain
from pathlib import Path

from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import (
    ClauseAnd,
    ClauseContains,
    ClauseEndsWith,
    ClauseEquals,
    ClauseOr,
    ClauseRegex,
    ClauseStartsWith,
    ConditionalPrice,
    MatchLogic,
    ModelInfo,
    ModelPrice,
    Provider,
    StartDateConstraint,
    TieredPrices,
    TimeOfDateConstraint,
)

from sagent.lib.json import JsonValue
from sagent.providers._vendor import HOSTS

TABLE = Path(__file__).parent.parent / "sagent" / "providers" / "_price_table.json"
COMMAND = ".venv/bin/uv run python scripts/make_price_table.py"

RATES: Mapping[str, str] = {
    "input_mtok": "in",
    "output_mtok": "out",
    "cache_read_mtok": "cached",
    "cache_write_mtok": "written",
    "cache_write_1h_mtok": "hour",
}
UNUSED = frozenset(
    {
        "audio_hours",
        "cache_audio_read_mtok",
        "input_audio_hours",
        "input_audio_mtok",
        "storage_searches_kcount",
        "web_searches_kcount",
    }
)
"""What sagent's requests do not have: sound, and tools of the vendor's."""
SEARCHES = re.compile(r"-search|deep-research|sonar")
"""The names of models that always search, which is paid for by the search."""
TRIED: Mapping[str, str] = {
    "-20991231": "-20",
    "-2099-12-31": "-20",
    "@20991231": "@20",
    "-001": "-0",
}
"""A day and a version that no name has, in each way to write it; and how the like begin."""


def main() -> None:
    """Write the table."""
    made_on = datetime.now(UTC).date().isoformat()
    TABLE.write_text(text_of({**source(), "made_on": made_on}, vendors()), encoding="utf-8")
    print(f"{TABLE}: {TABLE.stat().st_size:,} bytes")


def source() -> dict[str, JsonValue]:
    """Say what the table is made from."""
    return {"source": f"genai-prices {version('genai-prices')}"}


def vendors() -> dict[str, list[dict[str, JsonValue]]]:
    """Give the models of every vendor that a host is known of."""
    sold = set(HOSTS.values())
    return {
        vendor.id: [row for model in vendor.models if (row := _row(vendor, model))]
        for vendor in get_snapshot().providers
        if vendor.id in sold
    }


def text_of(head: Mapping[str, JsonValue], models: Mapping[str, list[dict[str, JsonValue]]]) -> str:
    """Write the table with a line for each model, so that its changes can be read."""
    told = "".join(f'"{name}": {json.dumps(value)},\n' for name, value in head.items())
    lists = ",\n".join(
        f'"{vendor}": [\n{",\n".join(json.dumps(row, separators=(",", ":")) for row in rows)}\n]'
        for vendor, rows in models.items()
    )
    return f'{{\n{told}"vendors": {{\n{lists}\n}}\n}}\n'


def _row(vendor: Provider, model: ModelInfo) -> dict[str, JsonValue] | None:
    prices = _prices(model)
    if not prices and not model.context_window:
        return None
    names, prefixes = _names(vendor, model)
    row: dict[str, JsonValue] = {"names": [*names]}
    if prefixes:
        row["prefixes"] = [*prefixes]
    if model.context_window:
        row["window"] = model.context_window
    if prices:
        row["prices"] = prices
    return row


def _names(vendor: Provider, model: ModelInfo) -> tuple[list[str], list[str]]:
    """Give the names that *model* is known by, its own first, and how they may begin.

    What follows a beginning has to be a date or the like, see `sagent.providers._price_table`.
    """
    texts = defaultdict[type, list[str]](list)
    for kind, text in _texts(model.match):
        texts[kind].append(text)
    named = [model.id, *texts[ClauseEquals], *texts[ClauseContains], *texts[ClauseEndsWith]]
    names = [name.lower() for name in named if vendor.find_model(name) is model]
    begun = [text.lower() for text in (*texts[ClauseStartsWith], *texts[ClauseContains])]
    dated = [
        name + beginning
        for name in (names if texts[ClauseRegex] else [])
        for end, beginning in TRIED.items()
        if not name.startswith(tuple(begun)) and vendor.find_model(name + end) is model
    ]
    return list(dict.fromkeys(names)), list(dict.fromkeys(begun + dated))


def _texts(logic: MatchLogic) -> Iterator[tuple[type, str]]:
    match logic:
        case ClauseOr(or_=clauses) | ClauseAnd(and_=clauses):
            yield from chain.from_iterable(map(_texts, clauses))
        case ClauseEquals(equals=text):
            yield ClauseEquals, text
        case ClauseStartsWith(starts_with=text):
            yield ClauseStartsWith, text
        case ClauseContains(contains=text):
            yield ClauseContains, text
        case ClauseEndsWith(ends_with=text):
            yield ClauseEndsWith, text
        case ClauseRegex(regex=text):
            yield ClauseRegex, text


def _prices(model: ModelInfo) -> list[JsonValue]:
    """Give *model*'s prices in the order of genai-prices: the last that holds counts."""
    given = (
        model.prices if isinstance(model.prices, list) else [ConditionalPrice(prices=model.prices)]
    )
    if SEARCHES.search(model.id.lower()) or any(_beyond_tokens(price.prices) for price in given):
        return []
    prices = [{**_span(price), **_rates(price.prices)} for price in given]
    return [*prices] if any({"in", "out"} <= price.keys() for price in prices) else []


def _beyond_tokens(price: ModelPrice) -> bool:
    told = {name for name, value in vars(price).items() if value is not None}
    return bool(told - RATES.keys() - UNUSED)


def _span(price: ConditionalPrice) -> dict[str, JsonValue]:
    match price.constraint:
        case None:
            return {}
        case StartDateConstraint(start_date=day):
            return {"from": day.isoformat()}
        case TimeOfDateConstraint(start_time=start, end_time=end):
            return {"between": [_utc(start), _utc(end)]}


def _utc(moment: time) -> str:
    if moment.utcoffset():
        raise ValueError(f"{moment} is not in UTC: convert it")
    return f"{moment:%H:%M:%S}"


def _rates(price: ModelPrice) -> dict[str, JsonValue]:
    return {
        name: _rate(rate)
        for key, name in RATES.items()
        if (rate := getattr(price, key)) is not None
    }


def _rate(rate: Decimal | TieredPrices) -> JsonValue:
    """Give the dollars for a million tokens, if need be for requests of more than so many."""
    if isinstance(rate, Decimal):
        return str(rate)
    tiers: list[JsonValue] = [[tier.start, str(tier.price)] for tier in rate.tiers]
    return [[0, str(rate.base)], *tiers]


if __name__ == "__main__":
    main()
