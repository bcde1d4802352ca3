"""Depth, child and concurrency limits hold for every child, however it came to be."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio
from family import spawn, told
from trio.testing import MockClock

from sagent.agent import Agent, AgentLimits
from sagent.home import Home
from sagent.lib.json import JsonValue
from sagent.message import MultipartMessage
from sagent.model import ModelEvent, ModelRequest
from sagent.session import create_session, open_session
from sagent.testing import ScriptedModel, calls
from sagent.tools import AgentSpawn, tool

LIFETIMES: dict[str, dict[str, JsonValue]] = {
    "one-shot": {},
    "persistent": {"persistent": True},
    "detached": {"detached": True},
}
any_lifetime = pytest.mark.parametrize("lifetime", LIFETIMES.values(), ids=LIFETIMES)


def digger(**lifetime: JsonValue) -> ScriptedModel:
    """Starts one agent below, as long as it can, and then says what came of it."""

    def dig(request: ModelRequest) -> MultipartMessage | str:
        if len(request.messages) == 1 and request.tools:
            return spawn("dig", tools=["AgentSpawn"], **lifetime)
        return f"{len(request.tools)} tools"

    return ScriptedModel(*[dig] * 30)


@any_lifetime
@pytest.mark.parametrize("depth", [0, 1, 2])
async def test_no_agent_is_deeper_than_may_be(depth: int, lifetime: dict[str, JsonValue]) -> None:
    model = digger(**lifetime)
    agent = Agent(model=model, tools=[AgentSpawn()], limits=AgentLimits(max_depth=depth))

    await agent.run("dig")

    agents = [request for request in model.requests if len(request.messages) == 1]
    assert len(agents) == 1 + depth


@any_lifetime
async def test_a_child_may_be_told_that_it_has_none_below(lifetime: dict[str, JsonValue]) -> None:
    model = digger(**lifetime)
    agent = Agent(model=model, tools=[AgentSpawn(max_depth=0)])

    await agent.run("dig")

    assert len([request for request in model.requests if len(request.messages) == 1]) == 2


@any_lifetime
async def test_no_agent_has_more_children_than_may_be(
    lifetime: dict[str, JsonValue], autojump_clock: MockClock
) -> None:
    @tool
    async def forever() -> None:
        await trio.sleep_forever()

    child = ScriptedModel(*[calls(("forever", {}))] * 9)
    three = calls(*(("AgentSpawn", {"prompt": "wait", **lifetime}) for _ in range(3)))
    model = ScriptedModel(three, *["done"] * 4)
    agent = Agent(
        model=model,
        tools=[AgentSpawn(model=child), forever],
        limits=AgentLimits(max_children=2),
    )

    with trio.move_on_after(10):
        await agent.run("go")

    assert len(child.requests) == 2


@any_lifetime
async def test_no_agent_has_more_children_while_their_models_are_looked_up(
    lifetime: dict[str, JsonValue], autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-not-used")
    order: dict[str, JsonValue] = {"prompt": "go", "provider": "OpenAI", "max_budget_usd": 0}
    model = ScriptedModel(calls(*[("AgentSpawn", order | lifetime)] * 3), *["done"] * 4)
    agent = Agent(model=model, tools=[AgentSpawn()], limits=AgentLimits(max_children=2))

    await agent.run("go")

    refused = [text for text in told(model.requests[1]) if "max_children=2" in text]
    assert len(refused) == 1


@any_lifetime
async def test_there_are_not_more_agents_in_all_than_may_be(
    lifetime: dict[str, JsonValue],
) -> None:
    model = digger(**lifetime)
    agent = Agent(model=model, tools=[AgentSpawn()], limits=AgentLimits(max_agents=3, max_depth=9))

    await agent.run("dig")

    assert len([request for request in model.requests if len(request.messages) == 1]) == 3
    assert any(
        "no more may be at a time (max_agents=3)" in text
        for request in model.requests
        for text in told(request)
    )


class Busy(ScriptedModel):
    """Takes a second for each answer, and counts how many it makes at once."""

    now = 0
    most = 0

    @asynccontextmanager
    async def stream(self, request: ModelRequest) -> AsyncGenerator[AsyncIterator[ModelEvent]]:
        self.now += 1
        self.most = max(self.now, self.most)
        try:
            await trio.sleep(1)
            async with super().stream(request) as events:
                yield events
        finally:
            self.now -= 1


async def test_no_more_wait_for_a_model_at_once_than_may(autojump_clock: MockClock) -> None:
    child = Busy(*["fine"] * 6)
    model = ScriptedModel(calls(*(("AgentSpawn", {"prompt": "look"}) for _ in range(6))), "done")
    agent = Agent(
        model=model,
        tools=[AgentSpawn(model=child)],
        limits=AgentLimits(max_model_calls=2),
    )

    await agent.run("go")

    assert (child.most, len(child.requests)) == (2, 6)


async def test_the_limits_hold_for_agents_of_a_session_too(tmp_path: Path) -> None:
    model = ScriptedModel(spawn("dig", label="mole", persistent=True), "w", "w")
    with create_session(Home(tmp_path), cwd=tmp_path) as session:
        agent = Agent(
            model=model,
            tools=[AgentSpawn(model=ScriptedModel("idle"))],
            session=session,
            limits=AgentLimits(max_depth=1),
        )
        await agent.run("go")

    later = ScriptedModel("hello")
    with open_session(session.directory) as session:
        agent = Agent(
            model=later,
            tools=[AgentSpawn()],
            session=session,
            limits=AgentLimits(max_depth=0),
        )
        async with agent.run("go") as run:
            notices = [event.content async for event in run if type(event).__name__ == "Notice"]

    (notice,) = notices
    assert "the agent mole was not restored: there may be no agents below you" in str(notice)
