"""JSON Schemas of Python's annotations."""

import dataclasses
import types
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from enum import Enum
from typing import (
    Annotated,
    Literal,
    TypeAliasType,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

import attrs

from sagent.errors import UsageError
from sagent.lib.json import JsonValue

type Schema = dict[str, JsonValue]

_SIMPLE: Mapping[type, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    types.NoneType: {"type": "null"},
    list: {"type": "array"},
    dict: {"type": "object"},
}
_ARRAYS: tuple[object, ...] = (list, Sequence, set, frozenset, AbstractSet)
_OBJECTS: tuple[object, ...] = (dict, Mapping)
_UNIONS: tuple[object, ...] = (Union, types.UnionType)
_DEPTH = 20

REMEDY = (
    "annotate it with str, int, float, bool, None, a union, list[...], dict[str, ...], Literal, "
    "an Enum, an attrs class or a dataclass, or pass schema=..."
)


def schema_of(annotation: object, where: str, depth: int = _DEPTH) -> Schema:
    """Give the schema of the values that *annotation* describes.

    Args:
        annotation: the annotation, with the names in it resolved.
        where: what it annotates, for the error.
        depth: how many annotations may nest in it.

    Raises:
        UsageError: no JSON value fits it.
    """
    if depth == 0:
        raise UsageError(f"the annotation of {where} contains itself: pass schema=...")

    def inner(argument: object) -> Schema:
        return schema_of(argument, where, depth - 1)

    if isinstance(annotation, TypeAliasType):
        return inner(annotation.__value__)
    if annotation is None:
        annotation = types.NoneType
    if isinstance(annotation, type) and get_origin(annotation) is None:
        schema = _of_class(cast("type[object]", annotation), inner, where)
    else:
        schema = _of_form(get_origin(annotation), get_args(annotation), inner)
    if schema is None:
        shown = annotation.__name__ if isinstance(annotation, type) else str(annotation)
        raise UsageError(f"{where} has an annotation that no JSON value fits, {shown}: {REMEDY}")
    return schema


type _Inner = Callable[[object], Schema]


def _of_form(origin: object, arguments: Sequence[object], inner: _Inner) -> Schema | None:
    """Give the schema of an annotation with brackets, or of a union."""
    if origin is Annotated:
        text = next((note for note in arguments[1:] if isinstance(note, str)), None)
        return inner(arguments[0]) | ({} if text is None else {"description": text})
    if origin is Literal:
        return _choice(arguments)
    if origin in _UNIONS:
        return {"anyOf": [inner(argument) for argument in arguments]}
    if origin in _ARRAYS or (origin is tuple and arguments[1:] == (...,)):
        return {"type": "array", "items": inner(arguments[0])}
    if origin in _OBJECTS and arguments[0] is str:
        return {"type": "object", "additionalProperties": inner(arguments[1])}
    return None


def _of_class(cls: type[object], inner: _Inner, where: str) -> Schema | None:
    """Give the schema of a plain class."""
    if cls in _SIMPLE:
        return dict(_SIMPLE[cls])
    if issubclass(cls, Enum):
        return _choice([member.value for member in cls])
    fields = _fields(cls)
    if fields is None:
        return None
    hints = _hints(cls, where)
    return {
        "type": "object",
        "properties": {name: inner(hints[name]) for name in fields},
        "required": [name for name, required in fields.items() if required],
        "additionalProperties": False,
    }


def _fields(cls: type[object]) -> dict[str, bool] | None:
    """Say which fields of an attrs class or a dataclass must be given."""
    if attrs.has(cls):
        found = attrs.fields(cls)
        return {field.name: field.default is attrs.NOTHING for field in found if field.init}
    if dataclasses.is_dataclass(cls):
        return {
            field.name: field.default is field.default_factory is dataclasses.MISSING
            for field in dataclasses.fields(cls)
            if field.init
        }
    return None


def _hints(cls: type, where: str) -> dict[str, object]:
    try:
        return cast("dict[str, object]", get_type_hints(cls, include_extras=True))
    except NameError as error:
        raise UsageError(f"{where}: {error} in the annotations of {cls.__name__}") from error


def _choice(values: Sequence[object]) -> Schema | None:
    if not all(isinstance(value, str | int | float | bool | None) for value in values):
        return None
    return {"enum": cast("list[JsonValue]", list(values))}
