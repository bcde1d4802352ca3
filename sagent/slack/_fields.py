"""Fields of JSON that somebody else made: of the expected type, or as if they were not there."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from sagent.lib.json import JSON

type Fields = Mapping[str, JSON]

_NONE: Fields = MappingProxyType({})


def text_of(fields: Fields, name: str) -> str:
    """Give the string under *name*, or ""."""
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def fields_of(fields: Fields, name: str) -> Fields:
    """Give the object under *name*, or an empty one."""
    value = fields.get(name)
    return value if isinstance(value, Mapping) else _NONE


def objects_of(fields: Fields, name: str) -> tuple[Fields, ...]:
    """Give the objects in the list under *name*, or none."""
    value = fields.get(name)
    if isinstance(value, str) or not isinstance(value, Sequence):
        return ()
    return tuple(one for one in value if isinstance(one, Mapping))


def count_of(fields: Fields, name: str) -> int:
    """Give the whole number under *name*, or 0."""
    value = fields.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
