from collections.abc import Mapping
from typing import cast

import attrs
import jsonschema_rs

from sagent.errors import JsonError, UsageError
from sagent.lib.json import JSON, json_unfreeze
from sagent.tool._protocol import Tool


@attrs.frozen
class Validator:
    """A tool's schema, compiled: checks directives against all of it (JSON Schema 2020-12)."""

    _tool: Tool
    _schema: jsonschema_rs.Validator

    def faults(self, directive: JSON) -> str:
        """Say in words for a model what is wrong with *directive*, or "" if it fits."""
        value = json_unfreeze(directive)
        try:
            faults = [_fault(error) for error in self._schema.iter_errors(value)]
        except ValueError as error:  # a lone surrogate cannot reach the validator
            faults = [f"- {error}"]
        if not faults:
            return ""
        return "\n".join(
            [
                f"InputValidationError: these arguments do not fit {self._tool.name}:",
                *faults,
                f"{self._tool.name} takes {_parameters(self._tool.directive_schema)}.",
            ]
        )


def validator_for(tool: Tool) -> Validator:
    """Compile the schema of *tool*.

    Raises:
        UsageError: the schema is not one.
    """
    try:
        schema = json_unfreeze(tool.directive_schema)
        if not isinstance(schema, dict):
            raise UsageError(f"the schema of tool {tool.name} is not a JSON object")
        return Validator(tool, jsonschema_rs.validator_for(schema))
    except (ValueError, JsonError) as error:
        if isinstance(error, UsageError):
            raise
        reason = str(error).splitlines()[0]
        raise UsageError(f"the schema of tool {tool.name} is not valid: {reason}") from error


def _fault(error: jsonschema_rs.ValidationError) -> str:
    path = ".".join(str(step) for step in error.instance_path)
    return f"- {path}: {error.message}" if path else f"- {error.message}"


def _parameters(schema: JSON) -> str:
    assert isinstance(schema, Mapping)
    properties = cast("Mapping[str, JSON]", schema.get("properties", {}))
    required = cast("tuple[str, ...]", schema.get("required", ()))
    words = [
        f"{name} ({rule.get('type', 'any') if isinstance(rule, Mapping) else 'any'}"
        f"{', required' if name in required else ''})"
        for name, rule in properties.items()
    ]
    return ", ".join(words) or "no arguments"
