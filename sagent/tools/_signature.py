import inspect
from collections.abc import Callable, Mapping
from functools import cache
from typing import cast, get_type_hints

import attrs
from cattrs import Converter
from cattrs.errors import BaseValidationError, StructureHandlerNotFoundError
from cattrs.strategies import configure_union_passthrough

from sagent.errors import JsonError, UsageError
from sagent.lib.json import JSON, JsonValue, json_freeze, json_unfreeze
from sagent.tools._annotation import REMEDY, Schema, schema_of
from sagent.tools._refusal import Refusal

_NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


@attrs.frozen
class Signature:
    """What a function takes, as JSON and as Python."""

    schema: Schema
    _annotations: Mapping[str, object]

    @classmethod
    def of(cls, function: Callable[..., object], descriptions: Mapping[str, str]) -> "Signature":
        """Read the signature of *function*; *descriptions* are of its parameters.

        Raises:
            UsageError: a parameter cannot come as JSON.
        """
        name = getattr(function, "__name__", repr(function))
        hints = _hints(function, name)
        properties: dict[str, JsonValue] = {}
        required: list[JsonValue] = []
        for parameter in inspect.signature(function).parameters.values():
            where = f"parameter {parameter.name!r} of {name}"
            if parameter.kind not in _NAMED:
                raise UsageError(f"{where} has no name to call it by: make it a plain parameter")
            if parameter.name not in hints:
                raise UsageError(f"{where} has no annotation: {REMEDY}")
            schema = schema_of(hints[parameter.name], where)
            _check_convertible(hints[parameter.name], where)
            if parameter.name in descriptions:
                schema["description"] = descriptions[parameter.name]
            if parameter.default is parameter.empty:
                required.append(parameter.name)
            else:
                schema |= _default(parameter.default)
            properties[parameter.name] = schema
        annotations = {name: hints[name] for name in properties}
        return cls(
            {
                "type": "object",
                "properties": properties,
                "required": required,
                "additionalProperties": False,
            },
            annotations,
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
        annotation = cast("type[object]", self._annotations[name])
        try:
            return _converter().structure(value, annotation)
        except (BaseValidationError, ValueError, TypeError, KeyError, ArithmeticError) as error:
            raise Refusal(f"{name}: {_innermost(error)}") from error


@cache
def _converter() -> Converter:
    converter = Converter(forbid_extra_keys=True)
    configure_union_passthrough(str | int | float | bool | None, converter)
    return converter


def _hints(function: Callable[..., object], name: str) -> dict[str, object]:
    try:
        return cast("dict[str, object]", get_type_hints(function, include_extras=True))
    except NameError as error:
        raise UsageError(
            f"an annotation of {name} cannot be resolved, {error}: import the name at the top of "
            "the module, or pass schema=..."
        ) from error


def _check_convertible(annotation: object, where: str) -> None:
    try:
        _converter().get_structure_hook(cast("type[object]", annotation))
    except (StructureHandlerNotFoundError, TypeError) as error:
        raise UsageError(f"{where} cannot be made of JSON, {annotation}: {REMEDY}") from error


def _default(value: object) -> Schema:
    """Tell the default if JSON can; the schema says that the parameter may be left out anyway."""
    try:
        return {"default": json_unfreeze(json_freeze(cast("JSON", value)))}
    except JsonError:
        return {}


def _innermost(error: Exception) -> str:
    while isinstance(error, ExceptionGroup):
        error = cast("ExceptionGroup[Exception]", error).exceptions[0]
    return str(error) or type(error).__name__
