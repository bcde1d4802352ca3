"""An agent's run under trio."""

import json
from itertools import pairwise

import pytest
import trio
from histories import results_of
from trio.testing import wait_all_tasks_blocked

from sagent.actors import System, open_system
from sagent.agent import AGENTS, Agent, Run
from sagent.errors import AgentBusyError, NameTaken, RoundLimitError, StreamCutError, UsageError
from sagent.lib.json import json_freeze
from sagent.message import (
    JsonMessage,
    TextMessage,
    get_queue_id,
    response_text,
    response_tool_calls,
)
from sagent.providers import OpenAICompat
from sagent.providers._wires.chat.wire import ChatWire
from sagent.testing import RecordingTool, ScriptedModel, calls


@pytest.mark.parametrize(
    "directive",
    ["go", {"prompt": "go"}, json_freeze({"prompt": "go"}), JsonMessage({"prompt": "go"})],
)
async def test_a_directive_is_a_text_or_an_object_with_a_prompt(directive: str) -> None:
    model = ScriptedModel("done")

    answer = await Agent(model=model).run(directive)

    assert (answer.content, answer.descriptor) == ("done", "text/plain")
    assert [response_text(message) for message in model.requests[0].messages] == ["go"]


@pytest.mark.parametrize("directive", ["", "  ", {}, {"prompt": ""}, {"prompt": 3}, 7])
def test_a_directive_without_a_prompt_is_refused(directive: str) -> None:
    with pytest.raises(UsageError, match="no prompt"):
        Agent(model=ScriptedModel()).run(directive)


async def test_what_was_said_is_known_in_the_next_run() -> None:
    model = ScriptedModel("one", "two")
    agent = Agent(model=model)

    await agent.run("first")
    await agent.run("second")

    said = [response_text(message) for message in model.requests[1].messages]
    assert said == ["first", "one", "second"]


async def test_the_history_is_a_chain_of_parents() -> None:
    model = ScriptedModel(calls(("Echo", {}), ("Echo", {})), "one")
    agent = Agent(model=model, tools=[RecordingTool()])

    await agent.run("first")

    parents = [message.parent_id for message in agent.messages]
    assert parents == [None, *(message.id for message in agent.messages[:-1])]


async def test_invariant_1_a_cancelled_run_leaves_a_result_for_every_call() -> None:
    never, quick = trio.Event(), RecordingTool("Quick", "done")
    slow = RecordingTool("Slow", never)
    agent = Agent(model=ScriptedModel(calls(("Slow", {}), ("Quick", {}))), tools=[slow, quick])

    async with trio.open_nursery() as nursery:
        nursery.start_soon(wait_for, agent.run("go"))
        await wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()

    called = [get_queue_id(c) for message in agent.messages for c in response_tool_calls(message)]
    assert [get_queue_id(result) for result in results_of(agent)] == called
    assert response_text(results_of(agent)[0]).startswith("[interrupted")
    assert response_text(results_of(agent)[1]) == "done"


async def test_after_a_cancel_the_agent_can_be_run_again() -> None:
    slow = RecordingTool("Slow", trio.Event(), "late")
    model = ScriptedModel(calls(("Slow", {})), "fine")
    agent = Agent(model=model, tools=[slow])
    async with trio.open_nursery() as nursery:
        nursery.start_soon(wait_for, agent.run("go"))
        await wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()

    answer = await agent.run("again")

    assert answer.content == "fine"


async def test_a_failed_model_call_fails_the_run_with_its_own_error() -> None:
    agent = Agent(model=ScriptedModel(StreamCutError("cut"), "better"))

    with pytest.raises(StreamCutError, match="cut"):
        await agent.run("go")
    answer = await agent.run("go on")

    assert answer.content == "better"


async def test_the_round_cap_ends_a_run_that_does_not_end() -> None:
    again = calls(("Echo", {}))
    agent = Agent(
        model=ScriptedModel(again, again), tools=[RecordingTool()], max_tool_call_rounds=2
    )

    with pytest.raises(RoundLimitError, match="asked 2 times"):
        await agent.run("go")

    assert len(results_of(agent)) == 2


async def test_a_busy_agent_refuses_a_second_run() -> None:
    agent = Agent(
        model=ScriptedModel(calls(("Slow", {}))), tools=[RecordingTool("Slow", trio.Event())]
    )

    async with trio.open_nursery() as nursery:
        nursery.start_soon(wait_for, agent.run("go"))
        await wait_all_tasks_blocked()
        with pytest.raises(AgentBusyError, match="is in a run"):
            await agent.run("me too")
        nursery.cancel_scope.cancel()


def test_no_rounds_at_all_are_refused() -> None:
    with pytest.raises(UsageError, match="at least one"):
        Agent(model=ScriptedModel(), max_tool_call_rounds=0)


async def test_invariant_2_the_bytes_of_a_request_are_the_beginning_of_the_next() -> None:
    again = calls(("Echo", {"x": "é"}))
    model = ScriptedModel(*(again for _ in range(50)), "done")
    wire = ChatWire.of("m", {})

    await Agent(model=model, system="Be terse.", tools=[RecordingTool()]).run("go")

    bodies = [wire.encode(request) for request in model.requests]
    assert len(bodies) == 51
    for earlier, later in pairwise(bodies):
        assert later.startswith(earlier.removesuffix(b"]}"))


async def test_events_are_json_once_they_are_content() -> None:
    agent = Agent(model=ScriptedModel(calls(("Echo", {"x": [1]})), "done"), tools=[RecordingTool()])

    async for event in agent.run("go"):
        json.dumps(event.content, default=dict)


async def test_agents_without_a_name_run_beside_each_other_in_one_system() -> None:
    gate = trio.Event()

    async def visit(system: System) -> None:
        model = ScriptedModel(calls(("Wait", {})), "done")
        await Agent(model=model, tools=[RecordingTool("Wait", gate, "ok")]).run("go", system=system)

    async with open_system() as system, trio.open_nursery() as nursery:
        nursery.start_soon(visit, system)
        nursery.start_soon(visit, system)
        await wait_all_tasks_blocked()
        paths = {ref.path for ref in system.members(AGENTS)}
        gate.set()

    assert paths == {"/Agent", "/agent#1"}


async def test_an_agent_with_a_name_has_it_to_itself_in_a_system() -> None:
    gate = trio.Event()
    model = ScriptedModel(calls(("Wait", {})), "done", "never")
    tools = [RecordingTool("Wait", gate, "ok")]

    async def visit(system: System) -> None:
        await Agent(model=model, tools=tools, name="clerk").run("go", system=system)

    async with open_system() as system, trio.open_nursery() as nursery:
        nursery.start_soon(visit, system)
        await wait_all_tasks_blocked()
        with pytest.raises(NameTaken, match="clerk"):
            await visit(system)
        gate.set()


@pytest.mark.parametrize("stranger", ["gpt-5.5", OpenAICompat(base_url="http://[::1]/v1", key="")])
def test_what_is_no_model_is_refused_with_the_way_to_one(stranger: object) -> None:
    agent = Agent(model=ScriptedModel())

    with pytest.raises(UsageError, match=r"is no model: pass what a provider's model\(\) gives"):
        Agent(model=stranger)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    with pytest.raises(UsageError, match="is no model"):
        agent.model = stranger  # type: ignore[assignment]  # pyright: ignore[reportAttributeAccessIssue]


async def wait_for(run: Run[TextMessage]) -> None:
    await run
