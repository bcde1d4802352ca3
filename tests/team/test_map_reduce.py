"""Many items become one result."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from team_models import Echo, echo, echoing

from sagent.agent import Agent
from sagent.budget import Budget
from sagent.errors import ModelStoppedError, ReduceError, UsageError
from sagent.message import result_text
from sagent.model import Price
from sagent.team import FanIn, map_reduce
from sagent.testing import ScriptedModel


class Joiner(Echo):
    """Reduces parts to their letters, one after the other."""

    def answer(self, text: str) -> str:
        return "".join(
            line for line in text.splitlines() if line and not line.startswith(("#", "Here"))
        )


async def _upper(item: str) -> str:
    return item.upper()


async def _join(parts: tuple[str, ...]) -> str:
    return "".join(parts)


async def test_results_are_reduced_in_the_order_of_their_items() -> None:
    reduced = await map_reduce(_upper, _join, ["a", "b", "c", "d", "e"], fan_in=2)

    assert reduced.value == "ABCDE"
    assert reduced.levels == 3
    assert [outcome.value for outcome in reduced.outcomes] == list("ABCDE")


async def test_agents_map_and_reduce_too() -> None:
    mapper, reducer = Agent(model=echo()), Agent(model=Joiner())

    reduced = await map_reduce(
        mapper,
        reducer,
        list("abcdefg"),
        prompt="{item}",
        reduce_prompt="Here they are.\n{items}",
        fan_in=3,
    )

    assert reduced.value == "abcdefg"
    assert reduced.spent.calls == 7 + 2 + 1


async def test_a_function_may_map_for_an_agent_and_the_other_way_round() -> None:
    one = await map_reduce(_upper, Agent(model=Joiner()), ["a"], reduce_prompt="{items}")
    other = await map_reduce(echoing(), _join, ["a", "b"])

    assert (one.value, other.value) == ("A", "ab")


async def test_a_single_result_is_reduced_too() -> None:
    async def count(parts: tuple[str, ...]) -> str:
        return f"{len(parts)} part"

    reduced = await map_reduce(_upper, count, ["a"])

    assert reduced.value == "1 part"


async def test_a_group_is_no_larger_than_half_of_the_reducers_window() -> None:
    reducer = Joiner()
    reducer.context_window = 100
    parts = [letter * 60 for letter in "abcdef"]  # of 15 tokens

    reduced = await map_reduce(
        _upper, Agent(model=reducer, compactor=None), parts, reduce_prompt="{items}"
    )

    asked = [result_text(request.messages[-1]) for request in reducer.requests[:2]]
    assert [text.count("#") // 2 for text in asked] == [3, 3]
    assert reduced.value == "".join(parts).upper()


async def test_a_part_too_large_for_a_group_is_first_reduced_by_itself() -> None:
    seen: list[int] = []

    async def shorten(parts: tuple[str, ...]) -> str:
        seen.append(len(parts))
        return "".join(parts)[:4]

    await map_reduce(_upper, shorten, ["a" * 400, "b", "c"], fan_in=FanIn(count=9, tokens=50))

    assert seen == [1, 2, 2]


async def test_what_failed_is_left_out_and_told() -> None:
    async def add(parts: tuple[int, ...]) -> int:
        return sum(parts)

    async def only_odd(item: int) -> int:
        if item % 2 == 0:
            raise ValueError(item)
        return item

    reduced = await map_reduce(only_odd, add, range(6))

    assert reduced.value == 9
    assert [outcome.item for outcome in reduced.failed] == [0, 2, 4]


async def test_no_items_are_the_empty_value_and_the_reducer_is_not_asked() -> None:
    nothing: list[str] = []

    reduced = await map_reduce(_upper, _join, nothing, empty=str)

    assert (reduced.value, reduced.outcomes, reduced.levels) == ("", (), 0)


async def test_no_items_and_no_empty_value_are_told() -> None:
    nothing: list[str] = []

    with pytest.raises(UsageError, match="empty="):
        await map_reduce(_upper, _join, nothing)


async def test_a_reducer_that_fails_keeps_all_that_was_mapped() -> None:
    async def fail(parts: tuple[str, ...]) -> str:
        if "C" in parts:
            raise KeyError("c")
        return "".join(parts)

    with pytest.raises(ReduceError, match="reducer failed at 2 parts of 4 results") as caught:
        await map_reduce(_upper, fail, ["a", "b", "c", "d"], fan_in=2)

    assert caught.value.parts == ("AB", "C", "D")
    assert len(caught.value.outcomes) == 4
    assert isinstance(caught.value.__cause__, KeyError)


async def test_after_a_reducer_failed_the_journal_pays_for_nothing_twice(tmp_path: Path) -> None:
    mapper = echo()
    failing = Agent(model=ScriptedModel("ab", ModelStoppedError("no")), name="Reducer")
    mended = Agent(model=ScriptedModel("cd", "abcd"), name="Reducer")
    journal = tmp_path / "journal"
    with pytest.raises(ReduceError):
        await map_reduce(
            Agent(model=mapper), failing, ["a", "b", "c", "d"], fan_in=2, journal=journal, limit=1
        )

    reduced = await map_reduce(
        Agent(model=mapper), mended, ["a", "b", "c", "d"], fan_in=2, journal=journal
    )

    assert reduced.value == "abcd"
    assert len(mapper.requests) == 4
    assert reduced.spent.calls == 2


async def test_nothing_to_reduce_is_an_error_that_says_why() -> None:
    async def fail(item: str) -> str:
        raise KeyError(item)

    with pytest.raises(ReduceError, match="none of 2 items has a result") as caught:
        await map_reduce(fail, _join, ["a", "b"])

    assert len(caught.value.outcomes) == 2


async def test_items_that_end_with_an_error_keep_what_was_mapped() -> None:
    def broken() -> Iterator[str]:
        yield "a"
        raise OSError("the disk is gone")

    with pytest.raises(ReduceError, match="the disk is gone") as caught:
        await map_reduce(_upper, _join, broken())

    assert caught.value.parts == ("A",)


async def test_mapping_and_reducing_share_a_budget() -> None:
    price = Price(input_per_mtok="1000000")
    budget = Budget(usd=5, name="work")
    mapper, reducer = Agent(model=echo(price=price)), Agent(model=Joiner(price=price), name="R")

    with pytest.raises(ReduceError) as caught:
        await map_reduce(
            mapper, reducer, list("abcde"), reduce_prompt="{items}", budget=budget, limit=1
        )

    assert len(caught.value.outcomes) == 5
    assert budget.spent.usd <= 5


@pytest.mark.parametrize(
    "arguments",
    [{"fan_in": 1}, {"budget": 3}, {"reduce_prompt": "{items}"}, {"prompt": "{item}"}],
)
async def test_what_cannot_be_meant_is_told(arguments: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        await map_reduce(_upper, _join, ["a"], **arguments)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue,reportArgumentType]
