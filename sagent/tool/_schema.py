from collections.abc import Mapping
from typing import cast

import attrs
import jsonschema_rs

from sagent.errors import JsonError, UsageError
from sagent.lib.json import JSON, json_unfreeze
from sagent.tool._protocol import Tool


@attrs.frozen
class Schema:
    """A JSON Schema (2020-12), compiled."""

    _validator: jsonschema_rs.Validator

    @classmethod
    def of(cls, schema: JSON, what: str) -> "Schema":
        """Compile *schema*; *what* names it in errors.

        Raises:
            UsageError: it is none.
        """
        try:
            value = json_unfreeze(schema)
        except JsonError as error:
            raise UsageError(f"{what} is not valid: {error}") from error
        if not isinstance(value, dict):
            raise UsageError(f"{what} is not a JSON object")
        try:
            return cls(jsonschema_rs.validator_for(value))
        except ValueError as error:
            raise UsageError(f"{what} is not valid: {str(error).splitlines()[0]}") from error

    def faults(self, value: JSON) -> list[str]:
        """Say in words for a model what is wrong with *value*, in a line each."""
        try:
            return [_fault(error) for error in self._validator.iter_errors(json_unfreeze(value))]
        except ValueError as error:  # a lone surrogate cannot reach the validator
            return [f"- {error}"]


@attrs.frozen
class Validator:
    """A tool's schema, compiled: checks directives against all of it."""

    _tool: Tool
    _schema: Schema

    def faults(self, directive: JSON) -> str:
        """Say in words for a model what is wrong with *directive*, or "" if it fits."""
        faults = self._schema.faults(directive)
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
    return Validator(tool, Schema.of(tool.directive_schema, f"the schema of tool {tool.name}"))


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
