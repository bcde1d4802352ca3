"""JSON Schemas as Anthropic takes them.

Sources: https://platform.claude.com/docs/en/build-with-claude/structured-outputs, and the API's
answers to schemas of tools.
"""

import json
from collections.abc import Mapping

from sagent.lib.json import JsonValue

_FORMATS = frozenset(
    {
        "date-time",
        "time",
        "date",
        "duration",
        "email",
        "hostname",
        "uri",
        "ipv4",
        "ipv6",
        "uuid",
    }
)
_PLAIN = frozenset(
    {"type", "enum", "const", "default", "required", "title", "description", "pattern", "$ref"}
)
_ALTERNATIVES = frozenset({"anyOf", "allOf", "oneOf"})
_BY_NAME = frozenset({"properties", "$defs", "definitions"})
_COMBINING = ("allOf", "anyOf", "oneOf")


def output_schema(schema: JsonValue) -> JsonValue:
    """Write *schema* with what structured outputs know.

    What they do not know, such as the least length of a text, is told in the description: the model
    reads it, and whoever takes the answer checks it anyway.
    """
    if not isinstance(schema, dict):
        return schema
    known: dict[str, JsonValue] = {}
    told: dict[str, JsonValue] = {}
    for key, value in schema.items():
        if kept := _kept(key, value):
            known |= kept
        elif not key.startswith("$") and not isinstance(value, bool):
            told[key] = value
    if "properties" in schema or "object" in _texts(schema.get("type")):
        known["additionalProperties"] = False
    if told:
        described = known.get("description")
        begun = f"{described}\n\n" if isinstance(described, str) and described else ""
        known["description"] = f"{begun}{json.dumps(told, ensure_ascii=False)}"
    return known


def input_schema(schema: JsonValue) -> dict[str, JsonValue]:
    """Write the *schema* of a tool's directive as an object's, without alternatives at its root.

    The API refuses those there. Their properties are put together, and required is what all
    alternatives require; the tool itself checks the whole.
    """
    whole = dict(schema) if isinstance(schema, dict) else {}
    for keyword in _COMBINING:
        branches = whole.pop(keyword, None)
        if isinstance(branches, list):
            for branch in branches:
                _take_properties(whole, branch)
            _take_required(whole, branches, keyword)
    return {**whole, "type": "object"}


def _kept(key: str, value: JsonValue) -> dict[str, JsonValue]:
    least = key == "minItems" and value in (0, 1)
    if key in _PLAIN or least or (key == "format" and value in _FORMATS):
        return {key: value}
    if key == "items":
        return {key: output_schema(value)}
    if key in _ALTERNATIVES and isinstance(value, list):
        known = "allOf" if key == "allOf" else "anyOf"
        return {known: [output_schema(item) for item in value]}
    if key in _BY_NAME and isinstance(value, dict):
        return {key: {name: output_schema(item) for name, item in value.items()}}
    return {}


def _take_properties(whole: dict[str, JsonValue], branch: JsonValue) -> None:
    mine, theirs = whole.get("properties"), _under(branch, "properties")
    if isinstance(theirs, dict):
        whole["properties"] = {**theirs, **(mine if isinstance(mine, dict) else {})}


def _take_required(whole: dict[str, JsonValue], branches: list[JsonValue], keyword: str) -> None:
    each = [_texts(_under(branch, "required")) for branch in branches] or [set[str]()]
    theirs = set[str].union(*each) if keyword == "allOf" else set[str].intersection(*each)
    if theirs:
        whole["required"] = [*sorted(theirs | _texts(whole.get("required")))]


def _under(schema: JsonValue, key: str) -> JsonValue:
    return schema.get(key) if isinstance(schema, Mapping) else None


def _texts(value: JsonValue) -> set[str]:
    values = value if isinstance(value, list) else [value]
    return {text for text in values if isinstance(text, str)}
