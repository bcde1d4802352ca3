"""Looking into JSON that a service sent, of whatever shape it turns out to be."""

from collections.abc import Mapping, Sequence

from sagent.lib.json import JSON


def field(value: JSON, *path: str) -> JSON:
    """Give what is under *path* in the objects of *value*, or None."""
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def text_field(value: JSON, *path: str) -> str:
    """Give the text under *path*, or ""."""
    text = field(value, *path)
    return text if isinstance(text, str) else ""


def items(value: JSON, *path: str) -> Sequence[JSON]:
    """Give the list under *path*, or an empty one."""
    found = field(value, *path)
    return found if isinstance(found, Sequence) and not isinstance(found, str) else ()
