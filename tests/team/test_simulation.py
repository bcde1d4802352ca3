"""Many agents in a bad world, in virtual time: what holds whatever happens.

A seed decides which calls crash, fail, hang or call a tool, when the provider is out, when the
budget ends, and when and how the team is cancelled.
"""

import random
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from decimal import Decimal
from random import Random

import pytest
import trio
from team_models import Once
from trio.testing import MockClock

from sagent.actors import System, open_system
from sagent.agent import Agent
from sagent.budget import Amount, Budget
from sagent.errors import (
    ActorCrashed,
    BudgetExceededError,
    ConnectionFailedError,
    ItemDeadlineError,
    ModelStoppedError,
    RunCancelledError,
    ServerError,
    StreamCutError,
)
from sagent.message import Descriptor, MultipartMessage, TextMessage
from sagent.model import (
    ModelEvent,
    ModelRequest,
    ModelResponse,
    Price,
    ResponseDone,
    StopReason,
    Usage,
    buffered,
)
from sagent.team import Outcome, Outcomes, map_agents
from sagent.testing import RecordingTool, calls

MOST_WORDS = 1_000
"""As many as a call is assumed to write, so that no call takes more than was reserved for it."""
EXPECTED = (
    ActorCrashed,
    BudgetExceededError,
    ConnectionFailedError,
    ItemDeadlineError,
    ModelStoppedError,
    RunCancelledError,
    ServerError,
    StreamCutError,
)


class Chaos:
    """A model that does what models do on their worst days."""

    def __init__(self, chance: Random, *, out_before_s: float) -> None:
        self.model_id = "chaos"
        self.context_window: int | None = None
        self.now = self.most = 0
        self._chance = chance
        self._out_from_s = chance.uniform(0, out_before_s)
        self._price = Price(output_per_mtok="1000")

    def price_usd(self, usage: Usage, *, when: datetime | None = None) -> Decimal | None:
        return self._price.of(usage)

    async def buffer(self, request: ModelRequest) -> ModelResponse:
        return await buffered(self.stream(request))

    @asynccontextmanager
    async def stream(
        self, request: ModelRequest
    ) -> AsyncGenerator[AsyncIterator[ModelEvent], None]:
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await trio.sleep(self._chance.expovariate(1))
            self._fail()
            yield Once(ResponseDone(self._response(request)))
        finally:
            self.now -= 1

    def _fail(self) -> None:
        if 0 <= trio.current_time() % 1_000 - self._out_from_s <= 5:
            raise ConnectionFailedError("the provider is out")
        match self._chance.randrange(40):
            case 0:
                raise ZeroDivisionError
            case 1:
                raise StreamCutError("cut")
            case 2:
                raise ServerError("overloaded", status=529, retryable=True)
            case 3:
                raise ModelStoppedError("refused")
            case _:
                pass

    def _response(self, request: ModelRequest) -> ModelResponse:
        asks = self._chance.random() < 0.3
        said = (
            calls(("Look", {}))
            if asks
            else MultipartMessage((TextMessage("so"),), Descriptor.MODEL)
        )
        return ModelResponse(
            content=said,
            stop_reason=StopReason.TOOL_USE if asks else StopReason.FINISHED,
            usage=Usage(input_tokens=9, output_tokens=self._chance.randrange(1, MOST_WORDS)),
        )


class World:
    """One run of a team in it, and what came of that."""

    def __init__(self, items: int) -> None:
        self.chance = Random(random.random())
        # Soon enough that few items meet it, too.
        self.model = Chaos(self.chance, out_before_s=items / 16)
        self.limit = self.chance.randrange(1, 60)
        self.allowed_usd = self.chance.choice([items // 4, items * 9])
        self.budget = Budget(usd=self.allowed_usd, name="the world")
        self.items = items
        self.outcomes: list[Outcome[int, str]] = []

    async def run(self, system: System) -> None:
        agent = Agent(model=self.model, tools=[RecordingTool("Look", "seen")], name="Worker")
        team = map_agents(
            agent,
            range(self.items),
            limit=self.limit,
            budget=self.budget,
            order=self.chance.choice(["completed", "given"]),
            item_seconds=self.chance.choice([None, 5.0]),
            system=system,
        )
        kept: list[Outcomes[int, str]] = []
        with trio.move_on_after(self.chance.choice([7, 1e9])):
            async with team as outcomes:
                kept.append(outcomes)
                await self._read(outcomes)
        self.outcomes += kept[0].unread

    async def _read(self, outcomes: Outcomes[int, str]) -> None:
        enough = self.chance.choice([self.items // 3, 10 * self.items])
        cancels = self.chance.choice([True, False])
        async for outcome in outcomes:
            self.outcomes.append(outcome)
            if len(self.outcomes) == enough and cancels:
                outcomes.cancel()
            elif len(self.outcomes) == enough:
                return


async def _simulate(items: int) -> World:
    world = World(items)
    async with open_system() as system:
        await world.run(system)

        assert system.names() == ()
        assert system.tree().children == ()
    return world


def _check(world: World) -> None:
    """See that the limit was kept, that each item taken has one outcome, and that all is paid."""
    spent = sum((outcome.spent for outcome in world.outcomes), Amount())
    errors = [outcome.error for outcome in world.outcomes if outcome.error is not None]
    indexes = sorted(outcome.index for outcome in world.outcomes)

    assert world.model.most <= world.limit
    assert world.model.now == 0
    assert indexes == list(range(len(indexes)))
    assert all(isinstance(error, EXPECTED) for error in errors)
    assert world.budget.reserved == Amount()
    assert spent == world.budget.spent == world.budget.ledger.total
    assert spent.usd <= world.allowed_usd


@pytest.mark.schedules(10)
async def test_limits_hold_and_the_ledger_adds_up_whatever_happens(any_schedule: MockClock) -> None:
    world = await _simulate(150)

    _check(world)


@pytest.mark.slow
@pytest.mark.schedules(200)
async def test_limits_hold_in_two_hundred_bad_worlds(any_schedule: MockClock) -> None:
    world = await _simulate(100)

    _check(world)


@pytest.mark.slow
@pytest.mark.schedules(10)
async def test_limits_hold_for_a_thousand_items(any_schedule: MockClock) -> None:
    world = await _simulate(1_000)

    _check(world)
