"""What can be printed in a conversation, before it has a width and colours."""

from typing import Literal

import attrs

type Tone = Literal["plain", "dim", "error", "notice", "title"]
"""How a line is meant."""


@attrs.frozen(kw_only=True)
class Prose:
    """Some Markdown that stands on its own.

    Attributes:
        text: the Markdown.
        indent: how many columns it stands in.
        gap: whether an empty line goes before it.
    """

    text: str
    indent: int = 0
    gap: bool = False


@attrs.frozen
class Remark:
    """One line, cut where the terminal ends."""

    text: str
    tone: Tone = "dim"


@attrs.frozen
class Said:
    """What the user has said."""

    text: str


@attrs.frozen
class Verbatim:
    """Lines as they are.

    Attributes:
        text: the lines.
        tone: how they are meant.
    """

    text: str
    tone: Tone = "plain"


@attrs.frozen
class Diff:
    """A change to a file, in the form that ``patch`` reads."""

    text: str


type Printed = Prose | Remark | Said | Verbatim | Diff


def in_short(text: str) -> str:
    """Give a line for *text*: itself, if it is one line."""
    lines = text.strip().splitlines()
    if not lines:
        return "nothing"
    return lines[0] if len(lines) == 1 else f"{len(lines)} lines"


def last_line(text: str) -> str:
    """Give the last line of *text* that has something in it."""
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "")
