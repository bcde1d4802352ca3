"""Models of pydantic, which is not imported: who has such a class has it.

What is used of a class is ``model_json_schema``, ``model_validate_json`` and ``model_dump``, which
pydantic has had since 2.0.
"""

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol, Self, TypeGuard, cast

from sagent.errors import UsageError
from sagent.lib.json import JSON, JsonValue, json_dumps

_DEPTH = 20
"""How many definitions may refer to one another: what contains itself has no end."""
_LEFT_OUT = frozenset({"$ref", "title", "discriminator"})
_VALUES = frozenset({"default", "const", "enum", "examples", "description"})
_NAMED = frozenset({"properties", "patternProperties"})


class PydanticModel(Protocol):
    """What is used of a model of pydantic."""

    @classmethod
    def model_json_schema(cls) -> dict[str, JsonValue]:
        """Give the JSON Schema."""
        ...

    @classmethod
    def model_validate_json(cls, json_data: str) -> Self:
        """Make an instance of what is written as JSON."""
        ...

    def model_dump(self, *, mode: Literal["json"], by_alias: bool) -> dict[str, JsonValue]:
        """Give what JSON can tell."""
        ...


def is_pydantic(kind: object) -> TypeGuard[type[PydanticModel]]:
    """Tell whether *kind* is a class of pydantic's models."""
    return isinstance(kind, type) and all(
        callable(getattr(kind, name, None))
        for name in ("model_json_schema", "model_validate_json", "model_dump")
    )


def pydantic_schema(kind: type[PydanticModel], where: str) -> dict[str, JsonValue]:
    """Give the schema of *kind*, with its definitions where they are meant.

    Raises:
        UsageError: *kind* contains itself, or pydantic has no schema of it.
    """
    try:
        schema = kind.model_json_schema()
    except Exception as error:
        raise UsageError(f"pydantic has no schema of {where}, {kind.__name__}: {error}") from error
    definitions = cast("dict[str, JsonValue]", schema.pop("$defs", {}))
    return cast("dict[str, JsonValue]", _Inliner(definitions, where).inlined(schema, 0))


def pydantic_value(value: object, kind: type[PydanticModel]) -> object:
    """Make a *kind* of *value*, which has come as JSON.

    Raises:
        ValueError: it does not fit; what pydantic says of it, without its advice to people.
    """
    try:
        return kind.model_validate_json(json_dumps(cast("JSON", value)))
    except ValueError as error:
        raise ValueError(_faults(error)) from error


def pydantic_json(value: PydanticModel) -> dict[str, JsonValue]:
    """Give what JSON can tell of *value*."""
    return value.model_dump(mode="json", by_alias=True)


class _Inliner:
    """Puts definitions where a schema refers to them: it becomes a part of a larger one."""

    def __init__(self, definitions: Mapping[str, JsonValue], where: str) -> None:
        self._definitions = definitions
        self._where = where

    def inlined(self, schema: JsonValue, depth: int) -> JsonValue:
        """Give *schema* without references, and without the titles that pydantic makes up."""
        if isinstance(schema, list):
            return [self.inlined(item, depth) for item in schema]
        if not isinstance(schema, dict):
            return schema
        inlined = {
            key: self._keyword(key, value, depth)
            for key, value in schema.items()
            if key not in _LEFT_OUT
        }
        reference = schema.get("$ref")
        return self._target(reference, depth + 1) | inlined if reference else inlined

    def _target(self, reference: JsonValue, depth: int) -> dict[str, JsonValue]:
        if depth > _DEPTH:
            raise UsageError(f"the annotation of {self._where} contains itself: pass schema=...")
        target = self._definitions[str(reference).removeprefix("#/$defs/")]
        return cast("dict[str, JsonValue]", self.inlined(target, depth))

    def _keyword(self, key: str, value: JsonValue, depth: int) -> JsonValue:
        if key in _VALUES:
            return value
        if key in _NAMED and isinstance(value, dict):
            return {name: self.inlined(schema, depth) for name, schema in value.items()}
        return self.inlined(value, depth)


class _Told(Protocol):
    """What pydantic raises, beside being a ValueError."""

    def errors(self, *, include_url: bool) -> Sequence[Mapping[str, object]]:
        """Tell what does not fit, and where."""
        ...


def _faults(error: ValueError) -> str:
    if not hasattr(error, "errors"):
        return str(error)
    return "; ".join(map(_fault, cast("_Told", error).errors(include_url=False)))


def _fault(fault: Mapping[str, object]) -> str:
    place = ".".join(map(str, cast("Sequence[object]", fault["loc"])))
    return f"{place}: {fault['msg']}" if place else str(fault["msg"])
