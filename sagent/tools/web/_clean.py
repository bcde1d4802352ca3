"""Text that shows what it holds: nothing in it that terminals obey or that only models see."""

import re

_UNSEEN = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters; with the ESC of terminals' commands
    "\u00ad\u061c\u200b\u200e\u200f"  # soft hyphen, marks of direction, zero-width space
    "\u202a-\u202e\u2060-\u2069\u206a-\u206f"  # overrides and isolates of direction
    "\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e0fff"  # tags, and selectors of variants, in which whole texts were hidden
    "]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_ENDS = re.compile("\r\n?|[\u2028\u2029\x85]")
_EMPTY_LINES = re.compile(r"\n{4,}")


def clean(text: str) -> str:
    """Take out of *text* what cannot be seen; a line end is a newline."""
    text = _UNSEEN.sub("", _ENDS.sub("\n", text))
    return _EMPTY_LINES.sub("\n\n\n", _SURROGATE.sub("\ufffd", text))


def one_line(text: str, most_chars: int) -> str:
    """Give *text*, cleaned, as one line of *most_chars* at most."""
    line = " ".join(clean(text).split())
    return line if len(line) <= most_chars else f"{line[: most_chars - 3]}..."
