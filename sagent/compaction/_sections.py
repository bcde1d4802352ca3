"""The sections of a recap, as a model is asked for them and as they are found in its answer."""

import re
from collections.abc import Mapping

from sagent.errors import CompactionError

SECTIONS: Mapping[str, str] = {
    "Goal": "what the user wants in the end, and what was asked for last",
    "Decisions and constraints": (
        "what was settled and why, and what must or must not be done; quote the user's "
        "instructions word for word"
    ),
    "Open work": "what is begun or agreed and not done, and in which state it is",
    "Files": "each file that was read or changed and still matters: its path, and what changed",
    "Errors": "what went wrong, and what helped or did not",
    "Environment": "what was learnt of the machine, the project, its commands and its habits",
    "Next step": "what to do first when the work goes on, precisely",
}
"""Their headings, in order, with what belongs there."""
_NEEDED = ("Goal", "Next step")
_HEADING = re.compile(
    r"^[ \t]*(?:#{1,6}[ \t]*(?:\d+[.)])?|\d+[.)]|(?=\*))[ \t]*\**[ \t]*(?P<name>"
    + "|".join(SECTIONS)
    + r")[ \t]*:?[ \t]*\**[ \t]*:?[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
"""A line that is marked as a heading, in bold or by a number; a bare name may be part of a text."""
_NAMES = {name.lower(): name for name in SECTIONS}
_OPENING_FENCE = re.compile(r"```\w*\s*\Z")
_CLOSING_FENCE = re.compile(r"\n?```[ \t]*\Z")


def read_sections(text: str) -> str:
    """Find the sections in a model's answer, and write them under headings of one form.

    What stands before the first heading is passed over, and so is a fence around all of it. A
    section may be missing, but not what there is to be done.

    Raises:
        CompactionError: there is no text under the headings *Goal* and *Next step*.
    """
    found: dict[str, str] = {}
    pieces = _HEADING.split(text.replace("\r\n", "\n"))
    for name, body in zip(pieces[1::2], pieces[2::2], strict=True):
        key = _NAMES[name.lower()]
        found[key] = "\n\n".join(filter(None, (found.get(key), body.strip())))
    if found and _OPENING_FENCE.search(pieces[0]):
        last = _NAMES[pieces[-2].lower()]
        found[last] = _CLOSING_FENCE.sub("", found[last])
    missing = [name for name in _NEEDED if not found.get(name)]
    if missing:
        raise CompactionError(
            f"the model's recap has nothing under {' and '.join(missing)}: try again, or let "
            "another model write recaps"
        )
    return "\n\n".join(f"## {name}\n{found[name]}" for name in SECTIONS if found.get(name))
