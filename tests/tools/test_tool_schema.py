"""The schema that a function's signature gives, and what is told of what does not fit it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, NewType, NotRequired, TypedDict
from uuid import UUID

import attrs
import pytest
from parameters import parameters_of

from sagent.errors import UsageError
from sagent.lib.json import JSON
from sagent.tool import Tool, validator_for
from sagent.tools import tool


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


@attrs.frozen
class Point:
    x: int
    y: int = 0


Age = NewType("Age", int)


class Options(TypedDict):
    depth: int
    names: NotRequired[str]


@attrs.frozen
class Hidden:
    """A field with another name.

    Attributes:
        _secret: what nobody knows.
    """

    _secret: str


@pytest.mark.parametrize(
    ("annotation", "schema"),
    [
        (str, {"type": "string"}),
        (int, {"type": "integer"}),
        (float, {"type": "number"}),
        (bool, {"type": "boolean"}),
        (list[int], {"type": "array", "items": {"type": "integer"}}),
        (Sequence[str], {"type": "array", "items": {"type": "string"}}),
        (tuple[str, ...], {"type": "array", "items": {"type": "string"}}),
        (dict[str, bool], {"type": "object", "additionalProperties": {"type": "boolean"}}),
        (Mapping[str, int], {"type": "object", "additionalProperties": {"type": "integer"}}),
        (str | None, {"anyOf": [{"type": "string"}, {"type": "null"}]}),
        (Literal["a", 1], {"enum": ["a", 1]}),
        (Colour, {"enum": ["red", "blue"]}),
        (Annotated[int, "how many"], {"type": "integer", "description": "how many"}),
        (
            Annotated[int, "how many", {"minimum": 1}],
            {"type": "integer", "description": "how many", "minimum": 1},
        ),
        (Literal[Colour.RED], {"enum": ["red"]}),
        (Age, {"type": "integer"}),
        (Path, {"type": "string"}),
        (datetime, {"type": "string", "format": "date-time"}),
        (date, {"type": "string", "format": "date"}),
        (UUID, {"type": "string", "format": "uuid"}),
        (set[int], {"type": "array", "items": {"type": "integer"}}),
        (tuple, {"type": "array"}),
        (tuple[()], {"type": "array", "minItems": 0, "maxItems": 0}),
        (
            tuple[int, int],
            {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2},
        ),
        (
            tuple[int, str],
            {
                "type": "array",
                "items": {"anyOf": [{"type": "integer"}, {"type": "string"}]},
                "minItems": 2,
                "maxItems": 2,
            },
        ),
        (
            Options,
            {
                "type": "object",
                "properties": {"depth": {"type": "integer"}, "names": {"type": "string"}},
                "required": ["depth"],
                "additionalProperties": False,
            },
        ),
        (
            Hidden,
            {
                "type": "object",
                "properties": {"secret": {"type": "string", "description": "what nobody knows."}},
                "required": ["secret"],
                "additionalProperties": False,
            },
        ),
        (
            Point,
            {
                "type": "object",
                "properties": {"x": {"type": "integer"}, "y": {"type": "integer"}},
                "required": ["x"],
                "additionalProperties": False,
            },
        ),
    ],
)
def test_a_schema_is_read_from_an_annotation(annotation: object, schema: JSON) -> None:
    async def f(value: object) -> None:
        pass

    f.__annotations__["value"] = annotation

    assert parameters_of(tool(f)) == {"value": schema}


def test_a_parameter_with_a_default_may_be_left_out() -> None:
    @tool
    async def f(a: int, b: str = "x", c: Colour = Colour.RED) -> None:
        pass

    assert validator_for(f).faults({"a": 1}) == ""
    assert validator_for(f).faults({"b": "y"})
    assert validator_for(f).faults({"a": 1, "d": 1})
    assert parameters_of(f)["b"] == {"type": "string", "default": "x"}
    assert parameters_of(f)["c"] == {"enum": ["red", "blue"], "default": "red"}


@pytest.mark.parametrize("annotation", [object, Any, bytes, dict[int, str], type[int], Tool])
def test_an_annotation_that_no_json_fits_is_refused_with_the_remedy(annotation: object) -> None:
    async def f(value: object) -> None:
        pass

    f.__annotations__["value"] = annotation

    with pytest.raises(UsageError, match=r"parameter 'value' of f .*annotate it with.*schema="):
        tool(f)


def test_a_parameter_without_a_name_or_an_annotation_is_refused() -> None:
    async def rest(*values: int) -> None:
        pass

    async def bare(value) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001  # what is refused
        pass

    with pytest.raises(UsageError, match="parameter 'values' of rest has no name"):
        tool(rest)
    with pytest.raises(UsageError, match="parameter 'value' of bare has no annotation"):
        tool(bare)  # pyright: ignore[reportUnknownArgumentType]


def test_a_constraint_that_is_none_is_refused() -> None:
    async def f(count: Annotated[int, {"minimum": "one"}]) -> None:
        pass

    with pytest.raises(UsageError, match="the schema of tool f is not valid"):
        tool(f)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("x", '- where: "x" is none of these: integer; array; object'),
        (
            [1],
            '- where: [1] is none of these: integer; one where where.0 fits (1 is not of type "string"); object',
        ),
        (
            {},
            '- where: {} is none of these: integer; array; one that fits ("x" is a required property)',
        ),
    ],
)
def test_a_value_that_fits_no_member_of_a_union_is_told_in_one_line(value: JSON, told: str) -> None:
    @tool
    async def go(where: int | list[str] | Point) -> None:
        pass

    faults = validator_for(go).faults({"where": value}).splitlines()

    assert faults[1:] == [told, "go takes where (integer or array or object, required)."]


def test_what_is_told_of_much_that_is_wrong_is_short() -> None:
    @tool
    async def add(numbers: list[int], name: Literal["a"]) -> None:
        pass

    faults = validator_for(add).faults({"numbers": ["x"] * 1000, "name": "y" * 100_000})

    assert len(faults) < 5_000
    assert "- and more" in faults
