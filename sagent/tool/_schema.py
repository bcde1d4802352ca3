import json
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import cast

import attrs
import jsonschema_rs

from sagent.errors import JsonError, UsageError
from sagent.lib.json import JSON, json_unfreeze
from sagent.tool._protocol import Tool

_MOST_FAULT_CHARS = 400
"""The value that does not fit is told, too, and can be long."""
_MOST_VALUE_CHARS = 100
_MOST_FAULTS = 20


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
            errors = self._validator.iter_errors(json_unfreeze(value))
            faults = [_fault(error) for error in islice(errors, _MOST_FAULTS)]
            return [*faults, "- and more"] if next(errors, None) else faults
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
    told = _shortened(_told(error))
    return f"- {_path(error)}: {told}" if error.instance_path else f"- {told}"


def _told(error: jsonschema_rs.ValidationError) -> str:
    """Say what is wrong; of a union, for each of its members."""
    kind = error.kind
    if not isinstance(kind, jsonschema_rs.ValidationErrorKind.AnyOf):
        return error.message
    shown = json.dumps(error.instance, separators=(",", ":"), ensure_ascii=False)
    members = [_unfit(errors[0], error) for errors in kind.context if errors]
    return f"{_shortened(shown, _MOST_VALUE_CHARS)} is none of these: {'; '.join(members)}"


def _unfit(error: jsonschema_rs.ValidationError, union: jsonschema_rs.ValidationError) -> str:
    """Name a member of *union* by its type, or say why it is not meant either."""
    kind = error.kind
    if error.instance_path != union.instance_path:
        return f"one where {_path(error)} fits ({_told(error)})"
    if isinstance(kind, jsonschema_rs.ValidationErrorKind.Type):
        return " or ".join(sorted(kind.types))
    return f"one that fits ({_told(error)})"


def _path(error: jsonschema_rs.ValidationError) -> str:
    return ".".join(map(str, error.instance_path))


def _shortened(text: str, most_chars: int = _MOST_FAULT_CHARS) -> str:
    return text if len(text) <= most_chars else f"{text[: most_chars - 3]}..."


def _parameters(schema: JSON) -> str:
    assert isinstance(schema, Mapping)
    properties = cast("Mapping[str, JSON]", schema.get("properties", {}))
    required = cast("tuple[str, ...]", schema.get("required", ()))
    words = [
        f"{name} ({_kind(rule)}{', required' if name in required else ''})"
        for name, rule in properties.items()
    ]
    return ", ".join(words) or "no arguments"


def _kind(rule: JSON) -> str:
    """Name what a value may be, in a word or two."""
    if not isinstance(rule, Mapping):
        return "any"
    kinds, members = rule.get("type"), rule.get("anyOf")
    if isinstance(kinds, str):
        return kinds
    found = kinds if isinstance(kinds, Sequence) else ()
    if isinstance(members, Sequence) and not isinstance(members, str):
        found = [_kind(member) for member in members]
    return " or ".join(dict.fromkeys(map(str, found))) or "any"
