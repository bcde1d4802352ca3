import inspect
from collections.abc import Mapping
from typing import cast

import attrs

from sagent.errors import JsonError, UsageError
from sagent.lib.json import JSON, JsonValue, json_freeze, json_unfreeze
from sagent.tool import Report
from sagent.tool._annotation import REMEDY, JsonSchema, schema_of
from sagent.tool._conversion import as_json, check_convertible, converted
from sagent.tools._callee import Callee
from sagent.tools._refusal import Refusal

_REPORTS = (Report, Report.__value__)


@attrs.frozen
class Signature:
    """What a function takes, as JSON and as Python."""

    schema: JsonSchema
    _annotations: Mapping[str, object]

    @classmethod
    def of(cls, callee: Callee, descriptions: Mapping[str, str]) -> "Signature":
        """Read the signature of *callee*; *descriptions* are of its parameters.

        Raises:
            UsageError: a parameter cannot come as JSON.
        """
        hints, types = callee.hints(), callee.types()
        taken = [p for p in callee.named() if hints.get(p.name) not in _REPORTS]
        properties: dict[str, JsonValue] = {}
        for parameter in taken:
            name, where = parameter.name, f"parameter {parameter.name!r} of {callee.name}"
            if name not in hints:
                raise UsageError(f"{where} has no annotation: {_remedy(parameter)}")
            schema = schema_of(hints[name], where)
            check_convertible(types[name], where)
            if name in descriptions:
                schema["description"] = descriptions[name]
            properties[name] = schema | _default(parameter.default)
        return cls(
            {
                "type": "object",
                "properties": properties,
                "required": [p.name for p in taken if p.default is p.empty],
                "additionalProperties": False,
            },
            {name: types[name] for name in properties},
        )

    def arguments(self, directive: Mapping[str, JSON]) -> dict[str, object]:
        """Turn a *directive* into what the function takes.

        Raises:
            Refusal: it does not fit.
        """
        values = cast("dict[str, JsonValue]", json_unfreeze(directive))
        return {name: self._argument(name, value) for name, value in values.items()}

    def _argument(self, name: str, value: JsonValue) -> object:
        if name not in self._annotations:
            raise Refusal(f"there is no parameter {name}: use {', '.join(self._annotations)}")
        try:
            return converted(value, self._annotations[name])
        except ValueError as error:
            raise Refusal(f"{name}: {error}") from error


def report_parameter(callee: Callee) -> str | None:
    """Find the parameter of *callee* that is annotated with `Report`."""
    try:
        hints = callee.hints()
    except UsageError:  # a schema was given, or it is told later
        return None
    names = (parameter.name for parameter in callee.parameters)
    return next((name for name in names if hints.get(name) in _REPORTS), None)


def _remedy(parameter: inspect.Parameter) -> str:
    if parameter.name == "self":
        return "decorate the method of an instance, as tool(instance.method)"
    return REMEDY


def _default(value: object) -> JsonSchema:
    """Tell the default if JSON can; the schema says that the parameter may be left out anyway."""
    if value is inspect.Parameter.empty:
        return {}
    try:
        return {"default": json_unfreeze(json_freeze(cast("JSON", as_json(value))))}
    except JsonError:
        return {}
