"""Looking into JSON that a server sent, of whatever shape it turns out to be.

`json.loads` gives dicts and lists; asking for those costs a tenth of asking for a Mapping.
"""

import json
from collections.abc import Callable, Mapping
from typing import cast

from sagent.errors import JsonError, ProtocolError
from sagent.lib.json import JSON, json_loads

type Fields = Mapping[str, JSON]

# What `json.loads` calls in the end; by itself it takes a third less.
_read: Callable[[str], tuple[JSON, int]] = json.JSONDecoder().raw_decode


def parse_object(data: str) -> Fields:
    """Read *data* as a JSON object.

    Raises:
        ProtocolError: it is none.
    """
    try:
        value, end = _read(data)
    except (ValueError, RecursionError):
        value, end = None, -1
    if end != len(data):
        value = _loaded(data)
    if not isinstance(value, dict):
        raise ProtocolError(f"the server sent a chunk that is no object: {data[:80]!r}")
    return value


def read_json(data: str | bytes) -> JSON:
    """Read *data* as JSON.

    Raises:
        ValueError: it is none, or nests too deep.
    """
    try:
        return cast("JSON", json.loads(data))  # it makes nothing else
    except RecursionError as error:
        raise ValueError("it nests too deep") from error


def _loaded(data: str) -> JSON:
    """Read *data*, which has white space around it or is no JSON."""
    try:
        return read_json(data)
    except ValueError as error:
        raise ProtocolError(f"the server sent a chunk that is not JSON: {data[:80]!r}") from error


def fields_of(value: JSON) -> Fields:
    """Give *value* if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def objects_in(value: JSON) -> list[Fields]:
    """Give the objects of *value*, if it is a list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def text_in(holder: Fields, key: str) -> str:
    """Give the text under *key*, or ""."""
    value = holder.get(key)
    return value if isinstance(value, str) else ""


def number_in(holder: Fields, key: str) -> int:
    """Give the whole number under *key*, or 0; -1 and its kind say that nobody knows."""
    value = holder.get(key)
    return value if isinstance(value, int) and value > 0 else 0


def directive_in(raw: str) -> JSON:
    """Read the arguments of a call; what is no JSON stays as the model wrote it."""
    try:
        return json_loads(raw.strip() or "{}")
    except JsonError:
        return raw  # the dispatcher tells the model
