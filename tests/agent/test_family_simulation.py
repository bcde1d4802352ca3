"""Trees of agents that do whatever they like, in virtual time and under seeds."""

import random
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal

import attrs
import pytest
import trio
from histories import faults_of
from trio.testing import wait_all_tasks_blocked

from sagent.actors import Ref, open_system
from sagent.agent import (
    AGENTS,
    Agent,
    AgentLimits,
    ChildEvent,
    Interrupt,
    Mail,
    Prompt,
    Responded,
    RunEvent,
    SwapModel,
)
from sagent.budget import Budget
from sagent.errors import BudgetExceededError, ConnectionFailedError, RunInterruptedError
from sagent.lib.json import JsonValue
from sagent.message import MultipartMessage, result_text
from sagent.model import ModelEvent, ModelRequest, Price, Usage
from sagent.testing import ScriptedModel, calls, run_schedules
from sagent.tools import AgentSend, AgentSpawn

LIMITS = AgentLimits(max_depth=3, max_children=4, max_agents=25, max_model_calls=5, max_hops=6)
LABELS = ("ann", "bob", "cid", "dee", "eve", "nobody", "parent", "Agent")


class Whim(ScriptedModel):
    """Answers, starts agents, writes to them, stops them, fails or crashes, as chance will have it.

    Attributes:
        now: how many calls are in hand.
        most: the most that were so at once.
    """

    def __init__(self, chance: random.Random, actions: int) -> None:
        usage = Usage(input_tokens=1_000, output_tokens=10)
        price = Price(input_per_mtok="3", output_per_mtok="15")
        super().__init__(*[self._move] * 100_000, usage=usage, price=price, context_window=10**9)
        self.now = self.most = 0
        self._chance = chance
        self._actions = actions

    @asynccontextmanager
    async def stream(self, request: ModelRequest) -> AsyncGenerator[AsyncIterator[ModelEvent]]:
        self.now += 1
        self.most = max(self.now, self.most)
        try:
            await trio.sleep(self._chance.choice([0, 0, 0.1, 1, 5]))
            async with super().stream(request) as events:
                yield events
        finally:
            self.now -= 1

    def _move(self, request: ModelRequest) -> MultipartMessage | str:
        self._actions -= 1
        if len(self.requests) == 1:
            first: dict[str, JsonValue] = {"prompt": "go", "persistent": True}
            return calls(*[("AgentSpawn", first)] * 3)
        if self._actions < 0 or len(request.messages) > 40:
            return "enough"
        what = self._chance.random()
        if what < 0.04:
            raise RuntimeError("a bug")
        if what < 0.08:
            raise ConnectionFailedError("an outage")
        if what < 0.45:
            return "an answer"
        return calls(*(self._call() for _ in range(self._chance.choice([1, 1, 2, 3]))))

    def _call(self) -> tuple[str, dict[str, JsonValue]]:
        pick, chance = self._chance.choice, self._chance.random
        if chance() < 0.6:
            order: dict[str, JsonValue] = {"prompt": "go"}
            order |= pick([{}, {"persistent": True}, {"detached": True}])
            order |= pick([{}, {}, {"label": pick(LABELS)}, {"deadline": pick([0.05, 3, 60])}])
            order |= pick([{}, {}, {"max_budget_usd": pick([0, 0.01])}, {"max_depth": 1}])
            order |= pick([{}, {"restart": pick(["permanent", "transient", "temporary"])}])
            return "AgentSpawn", order
        if chance() < 0.2:
            return "AgentSend", {"to": pick(LABELS), "stop": True}
        return "AgentSend", {"to": pick(LABELS), "content": "hi", "delay": pick([0, 0, 1, 30])}


@attrs.define
class Seen:
    """What came of one tree."""

    most_alive: int = 0
    deepest: int = 0
    paid: Decimal = Decimal(0)
    agents: set[str] = attrs.field(factory=set[str])

    def see(self, event: RunEvent) -> None:
        inner = event.event if isinstance(event, ChildEvent) else event
        if isinstance(inner, Responded) and inner.cost_usd is not None:
            self.paid += inner.cost_usd
        if isinstance(event, ChildEvent):
            self.agents.add(event.path)
            steps = [step for step in event.path.split("/") if "#" not in step]
            self.deepest = max(self.deepest, len(steps) - 2)


async def live(seed: int, actions: int) -> None:
    chance = random.Random(seed)
    model = Whim(chance, actions)
    usd = chance.choice(["0.3", "2", "10"])
    budget = Budget(usd=usd)
    agent = Agent(model=model, tools=[AgentSpawn(), AgentSend()], limits=LIMITS, budget=budget)
    seen = Seen()
    before = trio.lowlevel.current_statistics().tasks_living
    async with open_system() as system:
        with trio.move_on_after(chance.choice([20, 1_000, 100_000])):
            try:
                async with agent.run("go", system=system) as run:
                    async for event in run:
                        seen.see(event)
                        seen.most_alive = max(seen.most_alive, len(system.members(AGENTS)))
            except (BudgetExceededError, ConnectionFailedError, RunInterruptedError):
                pass
            except Exception as error:
                if "a bug" not in f"{error} {error.__cause__}":
                    raise
        await trio.lowlevel.checkpoint()

    assert trio.lowlevel.current_statistics().tasks_living == before
    assert model.now == 0
    assert model.most <= 5
    assert seen.most_alive <= 25
    assert seen.deepest <= 3
    assert budget.reserved.usd == 0
    assert seen.paid <= budget.ledger.total.usd == budget.spent.usd <= Decimal(usd)
    assert not faults_of(agent.messages)


async def interrupt(seed: int) -> None:
    """Interrupt an agent, and end its children, at any moment; then let it start all it may."""
    chance = random.Random(seed)

    def step(request: ModelRequest) -> MultipartMessage | str:
        if result_text(request.messages[-1]) != "go":
            return "well"
        order: dict[str, JsonValue] = {"prompt": "look", "persistent": chance.random() < 0.7}
        return calls(*[("AgentSpawn", order)] * chance.choice([1, 2, 3, 4]))

    def all_three(request: ModelRequest) -> MultipartMessage | str:
        asked = result_text(request.messages[-1]) == "all"
        start: dict[str, JsonValue] = {"prompt": "look", "persistent": True}
        return calls(*[("AgentSpawn", start)] * 3) if asked else "well"

    child = ScriptedModel(*["one"] * 1_000)
    agent = Agent(
        model=ScriptedModel(*[step] * 1_000),
        tools=[AgentSpawn(model=child)],
        limits=AgentLimits(max_children=3, max_agents=4),
    )
    async with open_system() as system:
        ref = await system.spawn(agent, name="boss")
        for _ in range(10):
            ref.tell(Prompt("go"))
            for _ in range(chance.randrange(40)):
                await trio.lowlevel.checkpoint()
            ref.tell(Interrupt(), lane="front")
            children = [member for member in system.members(AGENTS) if member != ref]
            if children and chance.random() < 0.6:
                chance.choice([Ref[Mail].kill, Ref[Mail].stop])(chance.choice(children))
            await wait_all_tasks_blocked()
            assert len(system.members(AGENTS)) <= 4
        for member in system.members(AGENTS):
            if member != ref:
                member.stop()
        await trio.sleep(100)
        assert system.members(AGENTS) == (ref,)

        await SwapModel(ScriptedModel(*[all_three] * 9)).ask(ref)
        await ref.ask(Prompt("all", until_idle=True))

        assert len(system.members(AGENTS)) == 4


@pytest.mark.parametrize("seed", range(8))
def test_places_are_free_again_whenever_an_agent_is_interrupted(seed: int) -> None:
    run_schedules(interrupt, seed, schedule=seed)


@pytest.mark.parametrize("seed", range(12))
def test_no_tree_of_agents_breaks_its_limits_or_leaves_anything_behind(seed: int) -> None:
    run_schedules(live, seed, 150, schedule=seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(200))
def test_no_large_tree_of_agents_breaks_its_limits_either(seed: int) -> None:
    run_schedules(live, seed, 1_000, schedule=seed)
