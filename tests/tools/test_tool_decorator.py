"""What the decorator makes of a function: a name, a schema, or a refusal."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal, NewType, NotRequired, TypedDict, assert_type
from uuid import UUID

import attrs
import pytest

from sagent.errors import UsageError
from sagent.lib.json import JSON, json_unfreeze
from sagent.message import JsonMessage
from sagent.tool import Effect, Report, StreamingTool, Tool, effects_of, validator_for
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

    assert properties(tool(f)) == {"value": schema}


def test_a_parameter_with_a_default_may_be_left_out() -> None:
    @tool
    async def f(a: int, b: str = "x", c: Colour = Colour.RED) -> None:
        pass

    assert validator_for(f).faults({"a": 1}) == ""
    assert validator_for(f).faults({"b": "y"})
    assert validator_for(f).faults({"a": 1, "d": 1})
    assert properties(f)["b"] == {"type": "string", "default": "x"}
    assert properties(f)["c"] == {"enum": ["red", "blue"], "default": "red"}


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


@attrs.frozen
class Shelf:
    books: tuple[str, ...]

    def find(self, title: str) -> bool:
        """Look for a book."""
        return title in self.books

    async def __call__(self, title: str) -> bool:
        """Look for a book, later."""
        return self.find(title)

    def undecorated(self, title: str) -> bool:
        return self.find(title)


def test_a_method_of_an_instance_is_a_function() -> None:
    find = tool(Shelf(("Emma",)).find)

    assert (find.name, find.description) == ("find", "Look for a book.")
    assert list(properties(find)) == ["title"]


def test_an_object_that_can_be_called_is_a_function() -> None:
    find = tool(name="find")(Shelf(("Emma",)))

    assert (find.description, find.runs_in) == ("Look for a book, later.", "task")
    assert list(properties(find)) == ["title"]


def test_what_a_partial_has_set_is_not_the_models_to_choose() -> None:
    async def delete(root: str, name: str, *, quietly: bool = False) -> str:
        """Delete a file."""
        return f"{root}/{name} {quietly}"

    by_place, by_name = tool(partial(delete, "/safe")), tool(partial(delete, root="/safe"))

    assert (by_place.name, by_place.description) == ("delete", "Delete a file.")
    assert list(properties(by_place)) == list(properties(by_name)) == ["name", "quietly"]


def test_a_method_that_no_instance_has_is_refused_with_the_remedy() -> None:
    with pytest.raises(UsageError, match=r"'self' of undecorated .*tool\(instance\.method\)"):
        tool(Shelf.undecorated)


def test_a_report_is_not_the_models_to_give() -> None:
    @tool
    async def work(steps: int, report: Report) -> None:
        report(str(steps))

    @tool
    async def quiet(steps: int) -> None:
        pass

    assert list(properties(work)) == ["steps"]
    assert isinstance(work, StreamingTool)
    assert not isinstance(quiet, StreamingTool)


def test_effects_may_be_named() -> None:
    @tool(effects={"reads", "network"})
    async def fetch(url: str) -> str:
        return url

    assert fetch.effects == effects_of(fetch) == {Effect.READS, Effect.NETWORK}


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"effects": {"reeds"}}, "declares the effects .*reads, writes, network, processes"),
        ({"effects": "reads"}, "declares the effects"),
        ({"concurrency": "alone"}, "'shared' or 'exclusive'"),
        ({"deadline_s": 0}, "allow more than 0"),
        ({"deadline_s": float("nan")}, "allow more than 0"),
        ({"max_result_chars": 0}, "allow at least 1"),
        ({"schema": {"type": "strnig"}}, "the schema of tool f is not valid"),
    ],
)
def test_an_option_that_cannot_be_meant_is_refused(option: dict[str, Any], message: str) -> None:
    async def f() -> None:
        pass

    with pytest.raises(UsageError, match=message):
        tool(**option)(f)


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
