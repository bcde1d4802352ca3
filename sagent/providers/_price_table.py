"""The table of models that comes with the package: their names, windows and rates.

It is made by ``scripts/make_price_table.py`` from genai-prices, which is better at keeping it than
we would be, but takes a fifth of a second and 15 MB to load. Ours takes a few milliseconds.

A model is found by one of its names as it stands. Of some models the table has beginnings of names,
too: then a date, a version's number, ``-preview`` or ``-latest`` may follow, and nothing else, for
``-fast``, ``-lite`` or ``-image`` make another model of it.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Literal, NotRequired, TypedDict

import attrs

from sagent.providers._prices_override import VERSIONS

type _RateName = Literal["in", "out", "cached", "written", "hour"]
type Rate = str | Sequence[tuple[int, str]]
"""Dollars for a million tokens: one rate, or each for requests of more tokens than a number."""

_PATH = Path(__file__).with_name("_price_table.json")
_MONTH, _DAY = r"(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12]\d|3[01])"
_DATE = (
    rf"(?:[-@]20\d\d{_MONTH}{_DAY}|-20\d\d-{_MONTH}-{_DAY}|-{_MONTH}-20\d\d|-{_MONTH}-{_DAY}"
    r"|-(?!20)\d{4})"
)
_VERSION = r"(?:[-@](?!20)\d{3}|-v\d(?::\d)?)"
_MAY_FOLLOW = re.compile(rf"[-@]latest|(?:-preview)?(?:{_DATE}|{_VERSION})?")
_OPEN_END = re.compile(r"[-@](?:0|20\d?\d?-?)?$")
"""A beginning may end amid the date or the version that is to follow."""
_COMPACT_DATE = re.compile(rf"-(20\d\d)({_MONTH})({_DAY})$")
_TUNED = re.compile(r"(ft:[^:]+):.*")
"""OpenAI names a fine-tuned model ``ft:BASE:ORGANISATION:NAME:ID``."""


class _Row(TypedDict):
    names: list[str]
    prefixes: NotRequired[list[str]]
    window: NotRequired[int]
    prices: NotRequired[list["_PriceRow"]]


# The keys "from" and "in" are no names that a class can have.
_PriceRow = TypedDict(
    "_PriceRow",
    {
        "from": NotRequired[str],
        "between": NotRequired[tuple[str, str]],
        "in": NotRequired[Rate],
        "out": NotRequired[Rate],
        "cached": NotRequired[Rate],
        "written": NotRequired[Rate],
        "hour": NotRequired[Rate],
    },
)


class _Table(TypedDict):
    source: str
    made_on: str
    vendors: Mapping[str, list[_Row]]


@attrs.frozen(eq=False)
class KnownModel:
    """A model of the table."""

    _row: _Row

    @property
    def name(self) -> str:
        """Its first name, or how that begins, in small letters."""
        return (*self._row["names"], *self._row.get("prefixes", []))[0]

    @property
    def window(self) -> int | None:
        """How many tokens request and answer may have together; None if that is not known."""
        return self._row.get("window")

    def rates(self, when: datetime, *, input_tokens: int) -> Mapping[str, Decimal]:
        """Give the dollars for a million tokens of a request of *input_tokens*, at some time.

        The names are those of the table: "in" and "out" for what is sent and written, "cached" and
        "written" for what comes from the cache and goes into it, "hour" for what stays there.
        """
        prices = self._row.get("prices", [])
        if not prices:
            return {}
        # Of those that hold, the last one does; if none holds, the first one.
        price = next((price for price in reversed(prices) if _holds(price, when)), prices[0])
        names: tuple[_RateName, ...] = ("in", "out", "cached", "written", "hour")
        told: Mapping[_RateName, Rate | None] = {name: price.get(name) for name in names}
        return {name: _at(rate, input_tokens) for name, rate in told.items() if rate is not None}


def find_model(vendor: str, model_id: str) -> KnownModel | None:
    """Find a model as *vendor* names it, with or without the prefix by which some lists do."""
    models = _models_of(vendor)
    for name in _spellings(vendor, model_id.lower()):
        if found := models.find(name):
            return found
    return None


def models_of(vendor: str) -> tuple[KnownModel, ...]:
    """List the models that *vendor* sells, by their names, each once."""
    models = dict.fromkeys(_models_of(vendor).names.values())
    return tuple(sorted(models, key=lambda model: model.name))


def model_names() -> Iterator[str]:
    """Give the names of all models of all vendors, some more than once."""
    table: _Table = json.loads(_PATH.read_bytes())
    for rows in table["vendors"].values():
        for row in rows:
            yield from row["names"]


def _spellings(vendor: str, name: str) -> Iterator[str]:
    bare = _TUNED.sub(r"\1", name.removeprefix("models/").removeprefix(f"{vendor}/"))
    if version := VERSIONS.get((vendor, bare)):
        bare = version.model
    for spelling in dict.fromkeys((name, bare)):
        yield spelling
        yield _COMPACT_DATE.sub(r"-\1-\2-\3", spelling)


@attrs.frozen
class _Models:
    names: Mapping[str, KnownModel]
    prefixes: Sequence[tuple[str, KnownModel]]

    def find(self, name: str) -> KnownModel | None:
        if found := self.names.get(name):
            return found
        for prefix, model in self.prefixes:
            known = len(_OPEN_END.sub("", prefix))
            if name.startswith(prefix) and _MAY_FOLLOW.fullmatch(name, known):
                return model
        return None


@cache
def _models_of(vendor: str) -> _Models:
    """Read the models of one vendor; of the others nothing is kept."""
    table: _Table = json.loads(_PATH.read_bytes())
    rows = table["vendors"].get(vendor, [])
    models = [(KnownModel(row), row) for row in rows]
    return _Models(
        names={name: model for model, row in reversed(models) for name in row["names"]},
        prefixes=[(prefix, model) for model, row in models for prefix in row.get("prefixes", [])],
    )


def _holds(price: _PriceRow, when: datetime) -> bool:
    """Tell whether *price* holds at *when*, which is in UTC unless it says otherwise."""
    moment = when.astimezone(UTC) if when.tzinfo else when
    if "from" in price:
        return moment.date() >= date.fromisoformat(price["from"])
    if "between" in price:
        start, end = map(time.fromisoformat, price["between"])
        now = moment.time()
        return start <= now < end if start <= end else now >= start or now < end
    return True


def _at(rate: Rate, input_tokens: int) -> Decimal:
    if isinstance(rate, str):
        return Decimal(rate)
    prices = [price for start, price in rate if input_tokens > start]
    return Decimal(prices[-1] if prices else rate[0][1])
