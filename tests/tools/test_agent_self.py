"""An agent's hand on its own state."""

import pytest

from sagent.agent import Agent, Notice, RunEvent, Titled
from sagent.lib.json import JSON
from sagent.message import JsonMessage, is_error, response_text, result_text
from sagent.testing import ScriptedModel, calls
from sagent.tools import AgentSelf


def heard(model: ScriptedModel, request: int = -1) -> list[str]:
    return [response_text(message) for message in model.requests[request].messages]


async def told(directive: JSON, *, window: int | None = None) -> str:
    """Give what a model is told that calls AgentSelf so."""
    model = ScriptedModel(calls(("AgentSelf", directive)), "done", context_window=window)
    await Agent(model=model, tools=[AgentSelf()], name="it").run("go")
    return heard(model)[-1]


async def test_a_status_is_shown_to_people() -> None:
    model = ScriptedModel(
        calls(("AgentSelf", {"operation": "status", "status": "reading\nfiles"})), "done"
    )
    events: list[RunEvent] = []

    async with Agent(model=model, tools=[AgentSelf()]).run("go") as run:
        async for event in run:
            events.append(event)  # noqa: PERF401  # as they come

    assert [event.content for event in events if isinstance(event, Titled)] == ["reading files"]


async def test_diagnostics_tell_how_the_agent_stands() -> None:
    lines = (await told({"operation": "diagnostics"}, window=9_000)).splitlines()

    assert [line.split(":")[0] for line in lines] == [
        "agent",
        "model",
        "context",
        "tokens",
        "cost",
        "background",
    ]
    assert "of 9000 tokens, 2 messages" in lines[2]


async def test_clear_forgets_the_conversation_after_the_calls() -> None:
    model = ScriptedModel(calls(("AgentSelf", {"operation": "clear"})))
    agent = Agent(model=model, tools=[AgentSelf()])

    answer = await agent.run("go")

    assert (answer.content, agent.messages) == ("", ())


async def test_limits_bind_from_the_next_call_on() -> None:
    model = ScriptedModel(
        calls(("AgentSelf", {"operation": "limits", "max_response_tokens": 500})), "done"
    )

    await Agent(model=model, tools=[AgentSelf()]).run("go")

    assert [request.max_response_tokens for request in model.requests] == [None, 500]


async def test_another_model_answers_from_the_next_call_on_and_in_later_runs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It cannot be reached here, so the one before answers again, and says so."""
    monkeypatch.setenv("OPENAI_COMPAT_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("OPENAI_COMPAT_API_KEY", "k")
    directive: JSON = {"operation": "model", "provider": "OpenAICompat", "model_id": "other"}
    model = ScriptedModel(calls(("AgentSelf", directive)), "done")
    events: list[RunEvent] = []
    agent = Agent(model=model, tools=[AgentSelf()])

    async with agent.run("go") as run:
        async for event in run:
            events.append(event)  # noqa: PERF401  # as they come

    assert heard(model)[-1] == "Model swapped: scripted to other"
    (notice,) = (event for event in events if isinstance(event, Notice))
    assert notice.content.startswith("other failed, back to scripted")
    assert agent.model is model


@pytest.mark.parametrize(
    ("directive", "line"),
    [
        ({"operation": "status"}, "Status cannot be empty."),
        ({"operation": "limits"}, "limits needs max_request_tokens"),
        ({"operation": "limits", "max_request_tokens": 5}, "a conversation needs 2000"),
        ({"operation": "limits", "max_response_tokens": 9_000}, "leave room"),
        ({"operation": "model"}, "model needs a model_id"),
        ({"operation": "model", "model_id": "nobodys"}, "no provider is known for the model"),
        ({"operation": "model", "model_id": "claude-x", "auth": "NO_SUCH"}, "NO_SUCH is not set"),
        ({"operation": "recompact"}, "there is no recap to make anew"),
    ],
)
async def test_what_cannot_be_done_is_told_in_a_line(directive: JSON, line: str) -> None:
    text = await told(directive, window=8_000)

    assert line in text
    assert "\n" not in text


async def test_without_an_agent_it_says_so() -> None:
    result = await AgentSelf().run(JsonMessage({"operation": "diagnostics"}))

    assert is_error(result)
    assert "works only within an agent" in result_text(result)
