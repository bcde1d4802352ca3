"""What a file of an agent may say about what its agent may take."""

from decimal import Decimal

import attrs

from sagent.budget import Budget
from sagent.errors import UsageError
from sagent.prompt._front_matter import FrontMatter

_MOST_DIGITS = 18
"""More than anyone means, and less than Python refuses to read."""


@attrs.frozen(kw_only=True)
class FileLimits:
    """What an agent may take; None for what is not limited.

    Attributes:
        max_tool_call_rounds: how often its model may be asked in one run.
        max_depth: how many levels of agents there may be below it; 0 for none.
        max_budget_usd: US dollars, of it and all below it, as the two that follow.
        max_budget_tokens: sent and received.
        max_budget_seconds: of wall time.
    """

    max_tool_call_rounds: int | None = None
    max_depth: int | None = None
    max_budget_usd: Decimal | None = None
    max_budget_tokens: int | None = None
    max_budget_seconds: float | None = None

    @classmethod
    def of(cls, matter: FrontMatter) -> "FileLimits":
        """Read the limits, which go by the same names as here.

        Raises:
            UsageError: one cannot be meant.
        """
        return cls(
            max_tool_call_rounds=_count(matter, "max_tool_call_rounds", least=1),
            max_depth=_count(matter, "max_depth", least=0),
            max_budget_usd=_decimal(matter, "max_budget_usd"),
            max_budget_tokens=_count(matter, "max_budget_tokens", least=1),
            max_budget_seconds=_seconds(matter, "max_budget_seconds"),
        )

    def budget(self, name: str, *, above: Budget | None = None) -> Budget | None:
        """Make the budget that these limits ask for, as a share of *above* where there is one.

        Args:
            name: whose it is.
            above: what binds it, too; with no limit here, it is what there is.
        """
        usd, tokens = self.max_budget_usd, self.max_budget_tokens
        seconds = self.max_budget_seconds
        if usd is None and tokens is None and seconds is None:
            return above
        if above is not None:
            return above.child(name, usd=usd, tokens=tokens, seconds=seconds)
        return Budget(usd=usd, tokens=tokens, seconds=seconds, name=name)


def _count(matter: FrontMatter, name: str, *, least: int) -> int | None:
    text = _text(matter, name)
    if not text:
        return None
    if not _is_digits(text) or int(text) < least:
        raise UsageError(f"its {name} {text[:40]!r} is no whole number of at least {least}")
    return int(text)


def _decimal(matter: FrontMatter, name: str) -> Decimal | None:
    text = _text(matter, name)
    if not text:
        return None
    if not _is_digits(text.replace(".", "", 1)):
        raise UsageError(f"its {name} {text[:40]!r} is no number: write it like 2.50")
    return Decimal(text)


def _seconds(matter: FrontMatter, name: str) -> float | None:
    seconds = _decimal(matter, name)
    if seconds is not None and not 0 < float(seconds) < float("inf"):
        raise UsageError(f"its {name} is no time: write it like 90")
    return None if seconds is None else float(seconds)


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS


def _text(matter: FrontMatter, name: str) -> str:
    if isinstance(matter.fields.get(name, ""), tuple):
        raise UsageError(f"its {name} is a list: give one value")
    return matter.text(name)
