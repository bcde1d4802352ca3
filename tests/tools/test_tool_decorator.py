"""What the decorator makes of a function: a name, options, or a refusal."""

from collections.abc import Iterator
from functools import partial
from typing import Any, assert_type

import attrs
import pytest
from parameters import parameters_of

from sagent.errors import UsageError
from sagent.lib.json import JSON, json_unfreeze
from sagent.message import JsonMessage
from sagent.tool import Effect, Report, StreamingTool, Tool, effects_of
from sagent.tools import tool


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
    assert parameters_of(Count_words) == {
        "text": {"type": "string", "description": "what to count, all of it."}
    }


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
    assert list(parameters_of(find)) == ["title"]


def test_an_object_that_can_be_called_is_a_function() -> None:
    find = tool(name="find")(Shelf(("Emma",)))

    assert (find.description, find.runs_in) == ("Look for a book, later.", "task")
    assert list(parameters_of(find)) == ["title"]


def test_what_a_partial_has_set_is_not_the_models_to_choose() -> None:
    async def delete(root: str, name: str, *, quietly: bool = False) -> str:
        """Delete a file."""
        return f"{root}/{name} {quietly}"

    by_place, by_name = tool(partial(delete, "/safe")), tool(partial(delete, root="/safe"))

    assert (by_place.name, by_place.description) == ("delete", "Delete a file.")
    assert list(parameters_of(by_place)) == list(parameters_of(by_name)) == ["name", "quietly"]


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

    assert list(parameters_of(work)) == ["steps"]
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
        ({"deadline_s": 0}, "a number above 0"),
        ({"deadline_s": float("nan")}, "a number above 0"),
        ({"deadline_s": "5"}, "has a deadline_s of '5': allow a number"),
        ({"max_result_chars": 0}, "a whole number of at least 1"),
        ({"max_result_chars": 1e4}, "has max_result_chars of 10000.0: allow a whole number"),
        ({"concurrency": ["shared"]}, "'shared' or 'exclusive'"),
        ({"schema": {"type": "strnig"}}, "the schema of tool f is not valid"),
    ],
)
def test_an_option_that_cannot_be_meant_is_refused(option: dict[str, Any], message: str) -> None:
    async def f() -> None:
        pass

    with pytest.raises(UsageError, match=message):
        tool(**option)(f)


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
