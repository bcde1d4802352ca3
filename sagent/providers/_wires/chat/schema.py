"""JSON Schemas as the servers of Chat Completions want them."""

from collections.abc import Callable

from sagent.lib.json import JsonValue

_SUBSCHEMA = ("items", "additionalProperties", "not")
_SUBSCHEMAS = ("anyOf", "oneOf", "allOf", "prefixItems")
_NAMED_SUBSCHEMAS = ("properties", "$defs", "definitions", "patternProperties")
_TYPED_ELSEWHERE = ("$ref", *_SUBSCHEMAS[:3])
_TYPE_NAMES: dict[type, str] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
    type(None): "null",
}


def as_it_is(schema: JsonValue) -> JsonValue:
    """Give *schema* unchanged."""
    return schema


def with_types(schema: JsonValue) -> JsonValue:
    """Give *schema* as Moonshot takes it: a type everywhere, no ``$schema``, no ``const``.

    What a type is missing from gets the type of its constants, or of its keywords, else "string".
    A type beside ``anyOf`` goes into its branches, where Moonshot wants it.
    """
    return _typed(schema) if isinstance(schema, dict) else schema


def _typed(schema: JsonValue) -> JsonValue:
    if not isinstance(schema, dict):
        return schema
    typed = {key: value for key, value in schema.items() if key not in {"$schema", "const"}}
    if "const" in schema:
        typed["enum"] = [schema["const"]]
    branches = typed.get("anyOf")
    if "type" in typed and isinstance(branches, list):
        shared = typed.pop("type")
        typed["anyOf"] = [
            {"type": shared, **branch} if isinstance(branch, dict) else branch
            for branch in branches
        ]
    elif not any(key in typed for key in ("type", *_TYPED_ELSEWHERE)):
        typed["type"] = _guessed_type(typed)
    return _mapped(typed, _typed)


def _guessed_type(schema: dict[str, JsonValue]) -> JsonValue:
    constants = schema.get("enum")
    if isinstance(constants, list) and constants:
        names = sorted({_TYPE_NAMES[type(constant)] for constant in constants})
        return names[0] if len(names) == 1 else [*names]
    if "properties" in schema or "additionalProperties" in schema:
        return "object"
    return "array" if "items" in schema else "string"


def _mapped(
    schema: dict[str, JsonValue], change: Callable[[JsonValue], JsonValue]
) -> dict[str, JsonValue]:
    """Give *schema* with each schema right below it changed."""
    mapped = dict(schema)
    for key in _SUBSCHEMA:
        if key in schema:
            mapped[key] = change(schema[key])
    for key in _SUBSCHEMAS:
        branches = schema.get(key)
        if isinstance(branches, list):
            mapped[key] = [change(branch) for branch in branches]
    for key in _NAMED_SUBSCHEMAS:
        named = schema.get(key)
        if isinstance(named, dict):
            mapped[key] = {name: change(below) for name, below in named.items()}
    return mapped
