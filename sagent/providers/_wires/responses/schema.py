"""JSON Schemas as OpenAI takes them.

Source: https://platform.openai.com/docs/guides/structured-outputs, "Supported schemas".
"""

from collections.abc import Iterator, Mapping, Sequence

from sagent.lib.json import JSON, JsonValue, json_unfreeze
from sagent.tool import ToolSpec

_DEEPEST = 10
_KEYWORDS = frozenset(
    {
        "$defs",
        "$ref",
        "additionalProperties",
        "anyOf",
        "const",
        "definitions",
        "description",
        "enum",
        "exclusiveMaximum",
        "exclusiveMinimum",
        "format",
        "items",
        "maxItems",
        "maximum",
        "minItems",
        "minimum",
        "multipleOf",
        "pattern",
        "properties",
        "required",
        "title",
        "type",
    }
)
_FORMATS = ("date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid")
_REFUSED_AT_THE_ROOT = ("allOf", "anyOf", "oneOf", "enum", "not")


def tool_to_function(tool: ToolSpec) -> JsonValue:
    """Describe *tool* as a function; it is strict if its schema can be held to."""
    parameters = _parameters(tool.directive_schema)
    return {
        "type": "function",
        "name": tool.name,
        "description": tool.description,
        "parameters": parameters,
        "strict": is_strict(parameters),
    }


def text_format(schema: Mapping[str, JSON]) -> JsonValue:
    """Ask for text that satisfies *schema*; strictly if it can be held to."""
    return {
        "type": "json_schema",
        "name": "answer",
        "schema": json_unfreeze(schema),
        "strict": is_strict(schema),
    }


def is_strict(schema: JSON) -> bool:
    """Tell whether OpenAI can hold a model to *schema*.

    Each object names all its properties as required and allows no others, and nothing but the
    supported keywords is used; a schema with others would fail the request.
    """
    if not isinstance(schema, Mapping) or "anyOf" in schema:
        return False
    return schema.get("type") == "object" and _is_supported(schema, 0)


def _is_supported(schema: JSON, depth: int) -> bool:
    if not isinstance(schema, Mapping) or depth > _DEEPEST or not schema.keys() <= _KEYWORDS:
        return False
    if not schema.keys() & {"type", "anyOf", "$ref"}:
        return False
    if "format" in schema and schema["format"] not in _FORMATS:
        return False
    kind = schema.get("type")
    kinds = (kind,) if isinstance(kind, str) else kind if isinstance(kind, Sequence) else ()
    if "object" in kinds and not _is_closed(schema):
        return False
    if "array" in kinds and "items" not in schema:
        return False
    return all(_is_supported(child, depth + 1) for child in _children(schema))


def _is_closed(schema: Mapping[str, JSON]) -> bool:
    properties, required = schema.get("properties"), schema.get("required", ())
    return (
        isinstance(properties, Mapping)
        and isinstance(required, Sequence)
        and len(required) == len(properties)
        and all(name in required for name in properties)
        and schema.get("additionalProperties") is False
    )


def _children(schema: Mapping[str, JSON]) -> Iterator[JSON]:
    for key in ("properties", "$defs", "definitions"):
        children = schema.get(key)
        if isinstance(children, Mapping):
            yield from children.values()
    branches = schema.get("anyOf")
    if isinstance(branches, Sequence):
        yield from branches
    if "items" in schema:
        yield schema["items"]


def _parameters(schema: JSON) -> dict[str, JsonValue]:
    """Make *schema* an object's with properties; alternatives at the root become optional ones."""
    whole = json_unfreeze(schema)
    fields = whole if isinstance(whole, dict) else {}
    properties: dict[str, JsonValue] = {}
    for key in ("allOf", "anyOf", "oneOf"):
        branches = fields.get(key)
        for branch in branches if isinstance(branches, list) else []:
            more = branch.get("properties") if isinstance(branch, dict) else None
            properties |= more if isinstance(more, dict) else {}
    own = fields.get("properties")
    properties |= own if isinstance(own, dict) else {}
    kept = {key: fields[key] for key in fields if key not in _REFUSED_AT_THE_ROOT}
    return {**kept, "type": "object", "properties": properties}
