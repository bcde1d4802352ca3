"""JSON into the values that a function's annotations ask for, and back."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from datetime import date, datetime, time
from functools import cache
from types import NoneType
from typing import TypeAliasType, cast, get_args, get_origin
from uuid import UUID

from cattrs import Converter
from cattrs.errors import BaseValidationError, StructureHandlerNotFoundError

from sagent.errors import UsageError
from sagent.lib.json import JsonValue, json_dumps
from sagent.tool._annotation import REMEDY, UNIONS, JsonSchema, schema_of
from sagent.tool._pydantic_model import is_pydantic, pydantic_json, pydantic_value
from sagent.tool._schema import Schema

type _Structure = Callable[[object, object], object]

_FAULTS = (BaseValidationError, ValueError, TypeError, KeyError, ArithmeticError)


def check_convertible(annotation: object, where: str) -> None:
    """See whether values of *annotation* can be made.

    Raises:
        UsageError: they cannot.
    """
    try:
        _converter().get_structure_hook(cast("type[object]", annotation))
    except (StructureHandlerNotFoundError, TypeError) as error:
        raise UsageError(f"{where} cannot be made of JSON, {annotation}: {REMEDY}") from error


def check_apart(annotation: object, where: str) -> None:
    """See whether a value tells of which member of a union it is.

    Raises:
        UsageError: two members have the same JSON.
    """
    while isinstance(annotation, TypeAliasType):
        annotation = annotation.__value__
    if get_origin(annotation) not in UNIONS:
        return
    seen: dict[str, object] = {}
    for member in get_args(annotation):
        shape = json_dumps(_bare(schema_of(member, where)))
        if shape in seen:
            raise UsageError(
                f"{where} cannot tell {seen[shape]} from {member}, whose JSON is the same: give "
                'each a field of its own, such as kind: Literal["..."]'
            )
        seen[shape] = member


def _bare(schema: JsonValue) -> JsonValue:
    """Give *schema* without the words that describe it."""
    if isinstance(schema, list):
        return [_bare(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: _bare(value)
        for key, value in schema.items()
        if key != "description" or not isinstance(value, str)
    }


def converted(value: JsonValue, annotation: object) -> object:
    """Make what *annotation* describes of *value*.

    Raises:
        ValueError: that is not possible; it says why in words for a model.
    """
    try:
        return _converter().structure(value, cast("type[object]", annotation))
    except _FAULTS as error:
        raise ValueError(_innermost(error)) from error


def as_json(value: object) -> object:
    """Make plain values of *value*: of attrs classes, dataclasses, enums, sets, paths, dates."""
    return cast("object", _converter().unstructure(value))


@cache
def _converter() -> Converter:
    converter = Converter(
        forbid_extra_keys=True, use_alias=True, unstruct_collection_overrides={AbstractSet: list}
    )
    converter.register_structure_hook_factory(
        lambda annotation: get_origin(annotation) in UNIONS, _union_structure
    )
    converter.register_structure_hook_func(is_pydantic, pydantic_value)
    converter.register_unstructure_hook_func(is_pydantic, pydantic_json)
    converter.register_structure_hook(NoneType, lambda _, __: None)
    for kind in (datetime, date, time):
        converter.register_structure_hook(kind, lambda text, wanted: wanted.fromisoformat(text))
        converter.register_unstructure_hook(kind, lambda moment: moment.isoformat())
    converter.register_structure_hook(UUID, lambda text, _: UUID(text))
    converter.register_unstructure_hook(UUID, str)
    return converter


def _union_structure(union: object) -> _Structure:
    """Tell the members of *union* apart by their schemas.

    Of those that fit, the one is meant that knows most of the value's keys; then the first.
    """
    members = sorted(get_args(union), key=lambda member: member is float)  # 1 is a float, too
    schemas = [schema_of(member, str(union)) for member in members]
    checks = [Schema.of(schema, str(union)) for schema in schemas]

    def structure(value: object, _: object) -> object:
        fitting = [
            (_unknown_keys(value, schema), place)
            for place, (schema, check) in enumerate(zip(schemas, checks, strict=True))
            if not check.faults(cast("JsonValue", value))
        ]
        reasons: list[str] = []
        for _unknown, place in sorted(fitting):
            try:
                return _converter().structure(value, members[place])
            except _FAULTS as error:
                reasons.append(_innermost(error))
        raise ValueError("; ".join(reasons) or f"{value!r:.100} is none of {union}")

    return structure


def _unknown_keys(value: object, schema: JsonSchema) -> int:
    """Count what *value*, an object, has that *schema* tells nothing of and yet allows."""
    known = schema.get("properties")
    if not isinstance(value, dict) or not isinstance(known, dict):
        return 0
    return len(cast("dict[str, object]", value).keys() - known.keys())


def _innermost(error: Exception) -> str:
    while isinstance(error, ExceptionGroup):
        error = cast("ExceptionGroup[Exception]", error).exceptions[0]
    return str(error) or type(error).__name__
