"""The sections of a recap, as a model is asked for them and as they are found in its answer."""

import re
from collections.abc import Mapping, Sequence

from sagent.errors import JsonError
from sagent.lib.json import JSON, json_loads

SECTIONS: Mapping[str, str] = {
    "Goal": "What does the user want in the end, and what did they ask for last?",
    "Decisions and constraints": (
        "What was settled, and why? What must or must not be done? Quote the user's instructions "
        "word for word."
    ),
    "Open work": "What is begun or agreed and not done, and in which state is it?",
    "Files": "Which files were read or changed and still matter? Give each path, and what changed.",
    "Errors": "What went wrong, and what helped or did not?",
    "Environment": "What was learnt of the machine, the project, its commands and its habits?",
    "Next step": "What is to be done first when the work goes on?",
}
"""Their headings, in order, with what is to be answered there."""
_NEEDED = ("Goal", "Next step")
_KEYS = {name: name.lower().replace(" ", "_") for name in SECTIONS}
SCHEMA: Mapping[str, JSON] = {
    "type": "object",
    "properties": {
        _KEYS[name]: {"type": "string", "description": question}
        for name, question in SECTIONS.items()
    },
    "required": [*_KEYS.values()],
    "additionalProperties": False,
}
"""The same as a JSON Schema, for models that do not keep to headings."""
_HEADING = re.compile(
    # No two runs of blanks may meet: to part one among them takes the square of its length.
    r"^[ \t]*(?:#{1,6}[ \t*]*(?:\d+[.)][ \t*]*)?|\d+[.)][ \t*]*|(?=\*)[ \t*]*)(?P<name>"
    + "|".join(SECTIONS)
    + r")[ \t*:]*$",
    re.IGNORECASE | re.MULTILINE,
)
"""A line that is marked as a heading, in bold or by a number; a bare name may be part of a text."""
_NAMES = {name.lower(): name for name in SECTIONS}
_OPENING_FENCE = re.compile(r"```\w*\s*\Z")
_CLOSING_FENCE = re.compile(r"\n?```[ \t]*\Z")
_FENCED = re.compile(r"\A```\w*\n(.*)\n```\Z", re.DOTALL)


def read_sections(text: str) -> str | None:
    """Find the sections in a model's answer, and write them under headings of one form.

    They may also come as the object that `SCHEMA` describes. What stands before the first heading
    is passed over, and so is a fence around all of it. A section may be missing, but not what there
    is to be done: then the answer is no recap.

    Returns:
        The sections; None without a text under *Goal* and one under *Next step*.
    """
    found = _in_object(text.strip()) or _under_headings(text.replace("\r\n", "\n"))
    found = {name: body for name, body in found.items() if not _is_echo(name, body)}
    if not all(found.get(name) for name in _NEEDED):
        return None
    return "\n\n".join(f"## {name}\n{found[name]}" for name in SECTIONS if found.get(name))


def _is_echo(name: str, body: str) -> bool:
    """Tell whether *body* repeats what was asked for, as the smallest models do."""
    asked, said = (re.sub(r"\W+", "", text.lower()) for text in (SECTIONS[name], body))
    return asked == said


def _in_object(text: str) -> dict[str, str]:
    fenced = _FENCED.match(text)
    try:
        value = json_loads(fenced[1] if fenced else text)
    except JsonError:
        return {}
    if not isinstance(value, Mapping):
        return {}
    return {name: _told(value.get(key)) for name, key in _KEYS.items()}


def _told(value: JSON) -> str:
    match value:
        case str():
            return value.strip()
        case Sequence():
            return "\n".join(f"- {item}" for item in value if isinstance(item, str))
        case _:
            return ""


def _under_headings(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    pieces = _HEADING.split(text)
    for name, body in zip(pieces[1::2], pieces[2::2], strict=True):
        key = _NAMES[name.lower()]
        found[key] = "\n\n".join(filter(None, (found.get(key), body.strip())))
    if found and _OPENING_FENCE.search(pieces[0]):
        last = _NAMES[pieces[-2].lower()]
        found[last] = _CLOSING_FENCE.sub("", found[last])
    return found
