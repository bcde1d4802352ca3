"""Output of commands without what a terminal would act on (ECMA-48, xterm control sequences).

It takes time in proportion to the text, whatever that holds: agents wait for it.
"""

import re

_SEQUENCE = re.compile(
    r"""
    (?: \x1b\[ | \x9b ) [0-?]* [ -/]* [@-~]                             # colours, moves, erasures
    | (?: \x1b[\]PX^_] | [\x90\x98\x9d-\x9f] ) [^\x07\x1b\x90\x98\x9c-\x9f]*
        (?: \x07 | \x1b\\ | \x9c )                                         # titles
    | \x1b [ -/]* [0-~]                                                 # the rest of them
    """,
    re.VERBOSE,
)
_OPEN_SEQUENCE = re.compile(
    r"(?:\x1b(?:\[[0-?]*[ -/]*|[\]PX^_][^\x07\x1b]{0,200}\x1b?|[ -/]*)|\r)\Z"
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def plain_text(text: str) -> str:
    """Take control sequences and characters out of *text*, in which each CR begins a line.

    Nothing that can be read is left out, as a terminal would that goes over its line again.
    """
    text = _SEQUENCE.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub("", text)


def screen_text(text: str) -> str:
    """Give what a terminal would show of *text*, line by line: what was written over is gone."""
    lines = _SEQUENCE.sub("", text).split("\n")
    return _CONTROL.sub("", "\n".join(map(_last_written, lines)))


def open_sequence_at(text: str) -> int:
    """Tell where the control sequence begins that *text* ends in the middle of, or its length.

    A CR counts as one: it may be half of a line end.
    """
    found = _OPEN_SEQUENCE.search(text, max(0, len(text) - 256))
    return found.start() if found else len(text)


def _last_written(line: str) -> str:
    line = line.rstrip("\r").rpartition("\r")[2]
    return _without_struck(line) if "\b" in line else line


def _without_struck(line: str) -> str:
    """Take out of *line* each character that a backspace goes over, and the backspaces."""
    kept: list[str] = []
    for character in line:
        if character != "\b":
            kept.append(character)
        elif kept:
            kept.pop()
    return "".join(kept)
