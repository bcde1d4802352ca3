"""Numbers that a key of the config may hold."""

import re
from decimal import Decimal
from pathlib import Path

import attrs

from sagent.cli._config.kinds import Schema, WrongValueError, wrong_kind

_MOST = 10**15
_MOST_PLACES = 12
"""Behind the point. What is written out, as amounts of money are, would else fill memory."""
_MOST_DIGITS = 18


@attrs.frozen
class Whole:
    """A count of at least 1."""

    @property
    def schema(self) -> Schema:
        """An integer."""
        return {"type": "integer", "minimum": 1, "maximum": _MOST}

    def read(self, value: object, base: Path) -> int:
        """Give the count."""
        del base
        if isinstance(value, bool) or not isinstance(value, int):
            raise wrong_kind(value, "a whole number")
        if value > _MOST:
            raise _too_large()
        if value < 1:
            raise WrongValueError(f"cannot be {value}: take at least 1")
        return value

    def from_text(self, text: str) -> object:
        """Read digits."""
        is_count = text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS
        return int(text) if is_count else text


@attrs.frozen
class Number:
    """An amount, as exact as it is written."""

    may_be_zero: bool = True

    @property
    def schema(self) -> Schema:
        """A number from 0."""
        least = "minimum" if self.may_be_zero else "exclusiveMinimum"
        return {"type": "number", least: 0, "maximum": _MOST}

    def read(self, value: object, base: Path) -> Decimal:
        """Give the amount."""
        del base
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise wrong_kind(value, "a number")
        number = Decimal(value)
        if not number.is_finite() or number < 0 or not (number or self.may_be_zero):
            least = "at least 0" if self.may_be_zero else "more than 0"
            raise WrongValueError(f"cannot be {value}: take {least}")
        if number > _MOST:
            raise _too_large()
        if int(number.as_tuple().exponent) < -_MOST_PLACES:
            raise WrongValueError(
                f"is too exact: take {_MOST_PLACES} digits after the point at most"
            )
        return number

    def from_text(self, text: str) -> object:
        """Read digits and a point."""
        return Decimal(text) if re.fullmatch(r"[0-9]+(\.[0-9]+)?|\.[0-9]+", text) else text


def _too_large() -> WrongValueError:
    return WrongValueError(f"is too large: take at most {_MOST:,}")
