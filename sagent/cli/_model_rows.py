"""Models in lines: for people and for programs."""

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal

from sagent.cli._model_offer import Offer, Shelf
from sagent.terminal import one_line

_HEADS = ("MODEL", "WINDOW", "OUTPUT", "$ IN", "$ OUT", "TAKES", "EFFORT")
_UNITS = ((1_000_000, "M"), (1_000, "k"))
_KINDS = (("image/", "images"), ("application/pdf", "PDFs"))


def shelf_rows(shelf: Shelf) -> Iterator[str]:
    """Give a line that says whose the models are, and a line for each."""
    yield f"{shelf.provider} ({_readiness(shelf)})"
    cells = [_HEADS, *map(_cells, shelf.offers)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        yield f"  {_aligned(row, widths)}".rstrip()


def json_rows(shelf: Shelf) -> Iterator[str]:
    """Give an object a line; money is a decimal number in a string."""
    for offer in shelf.offers:
        told = {
            "provider": offer.provider,
            "model_id": offer.model_id,
            "context_window": offer.context_window,
            "max_output_tokens": offer.max_output_tokens,
            "input_usd_per_million": _decimal(offer.input_usd),
            "output_usd_per_million": _decimal(offer.output_usd),
            "tools": offer.tools,
            "media_types": sorted(offer.media_types),
            "efforts": list(offer.efforts),
            "key_variables": list(shelf.key_variables),
            "is_ready": shelf.is_ready,
        }
        yield json.dumps(told)


def _readiness(shelf: Shelf) -> str:
    if not shelf.key_variables:
        return "ready, without a key" if shelf.is_ready else "not installed: see sagent doctor"
    return "ready" if shelf.is_ready else f"needs {' or '.join(shelf.key_variables)}"


def _cells(offer: Offer) -> tuple[str, ...]:
    looks = [kind for mark, kind in _KINDS if any(t.startswith(mark) for t in offer.media_types)]
    return (
        one_line(offer.model_id),
        _tokens(offer.context_window),
        _tokens(offer.max_output_tokens),
        _usd(offer.input_usd),
        _usd(offer.output_usd),
        ", ".join(looks),
        _efforts(offer.efforts),
    )


def _efforts(efforts: Sequence[str]) -> str:
    return efforts[0] if len(efforts) == 1 else f"{efforts[0]}..{efforts[-1]}" if efforts else ""


def _tokens(count: int | None) -> str:
    if count is None:
        return ""
    for size, unit in _UNITS:
        if count >= size:
            return f"{count / size:.3g}{unit}"
    return str(count)


def _usd(amount: Decimal | None) -> str:
    if amount is None:
        return ""
    return f"{amount:.2f}" if amount == round(amount, 2) else f"{amount.normalize():f}"


def _decimal(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:f}"


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    name, *numbers, looks, effort = row
    wide, *narrow, wider, _ = widths
    told = [f"{name:<{wide}}", *(f"{n:>{w}}" for n, w in zip(numbers, narrow, strict=True))]
    return "  ".join([*told, f"{looks:<{wider}}", effort])
