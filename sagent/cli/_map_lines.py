"""The lines of JSON that ``sagent map`` prints."""

import json
from collections.abc import Mapping

from sagent.budget import Amount
from sagent.lib.json import JsonValue
from sagent.team import Outcome


def outcome_line(outcome: Outcome[object, object]) -> str:
    """Tell what became of one item."""
    end = {"value": outcome.value} if outcome.ok else {"error": str(outcome.error)}
    return _line(
        {
            "item": str(outcome.item),
            "index": outcome.index,
            "ok": outcome.ok,
            **{name: str(text) for name, text in end.items()},
            "attempts": outcome.attempts,
            "from_journal": outcome.from_journal,
            "elapsed_s": round(outcome.elapsed_s, 3),
            **_spent(outcome.spent),
        }
    )


def reduced_line(text: str, levels: int, spent: Amount) -> str:
    """Tell what all items came to."""
    return _line({"reduced": text, "levels": levels, **_spent(spent)})


def error_line(error: Exception) -> str:
    """Tell why there is no result of all."""
    return _line({"error": str(error)})


def _spent(spent: Amount) -> dict[str, JsonValue]:
    cost = None if spent.unpriced_calls else f"{spent.usd:f}"
    return {"calls": spent.calls, "tokens": spent.tokens, "cost_usd": cost}


def _line(value: Mapping[str, JsonValue]) -> str:
    return json.dumps(value) + "\n"
