"""The table that is shipped says what genai-prices says, or nothing."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from importlib.metadata import distribution
from itertools import chain, product
from typing import Any

import make_price_table
import pytest
from genai_prices import Usage as Counts
from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import (
    ModelInfo,
    ModelPrice,
    Provider,
    StartDateConstraint,
    TieredPrices,
    TimeOfDateConstraint,
)
from hypothesis import given
from hypothesis import strategies as st

from sagent.model import Usage
from sagent.providers._price_table import find_model
from sagent.providers._prices import price_usd
from sagent.providers._vendor import HOSTS

SHIPPED = json.loads(make_price_table.TABLE.read_bytes())
VENDORS = {vendor.id: vendor for vendor in get_snapshot().providers if vendor.id in HOSTS.values()}
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
A_MINUTE = timedelta(minutes=1)
WHAT_FOLLOWS = (
    *("-20260102", "-2026-01-02", "@20260102", "-05-20", "-09-2025", "-2501", "-001", "-v1:0"),
    *("-latest", "-preview", "-preview-05-20", "-fast", "-lite", "-pro", "-image", "-tts", "-1"),
)


type Row = Mapping[str, Any]  # as JSON has it


def rows_of(vendor: str) -> list[Row]:
    rows: list[Row] = SHIPPED["vendors"][vendor]
    return rows


def names_of(row: Row) -> list[str]:
    return [*row["names"], *row.get("prefixes", [])]


def first_name(row: Row) -> str:
    return whole(names_of(row)[0])


def whens_for(model: ModelInfo) -> Iterator[datetime]:
    """Give now, and the minutes around each time at which a price changes."""
    yield NOW
    for price in model.prices if isinstance(model.prices, list) else []:
        match price.constraint:
            case StartDateConstraint(start_date=day):
                starts = datetime(day.year, day.month, day.day, tzinfo=UTC)
                yield from (starts, starts - A_MINUTE)
            case TimeOfDateConstraint(start_time=start, end_time=end):
                for moment in (start, end):
                    starts = datetime.combine(NOW, moment)
                    yield from (starts, starts - A_MINUTE)
            case None:
                pass


def usages_for(rates: ModelPrice) -> Iterator[Usage]:
    """Give usages of all kinds, on both sides of each length at which a price changes."""
    tiers = {
        tier.start + over
        for rate in vars(rates).values()
        if isinstance(rate, TieredPrices)
        for tier in rate.tiers
        for over in (0, 1)
    }
    for tokens in (1_001, *tiers):
        yield Usage(input_tokens=tokens, output_tokens=77)
        yield Usage(
            input_tokens=tokens, cached_tokens=501, cache_write_tokens=301, output_tokens=7_777
        )
        if rates.cache_write_1h_mtok is not None:
            yield Usage(input_tokens=tokens, cache_write_tokens=99, hour_cache_write_tokens=55)


def price_there(vendor: Provider, model: ModelInfo, usage: Usage, when: datetime) -> Decimal:
    counts = Counts(
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cache_read_tokens=usage.cached_tokens,
        cache_write_tokens=usage.cache_write_tokens,
        cache_write_1h_tokens=usage.hour_cache_write_tokens,
    )
    return model.calc_price(counts, vendor, genai_request_timestamp=when).total_price


def answers_otherwise(name: str) -> bool:
    """Tell whether a model answers with sound or pictures, or always searches, by its *name*."""
    words = ("image", "audio", "live", "realtime", "omni", "banana", "search", "sonar")
    return any(word in name for word in words)


def test_the_table_is_as_old_as_genai_prices() -> None:
    told = {name: value for name, value in SHIPPED.items() if name not in {"made_on", "vendors"}}
    advice = f"the table is older than {make_price_table.source()}: {make_price_table.COMMAND}"

    assert told == make_price_table.source(), advice
    assert SHIPPED["vendors"] == make_price_table.vendors(), advice


def test_the_docs_say_how_old_it_is() -> None:
    docs = make_price_table.TABLE.parents[2] / "docs" / "providers.md"
    words = docs.read_text()

    assert SHIPPED["source"].partition(" ")[2] in words
    assert SHIPPED["made_on"] in words


def test_its_licence_comes_with_it() -> None:
    told = distribution("genai-prices").read_text("licenses/LICENSE")

    assert make_price_table.TABLE.with_suffix(".LICENSE").read_text() == told


def test_the_table_is_small() -> None:
    assert make_price_table.TABLE.stat().st_size < 200_000


@pytest.mark.parametrize("vendor", VENDORS.values(), ids=VENDORS)
def test_every_model_costs_what_genai_prices_says(vendor: Provider) -> None:
    names = {*(model.id for model in vendor.models), *map(first_name, rows_of(vendor.id))}
    known = {name: model for name in names if (model := vendor.find_model(name))}
    for name, model in known.items():
        for when in whens_for(model):
            rates = model.get_prices(when)
            for usage in usages_for(rates):
                ours = price_usd(vendor.id, name, usage, when=when)

                if ours is None:
                    untold = rates.input_mtok is None or rates.output_mtok is None
                    assert untold or answers_otherwise(model.id), name
                else:
                    assert ours == price_there(vendor, model, usage, when), (name, usage, when)


@pytest.mark.parametrize("vendor", VENDORS.values(), ids=VENDORS)
def test_every_model_has_the_window_that_genai_prices_says(vendor: Provider) -> None:
    for model in vendor.models:
        ours = find_model(vendor.id, model.id)
        theirs = vendor.find_model(model.id)

        assert ours is None or ours.window == (theirs and theirs.context_window), model.id


@pytest.mark.parametrize("vendor", VENDORS.values(), ids=VENDORS)
def test_a_name_is_the_same_models_as_in_genai_prices_or_nobodys(vendor: Provider) -> None:
    for row in rows_of(vendor.id):
        for name in (*row["names"], *map("".join, product(row.get("prefixes", []), WHAT_FOLLOWS))):
            assert_nobody_elses(vendor, name)


@given(
    st.data(),
    st.sampled_from(sorted(VENDORS)),
    st.text("-@.:/0123459acdefilmnoprstuvw", max_size=14),
)
def test_whatever_follows_a_name_it_is_the_same_models_or_nobodys(
    data: st.DataObject, vendor: str, rest: str
) -> None:
    name = data.draw(st.sampled_from([*chain.from_iterable(map(names_of, rows_of(vendor)))]))

    assert_nobody_elses(VENDORS[vendor], name + rest)


def assert_nobody_elses(vendor: Provider, name: str) -> None:
    ours = find_model(vendor.id, name)
    if ours is not None:
        spellings = (name, name.removeprefix(f"{vendor.id}/"), make_compact(name))
        theirs = vendor.find_model(whole(ours.name))
        assert theirs is not None
        assert any(vendor.find_model(spelling) is theirs for spelling in spellings), name


def whole(name: str) -> str:
    """End a name of which only the beginning is known, up to a date."""
    return f"{name}08-06" if name.endswith("-") else name


def make_compact(name: str) -> str:
    """Write a date at the end of *name* as eight digits."""
    return name[:-10] + name[-10:].replace("-", "")
