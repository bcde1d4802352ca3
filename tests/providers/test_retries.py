"""Models of one's own, whose calls are made again in virtual time."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from decimal import Decimal
from itertools import pairwise

import attrs
import pytest
import trio
from trio.testing import MockClock

from sagent.actors import open_system
from sagent.agent import Agent, Retrying
from sagent.budget import Budget
from sagent.errors import (
    AuthenticationError,
    ConnectionFailedError,
    ModelError,
    RateLimitError,
    ServerError,
    StreamCutError,
)
from sagent.message import response_text
from sagent.model import (
    Model,
    ModelEvent,
    ModelRequest,
    ModelResponse,
    ModelStream,
    Price,
    TextDelta,
    Usage,
    buffered,
)
from sagent.providers import Fallback, OpenAICompat, RetryPolicy, WithRetries
from sagent.testing import ScriptedModel

HELLO = ModelRequest(messages=())
DOWN = ServerError("the vendor is down (503)", status=503, retryable=True)
FULL = RateLimitError("slow down", status=429, retryable=True)


@attrs.frozen
class Homemade:
    """A model as a program may have it: it has one price, and knows no other time."""

    inner: ScriptedModel
    model_id: str = "homemade"
    context_window: int | None = 8_000

    def price_usd(self, usage: Usage) -> Decimal:
        return Decimal(usage.output_tokens)

    def stream(self, request: ModelRequest) -> ModelStream:
        return self.inner.stream(request)

    async def buffer(self, request: ModelRequest) -> ModelResponse:
        return await self.inner.buffer(request)


async def test_a_call_that_failed_in_passing_is_made_again(autojump_clock: MockClock) -> None:
    model = ScriptedModel(DOWN, ConnectionFailedError("no route"), StreamCutError("cut"), "fine")

    response = await WithRetries(model).buffer(HELLO)

    assert response_text(response.content) == "fine"
    assert 2.5 < trio.current_time() <= 3.5


async def test_what_does_not_pass_fails_at_once(autojump_clock: MockClock) -> None:
    model = ScriptedModel(AuthenticationError("wrong key", status=401), "never")

    with pytest.raises(AuthenticationError):
        await WithRetries(model).buffer(HELLO)

    assert (trio.current_time(), len(model.unused)) == (0, 1)


async def test_a_call_is_made_no_more_often_than_the_policy_says(
    autojump_clock: MockClock,
) -> None:
    model = ScriptedModel(*[DOWN] * 9)

    with pytest.raises(ServerError, match="503"):
        await WithRetries(model, RetryPolicy(attempts=4)).buffer(HELLO)

    assert len(model.requests) == 4


async def test_a_wait_that_the_server_asks_for_is_kept(autojump_clock: MockClock) -> None:
    full = RateLimitError("slow down", status=429, retryable=True, retry_after_s=7)

    await WithRetries(ScriptedModel(full, "fine")).buffer(HELLO)

    assert trio.current_time() == 7


async def test_a_server_that_says_not_how_long_is_asked_less_and_less_often(
    autojump_clock: MockClock,
) -> None:
    at: list[float] = []

    def refuse(_: ModelRequest) -> ModelError:
        at.append(trio.current_time())
        return FULL

    with pytest.raises(RateLimitError):
        await WithRetries(ScriptedModel(*[refuse] * 50), RetryPolicy(wall_s=100)).buffer(HELLO)

    waits = [later - earlier for earlier, later in pairwise(at)]
    assert waits[:5] == sorted(waits[:5])
    assert max(waits) <= 30
    assert at[-1] <= 130


async def test_an_answer_that_breaks_off_is_not_asked_for_again(
    autojump_clock: MockClock,
) -> None:
    model = Broken(StreamCutError("cut"))

    with pytest.raises(StreamCutError):
        await WithRetries(model).buffer(HELLO)

    assert model.asked == 1


def twice(model: Model) -> Model:
    return Fallback(model, model)


@pytest.mark.parametrize("wrap", [WithRetries, Fallback, twice])
async def test_what_a_model_raises_comes_as_it_is_and_in_no_group(
    wrap: Callable[[Model], Model],
) -> None:
    with pytest.raises(KeyError, match="a bug"):
        await wrap(Broken(KeyError("a bug"))).buffer(HELLO)


async def test_an_agent_tells_of_each_attempt(autojump_clock: MockClock) -> None:
    agent = Agent(model=WithRetries(ScriptedModel(DOWN, DOWN, "fine")))

    events = [event async for event in agent.run("go")]

    told = [event for event in events if isinstance(event, Retrying)]
    assert [event.content for event in told] == [str(DOWN)] * 2
    assert [event.attempt for event in told] == [2, 3]


async def test_it_is_what_the_model_is(autojump_clock: MockClock) -> None:
    model = WithRetries(Homemade(ScriptedModel()))

    assert (model.model_id, model.context_window) == ("homemade", 8_000)
    assert model.price_usd(Usage(output_tokens=3)) == 3
    assert WithRetries(ScriptedModel()).price_usd(Usage()) is None


async def test_a_chain_asks_a_model_of_ones_own_for_its_price() -> None:
    chain = Fallback(Homemade(ScriptedModel("fine")), ScriptedModel(price=Price()))
    budget = Budget(usd=2_000)

    await Agent(model=chain, budget=budget).run("go")

    assert budget.spent.usd == 1


async def test_a_model_with_others_behind_it_does_not_retry_for_long(
    autojump_clock: MockClock,
) -> None:
    down = WithRetries(ScriptedModel(*[DOWN] * 20))

    response = await Fallback(down, ScriptedModel("spare"), patience_s=10).buffer(HELLO)

    assert response_text(response.content) == "spare"
    assert trio.current_time() <= 10


async def test_a_vendors_model_stays_served_by_its_system() -> None:
    model = WithRetries(OpenAICompat(base_url="http://127.0.0.1:1/v1", key="none").model("a"))
    async with open_system() as system:
        served = await model.served(system)
        children = [node.name for node in system.tree().children]

    assert isinstance(served, WithRetries)
    assert children == ["sagent.providers"]


async def test_leaving_the_answer_ends_the_wait_for_another_attempt(
    autojump_clock: MockClock,
) -> None:
    model = ScriptedModel(DOWN, "never")

    with trio.move_on_after(0.1):
        await WithRetries(model).buffer(HELLO)

    assert len(model.requests) == 1


@attrs.define
class Broken:
    """A model that breaks off amid its answer."""

    error: Exception
    asked: int = 0
    model_id: str = "broken"
    context_window: int | None = None

    def stream(self, request: ModelRequest) -> ModelStream:
        return self._opened()

    async def buffer(self, request: ModelRequest) -> ModelResponse:
        return await buffered(self.stream(request))

    @asynccontextmanager
    async def _opened(self) -> AsyncGenerator[AsyncIterator[ModelEvent]]:
        self.asked += 1
        events = self._events()
        try:
            yield events
        finally:
            await events.aclose()

    async def _events(self) -> AsyncGenerator[ModelEvent]:
        await trio.lowlevel.checkpoint()
        yield TextDelta("Once upon")
        raise self.error
