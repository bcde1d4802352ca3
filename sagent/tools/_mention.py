"""Files that people name in what they say, so that the model gets them with it."""

import re
from collections.abc import Iterator

import attrs

MOST_MENTIONS = 20
"""How many files come with one prompt; more are for the model to read."""
_MENTION = re.compile(
    r"""(?<![^\s(\[{<'"])@(?:"(?P<quoted>[^"\n]+)"(?P<part>#\S+)?|(?P<word>[^\s@"]+))"""
)
_LINES = re.compile(r"(?P<name>.*?)(?:#L?(?P<first>[1-9]\d{0,8})(?:-L?(?P<last>[1-9]\d{0,8}))?)?")
_AFTER = ".,;:!?)]}>'\""
"""What may follow a name without being part of it."""


@attrs.frozen
class Mention:
    """A name after an ``@`` that may be a file's.

    Attributes:
        name: the file's, relative to where the person is.
        first: the first line that is meant; None for the whole file.
        last: the last one; None for the same as the first.
    """

    name: str
    first: int | None = None
    last: int | None = None


type Meanings = tuple[Mention, ...]
"""What a word can mean, the likeliest first."""


def mentions_in(text: str) -> tuple[Meanings, ...]:
    """Find the words in *text* that may name files: ``@a.py``, ``@a.py#L3-9``, ``@"two words"``.

    An ``@`` within a word, as in addresses of mail, names none. Whether there is such a file is not
    asked.
    """
    found = dict.fromkeys(tuple(_meanings(match)) for match in _MENTION.finditer(text))
    return tuple(found)[:MOST_MENTIONS]


def _meanings(match: re.Match[str]) -> Iterator[Mention]:
    if quoted := match["quoted"]:
        yield _read(quoted + (match["part"] or "").rstrip(_AFTER))
        return
    word: str = match["word"]
    for spelling in dict.fromkeys((word, word.rstrip(_AFTER))):
        if spelling:
            with_lines = _read(spelling)
            yield with_lines
            if with_lines.first is not None:
                yield Mention(spelling)


def _read(spelling: str) -> Mention:
    match = _LINES.fullmatch(spelling)
    if match is None or not match["name"]:
        return Mention(spelling)
    first, last = (int(number) if number else None for number in match.group("first", "last"))
    return Mention(match["name"], first, last)
