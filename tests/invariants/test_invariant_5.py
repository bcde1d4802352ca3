"""A budget binds the whole tree below it: reserved before the call, settled after it."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path

import pytest
import trio
from histories import faults_of, results_in, texts
from trio.testing import MockClock

from sagent.actors import open_system
from sagent.agent import Agent, GetStatus, Prompt
from sagent.budget import Budget
from sagent.errors import BudgetExceededError
from sagent.home import Home
from sagent.model import ModelEvent, ModelRequest, ModelStream, Price, Usage
from sagent.session import create_session, open_session
from sagent.testing import RecordingTool, ScriptedModel, calls

LIMIT_USD = Decimal("0.10")
PRICE = Price(input_per_mtok=3, output_per_mtok=15)


class Watched(ScriptedModel):
    """Takes its time, and keeps what the budget had to bear when each call had begun."""

    def __init__(self, budget: Budget, *steps: str, usage: Usage) -> None:
        super().__init__(*steps, usage=usage, price=PRICE)
        self._budget = budget
        self.borne: list[Decimal] = []

    def stream(self, request: ModelRequest) -> ModelStream:
        return self._watched(request)

    @asynccontextmanager
    async def _watched(
        self, request: ModelRequest
    ) -> AsyncGenerator[AsyncIterator[ModelEvent], None]:
        self.borne.append(self._budget.spent.usd + self._budget.reserved.usd)
        await trio.sleep(1)
        async with super().stream(request) as events:
            yield events


async def test_invariant_5_agents_that_share_a_budget_begin_no_call_beyond_it(
    any_schedule: MockClock,
) -> None:
    budget = Budget(usd=LIMIT_USD)
    models = [
        Watched(budget, *["done"] * 50, usage=Usage(input_tokens=70 + n, output_tokens=333))
        for n in range(10)
    ]
    refused: list[str] = []
    async with open_system() as system, trio.open_nursery() as nursery:

        async def work(number: int, model: ScriptedModel) -> None:
            share = budget.child(f"agent {number}")
            ref = await system.spawn(Agent(model=model, budget=share))
            for _ in range(50):
                try:
                    await ref.ask(Prompt("go"))
                except BudgetExceededError as error:
                    refused.append(str(error))
                    return

        for number, model in enumerate(models):
            nursery.start_soon(work, number, model)

    assert len(refused) == len(models)
    assert max(borne for model in models for borne in model.borne) <= LIMIT_USD
    assert budget.spent.usd <= LIMIT_USD
    assert budget.reserved.usd == 0


async def test_invariant_5_what_agents_spend_adds_up_to_the_last_digit(
    any_schedule: MockClock,
) -> None:
    budget = Budget(usd=LIMIT_USD)
    told: list[Decimal] = []
    async with open_system() as system, trio.open_nursery() as nursery:

        async def work(number: int) -> None:
            usage = Usage(input_tokens=7 * number + 1, output_tokens=3 * number + 1)
            model = ScriptedModel(calls(("Look", {})), "done", usage=usage, price=PRICE)
            share = budget.child(f"agent {number}")
            agent = Agent(model=model, budget=share, tools=[RecordingTool("Look")])
            ref = await system.spawn(agent)
            await ref.ask(Prompt("go"))
            told.append((await ref.ask(GetStatus())).cost_usd)

        for number in range(5):
            nursery.start_soon(work, number)

    expected = 2 * sum(
        PRICE.of(Usage(input_tokens=7 * n + 1, output_tokens=3 * n + 1)) for n in range(5)
    )
    assert budget.spent.usd == sum(told) == expected
    assert budget.ledger.total == budget.spent
    assert budget.spent.calls == 10
    assert budget.remaining.usd == LIMIT_USD - expected


async def test_invariant_5_a_cancelled_call_is_booked_as_it_was_estimated(
    autojump_clock: MockClock,
) -> None:
    budget = Budget(usd=LIMIT_USD)
    model = Watched(budget, "never", usage=Usage())

    with trio.move_on_after(0.5):
        await Agent(model=model, budget=budget).run("go")

    assert budget.spent.usd == model.borne[0]
    assert budget.reserved.usd == 0


@pytest.mark.parametrize(
    "budget", [lambda: Budget(rounds=1), lambda: Budget(usd="0.02"), lambda: Budget(tokens=1500)]
)
async def test_invariant_5_a_budget_that_is_used_up_is_told_and_the_work_is_kept(
    home: Home, tmp_path: Path, budget: type[Budget]
) -> None:
    usage = Usage(input_tokens=500, output_tokens=900)
    model = ScriptedModel(calls(("Look", {})), "done", usage=usage, price=PRICE)
    tools = [RecordingTool("Look", "a find")]
    with create_session(home, cwd=tmp_path, durability="none") as session:
        agent = Agent(model=model, budget=budget(), tools=tools, session=session)
        with pytest.raises(BudgetExceededError, match="allow more"):
            await agent.run("go")

    with open_session(session.directory, durability="none") as again:
        more = ScriptedModel("on I go", usage=usage, price=PRICE)
        await Agent(model=more, budget=Budget(usd=1), session=again).run("and now?")

    assert texts(more) == ["go", "", "a find", "and now?"]
    assert faults_of(more.requests[0].messages) == []
    assert results_in(agent.messages) == ["a find"]
    assert again.transcript.spending.cost_usd == 2 * PRICE.of(usage)
