"""Answers that are to satisfy a JSON Schema."""

from typing import assert_type

import pytest
import trio
from trio.testing import wait_all_tasks_blocked

from sagent.actors import open_system
from sagent.agent import Agent, Done, Output, Prompt, Run
from sagent.errors import ModelStoppedError, UsageError
from sagent.lib.json import json_unfreeze
from sagent.message import JsonMessage, TextMessage, response_text
from sagent.testing import RecordingTool, ScriptedModel, calls
from sagent.tools import AgentSelf

CITY = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}


@pytest.mark.parametrize("text", ['{"city": "Paris"}', '```json\n{"city": "Paris"}\n```\n'])
async def test_the_answer_is_a_message_of_json(text: str) -> None:
    model = ScriptedModel(text)

    answer = await Agent(model=model).run("where?", output_schema=CITY)

    assert answer.content == {"city": "Paris"}
    assert json_unfreeze(model.requests[0].output_schema) == CITY


async def test_an_answer_that_does_not_fit_is_asked_for_again() -> None:
    model = ScriptedModel("Paris", '{"town": "Paris"}', '{"city": "Paris"}')
    agent = Agent(model=model)

    answer = await agent.run("where?", output_schema=CITY)

    assert answer.content == {"city": "Paris"}
    complaints = [response_text(message) for message in agent.messages[2::2]]
    assert "not JSON" in complaints[0]
    assert "'town' was unexpected" in complaints[1]


async def test_a_model_that_never_fits_stops_the_run() -> None:
    with pytest.raises(ModelStoppedError, match="did not fit the output schema 3 times"):
        await Agent(model=ScriptedModel("a", "b", "c")).run("where?", output_schema=CITY)


def test_an_answer_made_to_keep_its_reader_busy_is_read_at_once() -> None:
    answer = "```" + "\n" * 200_000

    faults = Output.of(CITY).faults(answer)

    assert faults.startswith("- not JSON")


async def test_tools_run_before_the_answer_is_judged() -> None:
    tool = RecordingTool("Look")
    model = ScriptedModel(calls(("Look", {})), '{"city": "Paris"}')

    answer = await Agent(model=model, tools=[tool]).run("where?", output_schema=CITY)

    assert answer.content == {"city": "Paris"}


async def test_the_schema_holds_for_its_run_alone() -> None:
    model = ScriptedModel('{"city": "Paris"}', "plain")
    agent = Agent(model=model)
    await agent.run("where?", output_schema=CITY)

    assert (await agent.run("and now?")).content == "plain"
    assert model.requests[1].output_schema is None


async def test_a_prompt_that_joins_a_turn_brings_its_schema_along() -> None:
    gate = trio.Event()
    model = ScriptedModel(calls(("Slow", {})), "not json", "7")
    async with open_system() as system:
        slow = RecordingTool("Slow", gate)
        ref = await system.spawn(Agent(model=model, tools=[slow]))
        ref.tell(Prompt("go"))
        await wait_all_tasks_blocked()
        gate.set()

        answer = await ref.ask(Prompt("a number", output=Output.of({"type": "integer"})))

    assert answer.content == "7"
    assert model.requests[1].output_schema == {"type": "integer"}


async def test_a_conversation_that_was_cleared_has_no_answer_that_could_fit() -> None:
    model = ScriptedModel(calls(("AgentSelf", {"operation": "clear"})))

    with pytest.raises(ModelStoppedError, match="cleared"):
        await Agent(model=model, tools=[AgentSelf()]).run("go", output_schema=CITY)


async def test_the_last_event_carries_the_value() -> None:
    run = Agent(model=ScriptedModel('{"city": "Paris"}')).run("where?", output_schema=CITY)

    events = [event async for event in run]

    assert isinstance(events[-1], Done)
    assert events[-1].content == {"city": "Paris"}


def test_what_is_no_schema_is_refused() -> None:
    with pytest.raises(UsageError, match="the output schema is not valid"):
        Agent(model=ScriptedModel()).run("where?", output_schema={"type": "city"})


def check_types(agent: Agent) -> None:
    assert_type(agent.run("x"), Run[TextMessage])
    assert_type(agent.run("x", output_schema=CITY), Run[JsonMessage])
