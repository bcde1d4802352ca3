"""JSON Schemas of Python's annotations."""

import dataclasses
import types
from collections.abc import (
    Callable,
    Mapping,
    MutableMapping,
    MutableSequence,
    MutableSet,
    Sequence,
)
from collections.abc import Set as AbstractSet
from datetime import date, datetime, time
from enum import Enum
from pathlib import Path
from typing import (
    Annotated,
    Literal,
    NewType,
    NotRequired,
    Required,
    TypeAliasType,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)
from uuid import UUID

import attrs

from sagent.errors import UsageError
from sagent.lib.json import JsonValue
from sagent.tool._docstring import Docstring
from sagent.tool._pydantic_model import is_pydantic, pydantic_schema

type JsonSchema = dict[str, JsonValue]

_SIMPLE: Mapping[type, JsonSchema] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    types.NoneType: {"type": "null"},
    list: {"type": "array"},
    tuple: {"type": "array"},
    set: {"type": "array"},
    frozenset: {"type": "array"},
    dict: {"type": "object"},
    Path: {"type": "string"},
    datetime: {"type": "string", "format": "date-time"},
    date: {"type": "string", "format": "date"},
    time: {"type": "string", "format": "time"},
    UUID: {"type": "string", "format": "uuid"},
}
_ARRAYS: tuple[object, ...] = (
    list,
    set,
    frozenset,
    Sequence,
    MutableSequence,
    AbstractSet,
    MutableSet,
)
_OBJECTS: tuple[object, ...] = (dict, Mapping, MutableMapping)
_QUALIFIERS: tuple[object, ...] = (Required, NotRequired)
UNIONS: tuple[object, ...] = (Union, types.UnionType)
"""What `X | Y` and `Union[X, Y]` come from."""
_DEPTH = 20

REMEDY = (
    "annotate it with str, int, float, bool, None, a union, list[...], tuple[...], set[...], "
    "dict[str, ...], Literal, an Enum, an attrs class, a dataclass, a TypedDict, a model of "
    "pydantic, Path, datetime, date, time or UUID, or pass schema=..."
)


def schema_of(annotation: object, where: str, depth: int = _DEPTH) -> JsonSchema:
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

    def inner(argument: object) -> JsonSchema:
        return schema_of(argument, where, depth - 1)

    if isinstance(annotation, TypeAliasType):
        return inner(annotation.__value__)
    if isinstance(annotation, NewType):
        return inner(annotation.__supertype__)
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


type _Inner = Callable[[object], JsonSchema]


def _of_form(origin: object, arguments: Sequence[object], inner: _Inner) -> JsonSchema | None:
    """Give the schema of an annotation with brackets, or of a union."""
    if origin is Annotated:
        return inner(arguments[0]) | _noted(arguments[1:])
    if origin in _QUALIFIERS:
        return inner(arguments[0])
    if origin is Literal:
        return _choice(arguments)
    if origin in UNIONS:
        return {"anyOf": [inner(argument) for argument in arguments]}
    return _of_container(origin, arguments, inner)


def _of_container(origin: object, arguments: Sequence[object], inner: _Inner) -> JsonSchema | None:
    if origin in _ARRAYS or (origin is tuple and arguments[1:] == (...,)):
        return {"type": "array", "items": inner(arguments[0])}
    if origin is tuple:
        return _fixed_array([inner(argument) for argument in arguments])
    if origin in _OBJECTS and arguments[0] is str:
        return {"type": "object", "additionalProperties": inner(arguments[1])}
    return None


def _noted(notes: Sequence[object]) -> JsonSchema:
    """Read what stands beside a type: a description, and keywords of JSON Schema in a mapping."""
    noted: JsonSchema = {}
    for note in notes:
        if isinstance(note, str):
            noted["description"] = note
        elif isinstance(note, Mapping):
            noted |= cast("Mapping[str, JsonValue]", note)  # the compiled schema is the check
    return noted


def _fixed_array(items: Sequence[JsonSchema]) -> JsonSchema:
    """Give the schema of so many values, each of its own; few vendors take ``prefixItems``."""
    kinds: list[JsonValue] = [item for place, item in enumerate(items) if item not in items[:place]]
    schema: JsonSchema = {"type": "array", "minItems": len(items), "maxItems": len(items)}
    if kinds:
        schema["items"] = kinds[0] if len(kinds) == 1 else {"anyOf": kinds}
    return schema


def _of_class(cls: type[object], inner: _Inner, where: str) -> JsonSchema | None:
    """Give the schema of a plain class."""
    if cls in _SIMPLE:
        return dict(_SIMPLE[cls])
    if issubclass(cls, Enum):
        return _choice([*cls])
    if is_pydantic(cls):
        return pydantic_schema(cls, where)
    fields = _fields(cls)
    if fields is None:
        return None
    hints, told = _hints(cls, where), Docstring.of(cls.__doc__ or "").parameters
    properties: dict[str, JsonValue] = {}
    for key, field in fields.items():
        described: JsonSchema = {"description": told[field.name]} if field.name in told else {}
        properties[key] = inner(hints[field.name]) | described
    return {
        "type": "object",
        "properties": properties,
        "required": [key for key, field in fields.items() if field.required],
        "additionalProperties": False,
    }


@attrs.frozen
class _Field:
    name: str
    required: bool


def _fields(cls: type[object]) -> dict[str, _Field] | None:
    """Say what an attrs class, a dataclass or a TypedDict is made of, by the keys of its JSON."""
    if attrs.has(cls):
        return {
            field.alias or field.name: _Field(field.name, field.default is attrs.NOTHING)
            for field in attrs.fields(cls)
            if field.init
        }
    if dataclasses.is_dataclass(cls):
        return {
            field.name: _Field(
                field.name, field.default is field.default_factory is dataclasses.MISSING
            )
            for field in dataclasses.fields(cls)
            if field.init
        }
    if is_typeddict(cls):
        required = cast("frozenset[str]", vars(cls)["__required_keys__"])
        return {name: _Field(name, name in required) for name in cls.__annotations__}
    return None


def _hints(cls: type, where: str) -> dict[str, object]:
    try:
        return cast("dict[str, object]", get_type_hints(cls, include_extras=True))
    except NameError as error:
        raise UsageError(f"{where}: {error} in the annotations of {cls.__name__}") from error


def _choice(members: Sequence[object]) -> JsonSchema | None:
    values = [
        cast("object", member.value) if isinstance(member, Enum) else member for member in members
    ]
    if not all(isinstance(value, str | int | float | bool | None) for value in values):
        return None
    return {"enum": cast("list[JsonValue]", values)}
