"""The arguments that the tools of this package have in common."""

from collections.abc import Sequence

import attrs

from sagent.tools._arguments import Arguments
from sagent.tools._refusal import Refusal
from sagent.tools.papers._choices import MOST_PAPERS
from sagent.tools.papers._service import Filter

_LAST_YEAR = 9999


@attrs.frozen
class Shape:
    """How much is shown: of how many papers, and how many characters of each abstract."""

    most: int
    abstract_chars: int

    @classmethod
    def of(cls, arguments: Arguments, *, papers: int, abstract_chars: int) -> "Shape":
        """Read it out of *arguments*; what is left out has these values."""
        return cls(
            min(arguments.count("limit", papers, least=1), MOST_PAPERS),
            arguments.count("abstract_chars", abstract_chars, least=1),
        )


def years_of(arguments: Arguments) -> Filter:
    """Read which years are wanted.

    Raises:
        Refusal: the last one is before the first.
    """
    first, last = (arguments.optional_count(name) for name in ("year_from", "year_to"))
    if first is not None and last is not None and first > last:
        raise Refusal(f"year_from {first} is after year_to {last}")
    return Filter(
        year_from=None if first is None else min(first, _LAST_YEAR),
        year_to=None if last is None else min(last, _LAST_YEAR),
    )


def choice_of[T: str](arguments: Arguments, name: str, choices: Sequence[T]) -> T | None:
    """Read one of some *choices*, or None if it is left out.

    Raises:
        Refusal: it is none of them.
    """
    text = arguments.optional_text(name)
    if text is None:
        return None
    for choice in choices:
        if text == choice:
            return choice
    raise Refusal(f"{name} must be one of {', '.join(choices)}")


def words_of(arguments: Arguments, name: str) -> str | None:
    """Read a question in words, or None if it is left out.

    Raises:
        Refusal: there is no word in it.
    """
    text = arguments.optional_text(name)
    if text is not None and not any(char.isalnum() for char in text):
        raise Refusal(f"{name} holds no word")
    return text and " ".join(text.split())
