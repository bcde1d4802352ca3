"""An agent spawned into a system, and messaged."""

import gc

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from sagent.actors import open_system
from sagent.agent import AGENTS, Agent, Prompt, Text
from sagent.agent._actor import AgentActor
from sagent.errors import (
    ActorStopped,
    StreamCutError,
)
from sagent.message import (
    response_text,
)
from sagent.model import ModelRequest
from sagent.testing import RecordingTool, ScriptedModel, calls
from sagent.tools import Bash


async def test_a_spawned_agent_answers_asks_and_remembers() -> None:
    model = ScriptedModel("one", "two")
    async with open_system() as system:
        ref = await system.spawn(Agent(model=model), name="reviewer")

        first = await ref.ask(Prompt("a"))
        second = await Prompt("b").ask(ref)

    assert (first.content, second.content) == ("one", "two")
    assert len(model.requests[1].messages) == 3


async def test_agents_spawned_of_one_agent_have_histories_of_their_own() -> None:
    model = ScriptedModel("one", "two")
    agent = Agent(model=model)
    async with open_system() as system:
        await (await system.spawn(agent)).ask(Prompt("a"))
        await (await system.spawn(agent)).ask(Prompt("b"))

    assert [len(request.messages) for request in model.requests] == [1, 1]


async def test_a_failed_turn_fails_its_asker_and_the_agent_lives_on() -> None:
    async with open_system() as system:
        ref = await system.spawn(Agent(model=ScriptedModel(StreamCutError("cut"), "fine")))

        with pytest.raises(StreamCutError):
            await ref.ask(Prompt("a"))
        answer = await ref.ask(Prompt("b"))

    assert answer.content == "fine"


async def test_what_arrives_while_a_tool_runs_is_read_with_its_result_and_answered_together() -> (
    None
):
    gate = trio.Event()
    model = ScriptedModel(calls(("Slow", {})), "both done")
    answers: list[str] = []
    async with open_system() as system, trio.open_nursery() as nursery:
        ref = await system.spawn(Agent(model=model, tools=[RecordingTool("Slow", gate, "slow")]))

        async def ask(text: str) -> None:
            answers.append((await ref.ask(Prompt(text))).content)

        nursery.start_soon(ask, "first")
        await wait_all_tasks_blocked()
        nursery.start_soon(ask, "second")
        await wait_all_tasks_blocked()
        gate.set()

    assert answers == ["both done", "both done"]
    assert [response_text(m) for m in model.requests[1].messages[-2:]] == ["slow", "second"]


async def test_users_go_before_peers() -> None:
    gate = trio.Event()
    model = ScriptedModel(calls(("Slow", {})), "done")
    async with open_system() as system, trio.open_nursery() as nursery:
        ref = await system.spawn(Agent(model=model, tools=[RecordingTool("Slow", gate, "slow")]))
        nursery.start_soon(ref.ask, Prompt("first"))
        await wait_all_tasks_blocked()
        ref.tell(Prompt("peer", source="/other"))
        ref.tell(Prompt("user"), lane="front")
        gate.set()

    assert [response_text(m) for m in model.requests[1].messages[-2:]] == ["user", "peer"]


async def test_a_stopped_agent_finishes_its_turn_and_refuses_the_rest() -> None:
    gate = trio.Event()
    model = ScriptedModel(calls(("Slow", {})), "done")
    async with open_system() as system, trio.open_nursery() as nursery:
        ref = await system.spawn(Agent(model=model, tools=[RecordingTool("Slow", gate, "slow")]))
        nursery.start_soon(ref.ask, Prompt("first"))
        await wait_all_tasks_blocked()
        ref.stop()
        with pytest.raises(ActorStopped):
            await ref.ask(Prompt("late"))
        gate.set()

    assert len(model.requests) == 2


async def test_the_failure_of_what_an_agent_was_told_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with open_system() as system:
        ref = await system.spawn(Agent(model=ScriptedModel(StreamCutError("cut"))), name="worker")
        ref.tell(Prompt("go"))
        await wait_all_tasks_blocked()

    assert "/worker failed what it was told: cut" in caplog.text


async def test_a_run_can_live_in_a_system_beside_others() -> None:
    async with open_system() as system:
        await system.spawn(Agent(model=ScriptedModel("hi"), name="peer"), name="peer")
        async with Agent(model=ScriptedModel("done"), name="runner").run(
            "go", system=system
        ) as run:
            assert isinstance(await anext(run), Text)
            during = {ref.name for ref in system.members(AGENTS)}
            answer = await run

        assert answer.content == "done"
        assert during == {"peer", "runner"}
        assert [ref.name for ref in system.members(AGENTS)] == ["peer"]


async def test_what_an_agent_held_is_freed_at_its_end_without_a_search_for_cycles() -> None:
    gc.collect()
    gc.disable()
    try:
        async with open_system() as system:
            ref = await system.spawn(Agent(model=ScriptedModel("one"), tools=[Bash()]))
            await ref.ask(Prompt("a"))
            ref.stop()
            await ref.closed()

            alive = [each for each in gc.get_objects() if type(each) is AgentActor]
    finally:
        gc.enable()

    assert alive == []


async def test_the_tree_shows_what_a_turn_waits_for(autojump_clock: MockClock) -> None:
    gate = trio.Event()
    tools = [RecordingTool("Ponder", gate, "done"), RecordingTool("Look", gate, "done")]
    model = ScriptedModel(calls(("Ponder", {}), ("Look", {})), "fine", model_id="wise")
    async with open_system() as system:
        ref = await system.spawn(Agent(model=model, tools=tools), name="thinker")
        before = str(system.tree().children[0])
        ref.tell(Prompt("go"))
        await trio.sleep(7)
        meanwhile = str(system.tree().children[0])
        gate.set()
        await wait_all_tasks_blocked()
        after = str(system.tree().children[0])

    assert before == after == "thinker idle"
    assert meanwhile == "thinker busy runs Ponder, Look for 7 s"


async def test_the_tree_shows_which_model_is_asked(autojump_clock: MockClock) -> None:
    async with open_system() as system:
        seen: list[str] = []

        def look(_: ModelRequest) -> str:
            seen.append(str(system.tree().children[0]))
            return "fine"

        ref = await system.spawn(Agent(model=ScriptedModel(look, model_id="wise")), name="thinker")
        await ref.ask(Prompt("go"))

    assert seen == ["thinker busy asks wise for 0 s"]
