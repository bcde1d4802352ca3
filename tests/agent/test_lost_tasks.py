"""Calls in the background whose agent ends before them."""

from pathlib import Path

import trio
from histories import Kept, faults_of, texts
from trio.testing import MockClock, wait_all_tasks_blocked

from sagent.actors import open_system
from sagent.agent import Agent, Prompt
from sagent.home import Home
from sagent.session import create_session
from sagent.testing import RecordingTool, ScriptedModel, calls
from sagent.tool import Tool
from sagent.tools import BackgroundTask


def tools(gate: trio.Event) -> list[Tool]:
    return [RecordingTool("Slow", gate, "forty-two"), BackgroundTask()]


def model() -> ScriptedModel:
    return ScriptedModel(calls(("Slow", {"background": True})), "started", *["well"] * 3)


async def test_a_call_that_ended_with_its_agents_life_is_told_in_the_next_once(
    tmp_path: Path,
) -> None:
    script = model()
    agent = Agent(model=script, tools=tools(trio.Event()))
    with create_session(Home(tmp_path), cwd=tmp_path, durability="none") as session:
        async with open_system() as system:
            for prompt in ("go", "and now?", "and then?"):
                ref = await system.spawn(Kept(agent, session, script))
                await ref.ask(Prompt(prompt))
                ref.kill()
                await ref.closed()

    assert sum("was stopped with its agent" in text for text in texts(script)) == 1
    assert faults_of(script.requests[-1].messages) == []
    assert session.transcript.open_tasks == ()


async def test_a_call_that_ended_with_a_cancelled_run_is_told_in_the_next(
    autojump_clock: MockClock,
) -> None:
    script = model()
    agent = Agent(model=script, tools=tools(trio.Event()))
    with trio.move_on_after(5):
        await agent.run("go")

    await agent.run("and now?")

    assert ["was stopped with its agent" in text for text in texts(script)[-2:]] == [True, False]


async def test_a_call_whose_result_was_read_is_not_told_again(tmp_path: Path) -> None:
    script, gate = model(), trio.Event()
    agent = Agent(model=script, tools=tools(gate))
    with create_session(Home(tmp_path), cwd=tmp_path, durability="none") as session:
        async with open_system() as system:
            ref = await system.spawn(Kept(agent, session, script))
            await ref.ask(Prompt("go"))
            gate.set()
            await wait_all_tasks_blocked()
            ref.kill()
            await ref.closed()
            again = await system.spawn(Kept(agent, session, script))
            await again.ask(Prompt("and now?"))

    assert sum("forty-two" in text for text in texts(script)) == 1
    assert not any("was stopped with its agent" in text for text in texts(script))
