"""JSON as immutable Python values.

A frozen value is built of ``None``, ``bool``, ``int``, ``float``, ``str``, tuples and read-only
mappings, so that a message can be shared between agents without anyone changing it.
"""

import json
import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import cast

from sagent.errors import JsonError

__all__ = [
    "JSON",
    "MAX_DEPTH",
    "JsonValue",
    "json_dumps",
    "json_freeze",
    "json_loads",
    "json_unfreeze",
    "whole_text",
]

type JSON = bool | int | float | str | Sequence[JSON] | Mapping[str, JSON] | None
"""Any JSON value, frozen or not."""

type JsonValue = bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None
"""A JSON value of plain lists and dicts, as `json_unfreeze` and the `json` module give it."""

MAX_DEPTH = 400
"""How many containers may nest: far above what programs write, below the interpreter's stack."""

_MAX_INTEGER_DIGITS = 4300
"""Python writes and reads no longer ones (`sys.int_info.default_max_str_digits`)."""
_TOO_LARGE = 10**_MAX_INTEGER_DIGITS


def json_freeze(value: JSON) -> JSON:
    """Copy *value* into tuples and read-only mappings.

    Raises:
        JsonError: *value* holds NaN, an infinity or an integer of more than 4,300 digits, a key
            that is not a string, an object that JSON does not know, or nests deeper than
            `MAX_DEPTH`.
    """
    return _freeze(value, MAX_DEPTH)


def json_unfreeze(value: JSON) -> JsonValue:
    """Copy *value* into plain lists and dicts.

    Raises:
        JsonError: as `json_freeze`.
    """
    return _thaw(value, MAX_DEPTH)


def json_dumps(value: JSON) -> str:
    """Write *value* as one line of ASCII JSON, in which lone surrogates survive as escapes.

    Raises:
        JsonError: as `json_freeze`.
    """
    return json.dumps(json_unfreeze(value), separators=(",", ":"), allow_nan=False)


def json_loads(text: str | bytes) -> JSON:
    """Read one JSON value, frozen.

    Raises:
        JsonError: *text* is not JSON, is not UTF-8, or holds NaN or an infinity (RFC 8259, 6).
    """
    try:
        return json_freeze(cast("JSON", json.loads(text)))  # what it gives
    except (ValueError, RecursionError) as error:
        if isinstance(error, JsonError):
            raise
        deep = isinstance(error, RecursionError)
        raise JsonError(f"not JSON: {'nested too deeply' if deep else error}") from error


def whole_text(text: str) -> str:
    """Join surrogates that stand side by side into the character they encode (RFC 8259, 7).

    A character that a stream cut in two arrives so. A surrogate that has no partner stays.
    """
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    return text


def _freeze(value: object, depth: int) -> JSON:
    # What a parser or this gives is of these very types, and goes the short way.
    exact = type(value)
    if exact is str:
        return whole_text(cast("str", value))  # `exact` says so
    if depth and (exact is dict or exact is MappingProxyType):
        fields = cast("Mapping[object, object]", value)  # `exact` says so
        return MappingProxyType(
            {_key(key): _freeze(item, depth - 1) for key, item in fields.items()}
        )
    if depth and (exact is list or exact is tuple):
        items = cast("Sequence[object]", value)  # `exact` says so
        return tuple([_freeze(item, depth - 1) for item in items])
    return _freeze_other(value, depth)


def _freeze_other(value: object, depth: int) -> JSON:
    if isinstance(value, str):
        return whole_text(value)
    if value is None:
        return value
    if isinstance(value, int):
        if not -_TOO_LARGE < value < _TOO_LARGE:
            raise JsonError(
                f"an integer of more than {_MAX_INTEGER_DIGITS} digits: make it a string"
            )
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise JsonError(f"JSON has no {value}: replace it by null, a string or a finite number")
        return value
    if not _is_container(value):
        raise _no_json(value)
    if depth == 0:
        raise JsonError(f"the value nests deeper than {MAX_DEPTH} levels: flatten it")
    if isinstance(value, Mapping):
        mapping = cast("Mapping[object, object]", value)  # of anything
        return MappingProxyType({_key(key): _freeze(mapping[key], depth - 1) for key in mapping})
    items = cast("Sequence[object]", value)  # of anything
    return tuple([_freeze(item, depth - 1) for item in items])


def _is_container(value: object) -> bool:
    binary = isinstance(value, bytes | bytearray | memoryview)
    return isinstance(value, Mapping | Sequence) and not binary


def _no_json(value: object) -> JsonError:
    return JsonError(
        f"JSON has no {type(value).__name__}: use null, true, false, numbers, strings, lists "
        "and mappings with string keys"
    )


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise JsonError(f"a JSON object has string keys, not {key!r}: convert it first")
    return whole_text(key)


def _thaw(value: object, depth: int) -> JsonValue:
    """Do what `_freeze` does, into dicts and lists."""
    exact = type(value)
    if exact is str:
        return whole_text(cast("str", value))  # `exact` says so
    if depth and (exact is MappingProxyType or exact is dict):
        fields = cast("Mapping[object, object]", value)  # `exact` says so
        return {_key(key): _thaw(item, depth - 1) for key, item in fields.items()}
    if depth and (exact is tuple or exact is list):
        items = cast("Sequence[object]", value)  # `exact` says so
        return [_thaw(item, depth - 1) for item in items]
    return _unfreeze(_freeze_other(value, depth))


def _unfreeze(value: JSON) -> JsonValue:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Mapping):
        return {key: _unfreeze(value[key]) for key in value}
    return [_unfreeze(item) for item in value]
