"""What a key of the config may hold: read from TOML or a variable, and told as a schema."""

import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Protocol, cast

import attrs

from sagent.lib.json import JsonValue
from sagent.nearness import did_you_mean

type Schema = Mapping[str, JsonValue]
type Value = bool | int | Decimal | str | tuple[str, ...]
"""What a key may be set to."""

_MOST_SHOWN_CHARS = 40
_YES: Mapping[str, bool] = {
    "true": True,
    "1": True,
    "yes": True,
    "false": False,
    "0": False,
    "no": False,
}
_KINDS = (
    (bool, "true or false"),
    (int | Decimal, "a number"),
    (list, "a list"),
    (dict, "a table"),
)


class WrongValueError(Exception):
    """A value that cannot be meant; the message is a clause to follow the key's name."""


class Kind(Protocol):
    """What values of a key are."""

    @property
    def schema(self) -> Schema:
        """The JSON schema of a value."""
        ...

    def read(self, value: object, base: Path) -> Value:
        """Give what *value*, as TOML has it, means; paths in it begin at *base*.

        Raises:
            WrongValueError: it cannot be meant.
        """
        ...

    def from_text(self, text: str) -> object:
        """Give what a variable's *text* stands for, as TOML would have it."""
        ...


@attrs.frozen
class Text:
    """Words."""

    @property
    def schema(self) -> Schema:
        """A string that is not empty."""
        return {"type": "string", "minLength": 1}

    def read(self, value: object, base: Path) -> str:
        """Give the words."""
        del base
        if not isinstance(value, str):
            raise wrong_kind(value, "a text in quotes")
        if not value:
            raise WrongValueError("is empty: leave it out")
        return value

    def from_text(self, text: str) -> object:
        """Take it as it is."""
        return text


@attrs.frozen
class Place:
    """A path; ``~`` is the user's home."""

    @property
    def schema(self) -> Schema:
        """A string that is not empty."""
        return Text().schema

    def read(self, value: object, base: Path) -> str:
        """Give the path, which is absolute if *base* is."""
        path = Path(Text().read(value, base))
        try:
            return str(base / path.expanduser())
        except RuntimeError as error:
            raise WrongValueError("begins with ~, and there is no home directory") from error

    def from_text(self, text: str) -> object:
        """Take it as it is."""
        return text


@attrs.frozen
class Url:
    """Where an API lives."""

    _PATTERN = r"^https?://[^/@\s]+(/[^@\s]*)?$"

    @property
    def schema(self) -> Schema:
        """An address without a password in it."""
        return {"type": "string", "pattern": self._PATTERN}

    def read(self, value: object, base: Path) -> str:
        """Give the address."""
        url = Text().read(value, base)
        if not re.fullmatch(self._PATTERN, url):
            raise WrongValueError("is no address: write it like https://host/v1")
        return url

    def from_text(self, text: str) -> object:
        """Take it as it is."""
        return text


@attrs.frozen
class OneOf:
    """One of some names."""

    names: tuple[str, ...]

    @property
    def schema(self) -> Schema:
        """One of them, letter by letter."""
        return {"enum": list(self.names)}

    def read(self, value: object, base: Path) -> str:
        """Give the name."""
        name = Text().read(value, base)
        if name not in self.names:
            hint = did_you_mean(name, self.names) or f"; choose {', '.join(self.names)}"
            raise WrongValueError(f"cannot be {name[:_MOST_SHOWN_CHARS]!r}{hint}")
        return name

    def from_text(self, text: str) -> object:
        """Take it in any case, as flags are."""
        return next((name for name in self.names if name.lower() == text.lower()), text)


@attrs.frozen
class YesNo:
    """Whether something is so."""

    @property
    def schema(self) -> Schema:
        """True or false."""
        return {"type": "boolean"}

    def read(self, value: object, base: Path) -> bool:
        """Give it."""
        del base
        if not isinstance(value, bool):
            raise wrong_kind(value, "true or false")
        return value

    def from_text(self, text: str) -> object:
        """Take the usual words."""
        return _YES.get(text.lower(), text)


@attrs.frozen
class ListOf:
    """Several texts of one kind."""

    kind: Kind
    separator: str = ","
    """What parts them in a variable."""

    @property
    def schema(self) -> Schema:
        """An array."""
        return {"type": "array", "items": dict(self.kind.schema)}

    def read(self, value: object, base: Path) -> tuple[str, ...]:
        """Give them in their order."""
        if not isinstance(value, list):
            raise wrong_kind(value, 'a list, like ["a", "b"]')
        items = cast("list[object]", value)  # of TOML: isinstance cannot tell of what
        return tuple(str(self.kind.read(item, base)) for item in items)

    def from_text(self, text: str) -> object:
        """Part them; ``none`` alone is none of them."""
        if text == "none":
            return []
        return [self.kind.from_text(part) for part in text.split(self.separator) if part]


@attrs.frozen
class Matching:
    """A text of a form."""

    pattern: str
    form: str
    """What it is, for who has written another."""

    @property
    def schema(self) -> Schema:
        """A string of that form."""
        return {"type": "string", "pattern": f"^({self.pattern})$"}

    def read(self, value: object, base: Path) -> str:
        """Give the text."""
        text = Text().read(value, base)
        if not re.fullmatch(self.pattern, text):
            raise WrongValueError(f"has {text[:_MOST_SHOWN_CHARS]!r}, which is no {self.form}")
        return text

    def from_text(self, text: str) -> object:
        """Take it as it is."""
        return text


def wrong_kind(value: object, wanted: str) -> WrongValueError:
    """Say of *value* what it is in place of what is *wanted*."""
    if isinstance(value, str):
        return WrongValueError(f"wants {wanted}, not {value[:_MOST_SHOWN_CHARS]!r}")
    found = next((words for kind, words in _KINDS if isinstance(value, kind)), "a date or a time")
    return WrongValueError(f"wants {wanted}, not {found}")
