"""Models in the order of preference, in virtual time."""

import pytest
import trio
from virtual_server import (
    FINE,
    HELLO,
    UNREACHABLE,
    Said,
    VirtualServer,
    refuses,
    text,
    virtual_server,
)

from sagent.actors import open_system
from sagent.agent import Agent, Prompt, Retrying
from sagent.errors import (
    ContextOverflowError,
    ModelError,
    RateLimitError,
    StreamCutError,
    UsageError,
)
from sagent.message import response_text
from sagent.model import Price, ResponseDone, TextDelta, Usage
from sagent.model import Retrying as RetryingEvent
from sagent.providers import Fallback, RetryPolicy, WireModel
from sagent.testing import ScriptedModel

pytestmark = [pytest.mark.usefixtures("any_schedule"), pytest.mark.schedules(3)]


def model(server: VirtualServer, name: str, *, retry: RetryPolicy | None = None) -> WireModel:
    return server.provider(retry=retry).model(name)


async def test_the_first_model_answers_where_it_can() -> None:
    spare = virtual_server(FINE)

    response = await Fallback(model(virtual_server(FINE), "a"), model(spare, "b")).buffer(HELLO)

    assert response_text(response.content) == "fine"
    assert spare.at == []


@pytest.mark.parametrize("failure", [refuses(401), refuses(402), refuses(404), refuses(400)])
async def test_the_next_model_answers_where_the_first_refuses(failure: Said) -> None:
    chain = Fallback(model(virtual_server(failure), "a"), model(virtual_server(FINE), "b"))

    async with chain.stream(HELLO) as events:
        seen = [event async for event in events]

    assert isinstance(seen[0], RetryingEvent)
    assert seen[0].reason.endswith("; now b")
    assert isinstance(seen[-1], ResponseDone)
    assert trio.current_time() == 0


async def test_a_model_with_others_behind_it_does_not_retry_for_long() -> None:
    down = virtual_server(refuses(503))
    chain = Fallback(model(down, "a"), model(virtual_server(FINE), "b"), patience_s=10)

    assert response_text((await chain.buffer(HELLO)).content) == "fine"

    assert 2 <= len(down.at) <= 6
    assert trio.current_time() <= 10


async def test_a_wait_beyond_the_patience_is_not_begun() -> None:
    limited = virtual_server(refuses(429, retry_after="60"))
    chain = Fallback(model(limited, "a"), model(virtual_server(FINE), "b"))

    await chain.buffer(HELLO)

    assert (len(limited.at), trio.current_time()) == (1, 0)


async def test_an_answer_that_breaks_off_is_not_begun_again_by_another() -> None:
    half = virtual_server(Said(pieces=(text("half"),)))
    chain = Fallback(model(half, "a"), model(virtual_server(FINE), "b"))

    with pytest.raises(StreamCutError):
        await chain.buffer(HELLO)


async def test_when_all_fail_the_error_names_each() -> None:
    once = RetryPolicy(attempts=1)
    chain = Fallback(
        model(virtual_server(refuses(401)), "a"),
        model(virtual_server(UNREACHABLE), "b", retry=once),
    )

    with pytest.raises(
        ModelError, match=r"no model could answer: a: .*refused the key.*; b: cannot"
    ):
        await chain.buffer(HELLO)


async def test_when_none_has_room_the_error_says_so() -> None:
    full = refuses(400, {"error": "maximum context length is 10 tokens"})
    chain = Fallback(model(virtual_server(refuses(401)), "a"), model(virtual_server(full), "b"))

    with pytest.raises(
        ContextOverflowError, match=r"no model could answer: a: .*; b: .* does not fit b"
    ):
        await chain.buffer(HELLO)


@pytest.mark.parametrize("bug", [ValueError("bug"), trio.BrokenResourceError("bug")])
async def test_a_model_that_has_a_bug_raises_it_as_it_would_alone(bug: Exception) -> None:
    chain = Fallback(ScriptedModel(bug), model(virtual_server(FINE), "b"))

    with pytest.raises(type(bug), match="bug"):
        await chain.buffer(HELLO)


async def test_one_model_alone_fails_with_its_own_error() -> None:
    alone = Fallback(model(virtual_server(refuses(429)), "a", retry=RetryPolicy(attempts=1)))

    with pytest.raises(RateLimitError):
        await alone.buffer(HELLO)


async def test_an_agent_goes_on_with_the_next_model_and_tells_so() -> None:
    chain = Fallback(model(virtual_server(refuses(401)), "a"), model(virtual_server(FINE), "b"))

    run = Agent(model=chain).run("hi")
    told = [event.content async for event in run if isinstance(event, Retrying)]

    assert (await run).content == "fine"
    assert len(told) == 1


async def test_in_a_system_each_model_is_served_by_its_providers_actor() -> None:
    chain = Fallback(model(virtual_server(refuses(401)), "a"), model(virtual_server(FINE), "b"))
    async with open_system() as system:
        agent = await system.spawn(Agent(model=chain))

        assert (await agent.ask(Prompt("hi"))).content == "fine"
        assert len([name for name in system.names() if name.startswith("provider:")]) == 2


async def test_the_window_is_the_smallest_that_is_known() -> None:
    small, large = ScriptedModel(context_window=10), ScriptedModel(context_window=20)

    assert Fallback(large, ScriptedModel(), small).context_window == 10
    assert Fallback(ScriptedModel()).context_window is None
    with pytest.raises(UsageError, match="at least one"):
        Fallback()


async def test_its_price_is_the_highest_that_a_call_may_have() -> None:
    cheap, dear = (ScriptedModel(price=Price(input_per_mtok=rate)) for rate in (1, 3))
    usage = Usage(input_tokens=1_000_000)

    assert Fallback(cheap, dear).price_usd(usage) == 3
    assert Fallback(cheap, ScriptedModel(), dear).price_usd(usage) is None


async def test_leaving_the_stream_ends_the_request() -> None:
    slow = virtual_server(Said(pieces=(text("so"), 1000.0)))
    chain = Fallback(model(slow, "a"), model(virtual_server(FINE), "b"))

    async with chain.stream(HELLO) as events:
        assert await anext(events) == TextDelta("so")

    assert trio.current_time() < 5


async def test_a_provider_that_crashes_fails_its_calls_and_lives_again() -> None:
    server = virtual_server(Said(pieces=(text("so"), 1000.0)), FINE)
    provider = server.provider(retry=RetryPolicy(attempts=1))
    async with open_system() as system:
        served = await provider.model("m").served(system)
        async with served.stream(HELLO) as events:
            assert await anext(events) == TextDelta("so")
            actor = system.whereis(provider.service_name)
            assert actor is not None
            actor.kill()
            with pytest.raises(StreamCutError, match="actor ended"):
                await anext(events)

        assert response_text((await served.buffer(HELLO)).content) == "fine"
        assert (await provider.status(system)).breaker == "closed"
