"""One budget for all items."""

from decimal import Decimal
from pathlib import Path

import pytest
import trio
from trio.testing import MockClock

from sagent.agent import Agent
from sagent.budget import Budget
from sagent.errors import BudgetExceededError, UsageError
from sagent.home import Home
from sagent.model import Price, Usage
from sagent.session import create_session
from sagent.team import Share, map_agents
from sagent.testing import RecordingTool, ScriptedModel, calls

DOLLAR_A_CALL = Price(output_per_mtok="1000")
USAGE = Usage(input_tokens=1, output_tokens=1_000)


def costly(*steps: str) -> ScriptedModel:
    return ScriptedModel(*steps, price=DOLLAR_A_CALL, usage=USAGE)


async def test_when_the_budget_ends_every_item_has_an_outcome_all_the_same() -> None:
    budget = Budget(usd=3, name="the work")

    async with map_agents(
        Agent(model=costly(*"abc")), range(5), budget=budget, limit=1, order="given"
    ) as outcomes:
        found = await outcomes.collect()

    assert [outcome.ok for outcome in found] == [True, True, True, False, False]
    assert all(isinstance(outcome.error, BudgetExceededError) for outcome in found[3:])
    assert [outcome.attempts for outcome in found[3:]] == [1, 1]


async def test_the_outcomes_cost_what_the_budget_has_booked() -> None:
    budget = Budget(usd=100, name="the work")

    async with map_agents(
        Agent(model=costly(*"abc"), name="Reader"), range(3), budget=budget
    ) as outcomes:
        found = await outcomes.collect()

    assert [outcome.spent.usd for outcome in found] == [1, 1, 1]
    assert outcomes.spent == budget.spent
    assert [entry.name for entry in budget.ledger.children] == ["Reader"]


async def test_an_item_that_others_leave_no_room_for_yet_waits_for_what_they_do_not_take(
    autojump_clock: MockClock,
) -> None:
    usage = Usage(input_tokens=1, output_tokens=250)  # a fourth of what is reserved
    model = ScriptedModel(*["so"] * 4, price=DOLLAR_A_CALL, usage=usage)

    async with map_agents(Agent(model=model), range(5), budget=Budget(usd="1.60")) as outcomes:
        found = await outcomes.collect()

    assert sorted(outcome.ok for outcome in found) == [False, False, True, True, True]
    assert outcomes.spent.usd == Decimal("0.75")


async def test_an_item_may_take_its_share_alone() -> None:
    model = ScriptedModel(calls(("Echo", {})), calls(("Echo", {})), "done")
    agent = Agent(model=model, tools=[RecordingTool("Echo", "so")])

    async with map_agents(agent, ["greedy"], share=Share(rounds=2)) as outcomes:
        (outcome,) = await outcomes.collect()

    assert isinstance(outcome.error, BudgetExceededError)
    assert outcome.spent.calls == 2


async def test_an_agents_own_budget_binds_all_that_are_spawned_of_it() -> None:
    agent = Agent(model=costly(*"abc"), budget=Budget(usd=2))

    async with map_agents(agent, range(3), limit=1) as outcomes:
        found = await outcomes.collect()

    assert [outcome.ok for outcome in found] == [True, True, False]


async def test_what_an_item_out_of_time_has_cost_is_in_its_outcome(
    autojump_clock: MockClock,
) -> None:
    gate = trio.Event()
    model = ScriptedModel(calls(("Slow", {})), price=DOLLAR_A_CALL, usage=USAGE)
    agent = Agent(model=model, tools=[RecordingTool("Slow", gate, "late")])

    async with map_agents(agent, ["go"], item_seconds=9) as outcomes:
        (outcome,) = await outcomes.collect()

    assert outcome.spent.usd == 1
    assert outcome.usage == USAGE


async def test_a_team_and_its_agent_do_not_both_have_a_budget() -> None:
    agent = Agent(model=costly(), budget=Budget(usd=1), name="Reader")

    with pytest.raises(UsageError, match="Reader has a budget, and so has the team"):
        map_agents(agent, ["go"], budget=Budget(usd=1))


def test_a_share_that_cannot_be_meant_is_told() -> None:
    with pytest.raises(UsageError):
        Share(usd="much")
    with pytest.raises(UsageError):
        Share(rounds=-1)


def test_an_agent_with_a_session_is_refused(tmp_path: Path) -> None:
    with create_session(Home(tmp_path), cwd=tmp_path) as session:
        agent = Agent(model=costly(), session=session)

        with pytest.raises(UsageError, match="has a session"):
            map_agents(agent, ["go"])
