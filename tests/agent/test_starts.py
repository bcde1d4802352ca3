"""How many agents are started before a person says something."""

from pathlib import Path

import trio
from family import last, spawn, told

from sagent.actors import Restarting, open_system
from sagent.agent import Agent, AgentLimits, Prompt
from sagent.home import Home
from sagent.message import MultipartMessage
from sagent.session import create_session
from sagent.testing import ScriptedModel
from sagent.tools import AgentSpawn

TWO = AgentLimits(max_starts=2)
REFUSED = "2 agents were started, and no person has said anything since (max_starts=2)"


async def test_an_agent_that_starts_one_child_after_the_other_comes_to_an_end() -> None:
    child = ScriptedModel("a", "b", "c")
    model = ScriptedModel(spawn("a"), spawn("b"), spawn("c"), "well")

    answer = await Agent(model=model, tools=[AgentSpawn(model=child)], limits=TWO).run("go")

    assert answer.content == "well"
    assert REFUSED in last(model.requests[3])
    assert len(child.requests) == 2


async def test_a_child_that_is_started_after_the_end_of_each_comes_to_an_end() -> None:
    steps: list[MultipartMessage | str] = [spawn("look", detached=True), "w"] * 2
    model = ScriptedModel(*steps, spawn("look", detached=True), "well")
    tools = [AgentSpawn(model=ScriptedModel("a", "b", "c"))]

    answer = await Agent(model=model, tools=tools, limits=TWO).run("go")

    assert answer.content == "well"
    assert REFUSED in last(model.requests[5])


async def test_what_those_below_start_counts_too() -> None:
    child = ScriptedModel(spawn("a"), spawn("b"), "done")
    below = AgentSpawn(model=ScriptedModel("a", "b"))
    spawning = AgentSpawn(model=child, tools=[below])

    await Agent(model=ScriptedModel(spawn("go"), "well"), tools=[spawning], limits=TWO).run("go")

    assert REFUSED in last(child.requests[2])


async def test_it_counts_anew_when_a_person_says_something() -> None:
    model = ScriptedModel(spawn("a"), spawn("b"), "well", spawn("c"), "well")
    agent = Agent(model=model, tools=[AgentSpawn(model=ScriptedModel(*"abc"))], limits=TWO)

    await agent.run("go")
    await agent.run("go on")

    assert last(model.requests[4]) == "c"


async def test_it_goes_on_counting_after_a_crash(tmp_path: Path) -> None:
    def bug(_: object) -> str:
        raise RuntimeError("a bug")

    model = ScriptedModel(spawn("a"), spawn("b"), "w", bug, spawn("c"), "well")
    with create_session(Home(tmp_path), cwd=tmp_path) as session:
        tools = [AgentSpawn(model=ScriptedModel(*"abc"))]
        agent = Agent(model=model, tools=tools, session=session, limits=TWO)
        async with open_system() as system:
            ref = await system.spawn(agent, name="boss", restart="transient")
            await ref.ask(Prompt("go"))
            crashed = trio.Event()
            with system.events.listen(lambda e: isinstance(e, Restarting) and crashed.set()):
                ref.tell(Prompt("crash", source="/peer", hops=1))
                await crashed.wait()

            await ref.ask(Prompt("and now?", source="/peer", hops=1))

    assert any(REFUSED in text for text in told(model.requests[-1]))


def test_the_model_is_told_how_many_it_may_start() -> None:
    agent = Agent(model=ScriptedModel(), tools=[AgentSpawn()], limits=TWO)

    assert "2 started in all until a person says something" in agent.tools[0].description
