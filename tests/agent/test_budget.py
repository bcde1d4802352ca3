"""What an agent may spend."""

from decimal import Decimal
from pathlib import Path

import pytest
import trio
from trio.testing import MockClock

from sagent.actors import open_system
from sagent.agent import Agent, Compact, Done, Prompt
from sagent.budget import Budget
from sagent.errors import BudgetExceededError, CompactionError, UsageError
from sagent.home import Home
from sagent.message import response_text
from sagent.model import Price, Usage
from sagent.session import create_session
from sagent.testing import RecordingTool, ScriptedModel, calls
from sagent.tools import tool

DOLLAR_A_CALL = Price(input_per_mtok="1000000")
"""With one token of input to each call."""
ONE_TOKEN = Usage(input_tokens=1, output_tokens=1)


def model(*steps: str) -> ScriptedModel:
    again = [calls(("Echo", {})) for _ in range(10)]
    usage = Usage(input_tokens=1, output_tokens=1_000)
    return ScriptedModel(*steps, *again, price=Price(output_per_mtok="1"), usage=usage)


async def test_a_run_stops_at_its_budget_with_the_work_so_far(tmp_path: Path) -> None:
    budget = Budget(usd="0.0025")
    with create_session(Home(tmp_path), cwd=tmp_path) as session:
        agent = Agent(
            model=model(),
            tools=[RecordingTool("Echo", "word " * 100)],
            budget=budget,
            session=session,
        )

        with pytest.raises(BudgetExceededError, match="--max-budget-usd"):
            await agent.run("go " * 20)

        assert len(session.transcript.conversation) == len(agent.messages) > 1
    assert budget.spent.usd == Decimal("0.002")
    assert budget.reserved.usd == 0


async def test_rounds_and_tokens_are_limited_too() -> None:
    for budget in (Budget(rounds=2), Budget(tokens=1_000)):
        agent = Agent(model=model(), tools=[RecordingTool("Echo", "word " * 500)], budget=budget)

        with pytest.raises(BudgetExceededError):
            await agent.run("go")


async def test_time_is_limited(mock_clock: MockClock) -> None:
    @tool(name="Echo")
    async def wait_long() -> None:
        """Wait for longer than there is time."""
        mock_clock.jump(60)  # the clock must not jump by itself: prices are looked up in a thread
        await trio.sleep_forever()

    agent = Agent(model=model(), tools=[wait_long], budget=Budget(seconds=30))

    with pytest.raises(BudgetExceededError, match="time"):
        await agent.run("go")

    assert response_text(agent.messages[-1]).startswith("[interrupted")


async def test_an_agent_whose_time_is_up_refuses_each_prompt_and_lives() -> None:
    async with open_system() as system:
        ref = await system.spawn(Agent(model=ScriptedModel(), budget=Budget(seconds=0)))

        for _ in range(2):
            with pytest.raises(BudgetExceededError, match="time"):
                await ref.ask(Prompt("go"))

        assert ref.alive


async def test_agents_that_share_a_budget_are_bound_together() -> None:
    budget = Budget(rounds=3)
    async with open_system() as system:
        refs = [
            await system.spawn(Agent(model=ScriptedModel(*"abc"), budget=budget.child(f"a{n}")))
            for n in range(2)
        ]
        for ref in (*refs, refs[0]):
            await ref.ask(Prompt("go"))

        with pytest.raises(BudgetExceededError):
            await refs[1].ask(Prompt("go"))

    assert [entry.total.calls for entry in budget.ledger.children] == [2, 1]


async def test_a_budget_of_money_needs_a_price() -> None:
    agent = Agent(model=ScriptedModel("one"), budget=Budget(usd=1))

    with pytest.raises(UsageError, match="no price is known for scripted"):
        await agent.run("go")


async def test_an_answer_may_not_be_longer_than_the_money_lasts() -> None:
    scripted = ScriptedModel("one", price=Price(output_per_mtok="1000"))

    await Agent(model=scripted, budget=Budget(usd="1")).run("go")

    assert scripted.requests[0].max_response_tokens == 1_000


async def test_a_recap_may_not_be_longer_than_the_money_lasts() -> None:
    scripted = ScriptedModel("one", "recap", "recap", price=Price(output_per_mtok="1000"))
    async with open_system() as system:
        ref = await system.spawn(Agent(model=scripted, budget=Budget(usd="2")))
        await ref.ask(Prompt("go"))

        with pytest.raises(CompactionError):  # "recap" is none
            await ref.ask(Compact())

    assert [request.max_response_tokens for request in scripted.requests] == [2_000, 1_999, 1_998]


async def test_what_a_run_cost_is_told_at_its_end() -> None:
    scripted = ScriptedModel("one", price=DOLLAR_A_CALL, usage=ONE_TOKEN)

    async with Agent(model=scripted).run("go") as run:
        events = [event async for event in run]

    done = events[-1]
    assert isinstance(done, Done)
    assert done.cost_usd == 1
