"""A text cut into messages that Slack takes, and what is to be done with those that are there.

A message of more than 4,000 characters is broken up by Slack in its own way, and `chat.update`
refuses it (``msg_too_long``); beyond 40,000 characters text is lost. So a page stays below the
first. https://docs.slack.dev/changelog/2018-truncating-really-long-messages
"""

from collections.abc import Sequence
from typing import assert_never

import attrs

PAGE_CHARS = 3_900
"""The room on a page, with some left for a fence that is closed at its end."""
_FENCE = "```"
_LEAST_PART = 2
"""A page is cut at a blank in its last half, else wherever it is full."""


def pages(text: str, limit: int = PAGE_CHARS) -> tuple[str, ...]:
    """Cut mrkdwn *text* at ends of lines or between words; none for a text of blanks.

    A block of code that goes over the end of a page is closed there, and opened on the next.

    Args:
        text: in Slack's markup, escaped.
        limit: how many characters a page has at most, 40 at least.
    """
    cut: list[str] = []
    rest = text.strip()
    while len(rest) > limit:
        place = _cut(rest, limit - len(_FENCE) - 1)
        page, rest = rest[:place].rstrip(), _without_blank(rest[place:])
        if _opens_code(page):
            page, rest = f"{page}\n{_FENCE}", f"{_FENCE}\n{rest}"
        cut.append(page)
    return (*cut, rest) if rest.strip() else tuple(cut)


def _without_blank(rest: str) -> str:
    """Leave out the blank that the page was cut at; the first line keeps its indentation."""
    return rest.lstrip("\n") if rest.startswith("\n") else rest.removeprefix(" ")


def _opens_code(page: str) -> bool:
    return sum(line.strip() == _FENCE for line in page.split("\n")) % 2 == 1


def _cut(text: str, limit: int) -> int:
    """Find where *text* is cut, within *limit* characters and in no entity or link."""
    for blank in ("\n\n", "\n", " "):
        place = text.rfind(blank, limit // _LEAST_PART, limit)
        if place > 0 and not _is_inside(text, place):
            return place
    place = limit
    for opening, closing in (("&", ";"), ("<", ">")):
        start = text.rfind(opening, limit // _LEAST_PART, place)
        if start > 0 and closing not in text[start:place]:
            place = start
    return _before_fence(text, place)


def _before_fence(text: str, place: int) -> int:
    """Cut before the line at *place* if it begins as a fence, a part of which is none, or one."""
    line = text.rfind("\n", 0, place) + 1
    is_fence = text[line:].lstrip().startswith(_FENCE)
    return line if is_fence and text[:line].strip() else place


def _is_inside(text: str, place: int) -> bool:
    """Tell whether *place* is within a link, whose words may have blanks."""
    return text.rfind("<", 0, place) > text.rfind(">", 0, place)


@attrs.frozen
class Post:
    """Say something that is not there yet."""

    text: str


@attrs.frozen
class Update:
    """Let a message say something else.

    Attributes:
        index: which page.
    """

    index: int
    text: str


@attrs.frozen
class Delete:
    """Take a message away: the text has become shorter.

    Attributes:
        index: which page.
    """

    index: int


type Edit = Post | Update | Delete


def next_edit(shown: Sequence[str], wanted: Sequence[str]) -> Edit | None:
    """Tell what comes next to make *shown* what is *wanted*; None if it is.

    New pages come before changes of old ones, so that a reader sees the end first, in its place.
    """
    if len(shown) < len(wanted):
        return Post(wanted[len(shown)])
    if len(shown) > len(wanted):
        return Delete(len(shown) - 1)
    for index in reversed(range(len(wanted))):
        if shown[index] != wanted[index]:
            return Update(index, wanted[index])
    return None


def edited(shown: Sequence[str], edit: Edit) -> tuple[str, ...]:
    """Give what is shown after *edit*."""
    match edit:
        case Post(text=text):
            return (*shown, text)
        case Update(index=index, text=text):
            return (*shown[:index], text, *shown[index + 1 :])
        case Delete(index=index):
            return (*shown[:index], *shown[index + 1 :])
        case _:
            assert_never(edit)
