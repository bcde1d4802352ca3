"""What the decorator makes of a function: a name, a schema, or a refusal."""

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import Annotated, Any, Literal, assert_type

import attrs
import pytest

from sagent.errors import UsageError
from sagent.lib.json import JSON, json_unfreeze
from sagent.message import JsonMessage
from sagent.tool import Tool, effects_of, validator_for
from sagent.tools import tool


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


@attrs.frozen
class Point:
    x: int
    y: int = 0


def properties(function: Tool) -> dict[str, JSON]:
    schema = json_unfreeze(function.directive_schema)
    assert isinstance(schema, dict)
    found = schema["properties"]
    assert isinstance(found, dict)
    return dict(found)


def test_name_and_description_come_from_the_function() -> None:
    @tool
    def Count_words(text: str) -> int:  # noqa: N802  # the spelling is the rule
        """Count the words
        of a text.

        Words are parted by space.

        Args:
            text (str): what to count,
                all of it.

        Returns:
            how many: there are.
        """  # a paragraph of two lines
        return len(text.split())

    assert Count_words.name == "Count_words"
    assert Count_words.tool_id == "application/x-tool-count_words"
    assert Count_words.description == "Count the words of a text."
    assert properties(Count_words) == {
        "text": {"type": "string", "description": "what to count, all of it."}
    }


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

    assert properties(tool(f)) == {"value": schema}


def test_a_parameter_with_a_default_may_be_left_out() -> None:
    @tool
    async def f(a: int, b: str = "x", c: Colour = Colour.RED) -> None:
        pass

    assert validator_for(f).faults({"a": 1}) == ""
    assert validator_for(f).faults({"b": "y"})
    assert validator_for(f).faults({"a": 1, "d": 1})
    assert properties(f)["b"] == {"type": "string", "default": "x"}
    assert properties(f)["c"] == {"enum": ["red", "blue"]}


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


def test_options_replace_what_the_function_says() -> None:
    schema: JSON = {"type": "object", "properties": {"anything": {}}}

    @tool(name="look", description="Look.", schema=schema, effects=frozenset())
    async def f(**anything: object) -> str:
        return str(anything)

    assert (f.name, f.description) == ("look", "Look.")
    assert json_unfreeze(f.directive_schema) == schema
    assert effects_of(f) == frozenset()


def test_a_name_that_no_model_could_call_is_refused() -> None:
    async def f() -> None:
        pass

    with pytest.raises(UsageError, match="'a b' is no name of a tool"):
        tool(name="a b")(f)


def test_a_generator_is_refused() -> None:
    def count() -> Iterator[int]:
        yield 1

    with pytest.raises(UsageError, match="return them all at once"):
        tool(count)


def test_a_place_that_does_not_exist_is_refused() -> None:
    def count() -> int:
        return 1

    with pytest.raises(UsageError, match="runs_in is 'process' or 'thread'"):
        tool(count, runs_in="elsewhere")  # type: ignore[call-overload]


def test_an_async_function_has_no_choice_where_to_run() -> None:
    async def f() -> None:
        pass

    with pytest.raises(UsageError, match="leave out runs_in"):
        tool(runs_in="thread")(f)


def test_the_function_can_still_be_called() -> None:
    @tool
    def double(number: int) -> int:
        """Double."""
        return 2 * number

    assert assert_type(double(4), int) == 8
    assert double.__doc__ == "Double."


def test_the_decorators_keep_the_functions_type() -> None:
    @tool
    async def bare(number: int) -> str:
        return str(number)

    @tool(runs_in="thread")
    def with_options(number: int, *, text: str = "") -> str:
        return text * number

    tools: list[Tool] = [bare, with_options]

    assert len(tools) == 2
    assert assert_type(with_options(2, text="a"), str) == "aa"


def test_a_summary_shows_the_call() -> None:
    @tool
    async def add(a: int, b: int) -> int:
        return a + b

    assert add.summary(JsonMessage({"a": 1, "b": 2})) == "add(a=1, b=2)"
