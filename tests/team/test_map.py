"""Many items, one outcome each."""

from collections.abc import AsyncIterator, Iterator
from typing import Literal

import anyio
import pytest
import trio
import trio.testing
from team_models import Busy, echo, echoing
from trio.testing import MockClock

from sagent.actors import open_system
from sagent.agent import Agent, Prompt
from sagent.errors import (
    RunCancelledError,
    UsageError,
)
from sagent.message import BytesMessage
from sagent.model import ModelRequest, Usage
from sagent.team import Outcome, Outcomes, map_agents
from sagent.testing import ScriptedModel


async def test_an_agent_is_asked_about_each_item_and_its_answers_are_the_values() -> None:
    async with map_agents(echoing(), ["a", "b"], prompt="Say {item}!") as outcomes:
        values = {outcome.item: outcome.value async for outcome in outcomes}

    assert values == {"a": "Say a!", "b": "Say b!"}


async def test_each_item_has_an_agent_with_a_history_of_its_own() -> None:
    model = echo()

    async with map_agents(Agent(model=model), ["a", "b", "c"], limit=1) as outcomes:
        await outcomes.collect()

    assert [len(request.messages) for request in model.requests] == [1, 1, 1]


async def test_an_async_function_works_on_items_too() -> None:
    async def double(number: int) -> int:
        return number * 2

    async with map_agents(double, range(3)) as outcomes:
        assert [outcome.value for outcome in await outcomes.collect()] == [0, 2, 4]


async def test_answers_by_a_schema_are_json_values() -> None:
    model = ScriptedModel('{"n": 1}')

    async with map_agents(
        Agent(model=model), ["one"], output_schema={"type": "object"}
    ) as outcomes:
        (outcome,) = await outcomes.collect()

    assert outcome.value == {"n": 1}


async def test_a_prompt_may_be_made_by_a_function_with_attachments() -> None:
    model = echo()

    def asked(item: int) -> Prompt:
        return Prompt(f"What is on picture {item}?", attachments=(BytesMessage(b"png"),))

    async with map_agents(Agent(model=model), [7], prompt=asked) as outcomes:
        await outcomes.collect()

    assert "multipart" in model.requests[0].messages[0].descriptor


async def test_braces_in_prompts_and_items_mean_nothing() -> None:
    async with map_agents(echoing(), ["{item} {x}"], prompt='{"say": {item}}') as outcomes:
        (outcome,) = await outcomes.collect()

    assert outcome.value == '{"say": {item} {x}}'


async def test_outcomes_come_as_they_are_completed(autojump_clock: MockClock) -> None:
    async with map_agents(_sleep, [3, 1, 2]) as outcomes:
        assert [outcome.item async for outcome in outcomes] == [1, 2, 3]


async def test_outcomes_come_in_the_order_of_their_items(autojump_clock: MockClock) -> None:
    async with map_agents(_sleep, [3, 1, 2], order="given") as outcomes:
        assert [outcome.item async for outcome in outcomes] == [3, 1, 2]


async def test_a_failing_item_fails_alone() -> None:
    async def divide(number: int) -> float:
        return 6 / number

    async with map_agents(divide, [0, 2, 3]) as outcomes:
        failed, *fine = await outcomes.collect()

    assert isinstance(failed.error, ZeroDivisionError)
    assert [outcome.value for outcome in fine] == [3, 2]
    with pytest.raises(ZeroDivisionError):
        _ = failed.value


async def test_no_more_than_the_limit_is_worked_on_at_once(autojump_clock: MockClock) -> None:
    busy = Busy()

    async with map_agents(busy.work, range(20), limit=3) as outcomes:
        await outcomes.collect()

    assert busy.most == 3


@pytest.mark.parametrize("order", ["completed", "given"])
async def test_items_are_taken_as_the_reader_needs_them(
    order: Literal["completed", "given"],
) -> None:
    taken: list[int] = []

    def endless() -> Iterator[int]:
        while True:
            taken.append(len(taken))
            yield len(taken)

    async with map_agents(_same, endless(), limit=2, order=order) as outcomes:
        await trio.testing.wait_all_tasks_blocked()
        before = len(taken)
        for _ in range(100):
            await anext(outcomes)

    assert before == 8
    assert len(taken) <= 110


async def test_ten_thousand_items_have_ten_thousand_outcomes() -> None:
    async with map_agents(_same, iter(range(10_000)), limit=100) as outcomes:
        total = sum([outcome.value async for outcome in outcomes])

    assert total == sum(range(10_000))
    assert outcomes.counts.succeeded == 10_000


async def test_items_may_come_out_of_an_async_generator(autojump_clock: MockClock) -> None:
    async def arriving() -> AsyncIterator[int]:
        for number in range(3):
            await trio.sleep(1)
            yield number

    async with map_agents(_sleep, arriving(), order="given") as outcomes:
        assert [outcome.item async for outcome in outcomes] == [0, 1, 2]


async def test_what_the_items_raise_is_raised_after_all_outcomes() -> None:
    def broken() -> Iterator[int]:
        yield 1
        yield 2
        raise KeyError("no more")

    async with map_agents(_same, broken()) as outcomes:
        read = [await anext(outcomes), await anext(outcomes)]
        with pytest.raises(KeyError, match="no more"):
            await anext(outcomes)

    assert sorted(outcome.item for outcome in read) == [1, 2]


async def test_what_was_collected_before_the_items_failed_is_unread_again() -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise KeyError("no more")

    async with map_agents(_same, broken(), order="given") as outcomes:
        with pytest.raises(KeyError):
            await outcomes.collect()

        assert [outcome.item for outcome in outcomes.unread] == [1]


async def test_leaving_the_block_early_ends_the_work_and_keeps_what_was_done(
    autojump_clock: MockClock,
) -> None:
    async with map_agents(_sleep, [1, 1, 60], limit=3) as outcomes:
        first = await anext(outcomes)
        await trio.sleep(1)

    rest = outcomes.unread
    assert first.ok
    assert [(outcome.item, outcome.ok) for outcome in rest] == [(1, True), (60, False)]
    assert isinstance(rest[1].error, RunCancelledError)


async def test_a_cancelled_block_keeps_what_was_done(autojump_clock: MockClock) -> None:
    teams: list[Outcomes[int, int]] = []

    with trio.move_on_after(10):
        async with map_agents(_sleep, [1, 2, 60], limit=2) as outcomes:
            teams.append(outcomes)
            await outcomes.collect()

    kept = sorted((outcome.item, outcome.ok) for outcome in teams[0].unread)
    assert kept == [(1, True), (2, True), (60, False)]


@pytest.mark.parametrize("passes", range(8))
@pytest.mark.schedules(10)
async def test_an_agent_is_gone_with_the_block_however_far_its_start_was(
    passes: int, any_schedule: MockClock
) -> None:
    async with open_system() as system:
        async with map_agents(echoing(), range(30), limit=30, system=system):
            for _ in range(passes):
                await trio.lowlevel.checkpoint()

        assert system.names() == ()


async def test_a_cancelled_team_gives_what_it_has_and_ends(autojump_clock: MockClock) -> None:
    async with map_agents(_sleep, iter([1, 60, 60, 1]), limit=2) as outcomes:
        await trio.sleep(2)
        outcomes.cancel()
        read = await outcomes.collect()

    assert [outcome.ok for outcome in read] == [True, False, False]


async def test_what_the_block_raises_comes_out_bare() -> None:
    with pytest.raises(KeyError):
        async with map_agents(_sleep, [60]):
            raise KeyError


async def test_agents_are_spawned_into_the_system_at_hand_under_free_names() -> None:
    seen: list[tuple[str, ...]] = []
    async with open_system() as system:
        await system.spawn(Agent(model=ScriptedModel()), name="Reader-1")

        def look(request: ModelRequest) -> str:
            seen.append(system.names())
            return "so"

        agent = Agent(model=ScriptedModel(look), name="Reader")
        async with map_agents(agent, ["go"], system=system) as outcomes:
            await outcomes.collect()

        assert system.names() == ("Reader-1",)
    assert seen == [("Reader-1", "Reader-2")]


async def test_an_outcome_tells_the_tokens_of_its_item() -> None:
    usage = Usage(input_tokens=7, output_tokens=3)

    async with map_agents(Agent(model=ScriptedModel("so", usage=usage)), ["go"]) as outcomes:
        (outcome,) = await outcomes.collect()

    assert outcome.usage == usage
    assert (outcome.spent.tokens, outcome.spent.calls) == (10, 1)


async def test_no_items_make_no_outcomes() -> None:
    nothing: list[str] = []

    async with map_agents(echoing(), nothing) as outcomes:
        assert await outcomes.collect() == ()


async def test_an_item_that_makes_no_prompt_is_told_and_costs_nothing() -> None:
    model = echo()

    def prompt(number: int) -> str:
        return " " if number else str(1 / number)

    async with map_agents(Agent(model=model), [0, 1], prompt=prompt) as outcomes:
        broken, empty = await outcomes.collect()
    async with map_agents(Agent(model=model), [object()]) as others:
        (strange,) = await others.collect()

    assert isinstance(broken.error, ZeroDivisionError)
    assert isinstance(empty.error, UsageError)
    assert "prompt=" in str(strange.error)
    assert model.requests == []


def _sync(item: int) -> int:
    return item


async def _same(item: int) -> int:
    return item


async def _sleep(seconds: int) -> int:
    await trio.sleep(seconds)
    return seconds


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"limit": 0}, "limit is 0"),
        ({"attempts": 0}, "attempts is 0"),
        ({"item_seconds": 0}, "item_seconds is 0"),
        ({"order": "random"}, "choose completed or given"),
        ({"items": "abc"}, "one text"),
        ({"items": 3}, "gives no items"),
        ({"worker": _sync}, "make it `async def`"),
        ({"worker": Agent}, "pass an agent"),
        ({"worker": 3}, "pass an Agent or"),
        ({"prompt": "Summarise."}, "no {item}"),
        ({"output_schema": {"type": "nonsense"}}, "schema"),
        ({"worker": _sleep, "prompt": "{item}"}, "are for agents"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_cannot_be_meant_is_told_before_anything_begins(
    arguments: dict[str, object], told: str
) -> None:
    whole: dict[str, object] = {"worker": echoing(), "items": [1]} | arguments

    with pytest.raises((UsageError, TypeError), match=told):
        map_agents(**whole)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue,reportArgumentType,reportUnknownArgumentType]


def test_a_team_says_that_it_needs_trio() -> None:
    async def main() -> None:
        async with map_agents(_same, [1]):
            raise AssertionError

    with pytest.raises(UsageError, match="a team works under trio, not asyncio"):
        anyio.run(main, backend="asyncio")


def test_an_outcome_shows_what_it_is() -> None:
    outcome = Outcome(item="a", index=0, value="b")

    assert "item='a'" in repr(outcome)
    assert "value='b'" in repr(outcome)
