from collections.abc import Mapping, Sequence

import attrs

from sagent.lib.json import JSON
from sagent.tools._refusal import Refusal

_MOST = 2**53
"""More than any file has lines; itertools and slices take it everywhere."""


@attrs.frozen
class Arguments:
    """A directive, read with types; null counts as left out.

    Each method raises `Refusal` for a value of another type, which validation would have found.
    """

    _directive: Mapping[str, JSON]

    def text(self, name: str, default: str | None = None) -> str:
        """Give the string under *name*; without a *default* it must be there."""
        value = self._value(name, default)
        if not isinstance(value, str):
            raise Refusal(f"{name} must be a string")
        return value

    def optional_text(self, name: str) -> str | None:
        """Give the string under *name*, or None for one that is left out or empty."""
        return self.text(name, "") or None

    def texts(self, name: str) -> tuple[str, ...]:
        """Give the strings of the list under *name*; none if it is left out."""
        value = self._value(name, ())
        if isinstance(value, str) or not isinstance(value, Sequence):
            raise Refusal(f"{name} must be a list of strings")
        texts = tuple(one for one in value if isinstance(one, str))
        if len(texts) != len(value):
            raise Refusal(f"{name} must be a list of strings")
        return texts

    def optional_texts(self, name: str) -> tuple[str, ...] | None:
        """Give the strings of the list under *name*, or None if it is left out."""
        return None if self._directive.get(name) is None else self.texts(name)

    def count(self, name: str, default: int | None = None, *, least: int = 0) -> int:
        """Give the whole number under *name*; one that no machine could count to is lowered."""
        value = self._value(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1:
            raise Refusal(f"{name} must be a whole number")
        if value < least:
            raise Refusal(f"{name} must be at least {least}")
        return int(min(value, _MOST))

    def optional_count(self, name: str, *, least: int = 0) -> int | None:
        """Give the whole number under *name*, or None if it is left out."""
        return None if self._directive.get(name) is None else self.count(name, least=least)

    def number(self, name: str, default: float) -> float:
        """Give the number under *name*."""
        value = self._value(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise Refusal(f"{name} must be a number")
        return min(value, float(_MOST))

    def optional_number(self, name: str) -> float | None:
        """Give the number under *name*, or None if it is left out."""
        return None if self._directive.get(name) is None else self.number(name, 0)

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Give the boolean under *name*."""
        value = self._value(name, default)
        if not isinstance(value, bool):
            raise Refusal(f"{name} must be true or false")
        return value

    def array(self, name: str, default: Sequence[JSON] | None = None) -> Sequence[JSON]:
        """Give the list under *name*; without a *default* it must be there."""
        value = self._value(name, default)
        if isinstance(value, str) or not isinstance(value, Sequence):
            raise Refusal(f"{name} must be a list")
        return value

    def objects(self, name: str) -> Sequence[Mapping[str, JSON]]:
        """Give the objects in the list under *name*, one at least."""
        value = self._value(name, None)
        if not isinstance(value, Sequence) or isinstance(value, str) or not value:
            raise Refusal(f"{name} must be a list, with something in it")
        objects = [each for each in value if isinstance(each, Mapping)]
        if len(objects) < len(value):
            raise Refusal(f"{name} must be a list of objects")
        return objects

    def _value(self, name: str, default: JSON) -> JSON:
        value = self._directive.get(name)
        if value is None:
            value = default
        if value is None:
            raise Refusal(f"{name} is missing")
        return value
