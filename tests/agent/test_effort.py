"""How hard an agent's model thinks."""

import pytest

from sagent.actors import open_system
from sagent.agent import Agent, GetStatus, Prompt, SetEffort
from sagent.errors import UsageError
from sagent.model import Capable, check_effort, check_media
from sagent.providers import Anthropic, Google, Moonshot, OpenAI
from sagent.testing import ScriptedModel, calls
from sagent.tools import AgentSpawn


async def test_each_request_of_an_agent_has_its_effort_and_the_cap_of_its_answers() -> None:
    model = ScriptedModel("hello")
    agent = Agent(model=model, effort="low", max_response_tokens=500)

    await agent.run("hi")

    assert (model.requests[0].effort, model.requests[0].max_response_tokens) == ("low", 500)


async def test_the_effort_of_a_running_agent_is_set_by_mail() -> None:
    model = ScriptedModel("hello", "hm", "hello again")
    async with open_system() as system:
        ref = await system.spawn(Agent(model=model))
        await ref.ask(Prompt("hi"))
        await ref.ask(SetEffort("high"))
        await ref.ask(Prompt("think"))
        status = await ref.ask(GetStatus())
        await ref.ask(SetEffort())
        await ref.ask(Prompt("hi again"))
        ref.stop()

    assert [request.effort for request in model.requests] == [None, "high", None]
    assert status.effort == "high"


async def test_an_effort_that_the_model_does_not_have_is_refused_and_changes_nothing() -> None:
    model = Moonshot.from_key("k").model("kimi-k3")
    async with open_system() as system:
        ref = await system.spawn(Agent(model=model, effort="high"))
        with pytest.raises(UsageError, match="kimi-k3 has no effort 'xhigh': choose low, high, ma"):
            await ref.ask(SetEffort("xhigh"))
        status = await ref.ask(GetStatus())
        ref.stop()

    assert status.effort == "high"


async def test_a_program_sets_the_effort_between_runs() -> None:
    model = ScriptedModel("one", "two")
    agent = Agent(model=model)

    await agent.run("hi")
    agent.effort = "max"
    await agent.run("hi")

    assert [request.effort for request in model.requests] == [None, "max"]


async def test_a_child_thinks_as_hard_as_its_parent() -> None:
    model = ScriptedModel(calls(("AgentSpawn", {"prompt": "help"})), "child", "done")
    agent = Agent(model=model, tools=[AgentSpawn()], effort="medium")

    await agent.run("hi")

    assert {request.effort for request in model.requests} == {"medium"}


@pytest.mark.parametrize(
    ("model", "efforts"),
    [
        (Anthropic.from_key("k").model("claude-3-5-haiku-latest"), ""),
        (
            Anthropic.from_key("k").model("claude-sonnet-4-5"),
            "none minimal low medium high xhigh max",
        ),
        (Anthropic.from_key("k").model("claude-opus-4-6"), "none low medium high max"),
        (Anthropic.from_key("k").model("claude-opus-5-5"), "low medium high xhigh max"),
        (OpenAI.from_key("k").model("gpt-5.5"), "none minimal low medium high xhigh"),
        (Google.from_key("k").model("gemini-2.5-pro"), "minimal low medium high xhigh"),
        (Google.from_key("k").model("gemini-2.5-flash"), "none minimal low medium high"),
        (Google.from_key("k").model("gemini-3-pro"), "low medium high"),
        (Moonshot.from_key("k").model("kimi-k2.7"), ""),
        (Moonshot.from_key("k").model("moonshot-v1-8k"), ""),
    ],
    ids=lambda value: getattr(value, "model_id", ""),
)
def test_a_model_tells_the_efforts_that_it_tells_apart(model: Capable, efforts: str) -> None:
    assert " ".join(model.efforts) == efforts


def test_a_model_that_cannot_be_told_how_hard_to_think_says_so() -> None:
    model = Moonshot.from_key("k").model("moonshot-v1-8k")

    with pytest.raises(UsageError, match="moonshot-v1-8k cannot be told how hard to think"):
        check_effort(model, "high")


def test_a_model_that_does_not_look_at_an_image_says_what_it_looks_at() -> None:
    blind, sighted = Moonshot.from_key("k").model("kimi-k2"), Google.from_key("k").model("gemini-3")

    with pytest.raises(UsageError, match=r"^kimi-k2 does not look at images$"):
        check_media(blind, "image/png")
    with pytest.raises(UsageError, match="image/gif: it takes image/heic, image/heif, image/jpeg"):
        check_media(sighted, "image/gif")
