"""Agents that an agent starts."""

from decimal import Decimal
from pathlib import Path

import pytest
import trio
from family import last, send, spawn
from trio.testing import MockClock, wait_all_tasks_blocked

from sagent.actors import Node, open_system
from sagent.agent import (
    AGENTS,
    Agent,
    ChildEvent,
    Done,
    GetStatus,
    Prompt,
    Run,
    ToolCalled,
)
from sagent.budget import Budget
from sagent.home import Home
from sagent.lib.json import JsonValue
from sagent.message import MultipartMessage, TextMessage, is_error, result_text
from sagent.model import ModelRequest, Price, Usage
from sagent.prompt import load_agent_files
from sagent.testing import RecordingTool, ScriptedModel, calls
from sagent.tool import Tool
from sagent.tools import AgentSend, AgentSpawn, Read, tool


@tool
async def forever() -> None:
    await trio.sleep_forever()


async def test_the_final_text_of_a_child_is_the_result_of_the_call() -> None:
    child = ScriptedModel("it is fine")
    model = ScriptedModel(spawn("look"), "all is fine")

    answer = await Agent(model=model, tools=[AgentSpawn(model=child)]).run("check")

    assert answer.content == "all is fine"
    assert last(model.requests[1]) == "it is fine"
    assert last(child.requests[0]) == "look"


async def test_a_child_reaches_by_links_what_its_parent_does_and_no_more(tmp_path: Path) -> None:
    place, beside, outside = tmp_path / "place", tmp_path / "beside", tmp_path / "outside"
    for folder in (place, place / "part", beside, outside):
        folder.mkdir()
    for folder in (place, beside, outside):
        (folder / "a.txt").write_text(f"in {folder.name}")
        (place / "part" / folder.name).symlink_to(folder)
    reads = [("Read", {"file_path": f"{name}/a.txt"}) for name in ("place", "beside", "outside")]
    child = ScriptedModel(calls(*reads), "done")
    model = ScriptedModel(
        spawn("look", cwd="part"), spawn("look", cwd="part/outside"), spawn("look", cwd="~no/x"), ""
    )
    tools = [AgentSpawn(model=child), Read()]

    await Agent(model=model, tools=tools, cwd=place, extra_dirs=[beside]).run("check")

    results = [result_text(message) for message in child.requests[1].messages[-3:]]
    assert results[:2] == ["1\tin place", "1\tin beside"]
    assert "leads out of the workspace" in results[2]
    assert "leads out of the workspace" in last(model.requests[2])
    assert "no such home directory" in last(model.requests[3])


async def test_children_of_one_response_work_side_by_side() -> None:
    both = trio.Event()
    waiting: list[str] = []

    @tool
    async def meet(who: str) -> str:
        waiting.append(who)
        if len(waiting) == 2:
            both.set()
        await both.wait()
        return "met"

    def child(request: ModelRequest) -> MultipartMessage | str:
        prompt = result_text(request.messages[0])
        return prompt if len(request.messages) > 1 else calls(("meet", {"who": prompt}))

    model = ScriptedModel(
        calls(("AgentSpawn", {"prompt": "a"}), ("AgentSpawn", {"prompt": "b"})), "done"
    )
    agent = Agent(model=model, tools=[AgentSpawn(model=ScriptedModel(*[child] * 4)), meet])

    await agent.run("go")

    told = [result_text(message) for message in agent.messages[2:4]]
    assert told == ["a", "b"]


async def test_a_child_is_like_its_parent_unless_told_otherwise() -> None:
    child = ScriptedModel("ok", "ok", "ok")
    model = ScriptedModel(
        spawn("a"), spawn("b", tools=["Echo"], system="be short"), spawn("c", tools=[]), "done"
    )
    agent = Agent(
        model=model,
        system="you review",
        tools=[AgentSpawn(model=child), RecordingTool("Echo"), RecordingTool("Other")],
    )

    await agent.run("go")

    heads = [(r.system, [spec.name for spec in r.tools]) for r in child.requests]
    assert heads == [
        ("you review", ["AgentSpawn", "Echo", "Other"]),
        ("be short", ["Echo"]),
        ("you review", []),
    ]


async def test_children_who_are_offered_no_tools_have_none() -> None:
    child = ScriptedModel("ok")
    tools: list[Tool] = [AgentSpawn(model=child, tools=[]), RecordingTool("Echo")]

    await Agent(model=ScriptedModel(spawn("a"), "done"), tools=tools).run("go")

    assert child.requests[0].tools == ()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"tools": ["Nope"]}, "Unknown tools: Nope. Available: AgentSpawn"),
        ({"cwd": "/no/such/place"}, "there is no directory /no/such/place"),
        ({"label": "../x"}, "is no name of an agent"),
        ({"label": "parent"}, "parent is what every agent calls the one who started it"),
        ({"label": "Agent"}, "there is an agent Agent already"),
        ({"provider": "Nobody"}, "Nobody"),
        ({"deadline": 0}, "deadline: 0 is less than or equal to the minimum of 0"),
        ({"tools": "Read"}, 'tools: "Read" is not of type "array"'),
        ({"prompt": "  "}, "prompt is empty"),
    ],
)
async def test_what_cannot_be_meant_is_a_line_to_the_model(
    arguments: dict[str, JsonValue], told: str
) -> None:
    model = ScriptedModel(calls(("AgentSpawn", {"prompt": "look", **arguments})), "done")
    agent = Agent(model=model, tools=[AgentSpawn()])

    await agent.run("go")

    result = model.requests[1].messages[-1]
    assert is_error(result)
    assert told in result_text(result)


async def test_a_child_that_fails_is_an_error_and_its_sibling_answers() -> None:
    def child(request: ModelRequest) -> str:
        if last(request) == "bad":
            raise RuntimeError("a bug")
        return "fine"

    model = ScriptedModel(
        calls(("AgentSpawn", {"prompt": "bad", "label": "b"}), ("AgentSpawn", {"prompt": "good"})),
        "done",
    )
    agent = Agent(model=model, tools=[AgentSpawn(model=ScriptedModel(child, child))])

    await agent.run("go")

    assert [result_text(message) for message in agent.messages[2:4]] == [
        "b crashed: a bug",
        "fine",
    ]


async def test_a_child_that_takes_too_long_is_ended(autojump_clock: MockClock) -> None:
    child = ScriptedModel(calls(("forever", {})))
    model = ScriptedModel(spawn("look", deadline=30, label="slow"), "done")

    await Agent(model=model, tools=[AgentSpawn(model=child), forever]).run("go")

    assert trio.current_time() == pytest.approx(30, abs=1)
    assert "slow did not answer within its 30 seconds" in last(model.requests[1])


async def test_a_cancelled_run_takes_its_children_along() -> None:
    child = ScriptedModel(calls(("forever", {})))
    model = ScriptedModel(spawn("look"))
    async with open_system() as system:
        agent = Agent(model=model, tools=[AgentSpawn(model=child), forever])

        with trio.CancelScope() as scope:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(_await, agent.run("go", system=system))
                await wait_all_tasks_blocked()
                while len(system.members(AGENTS)) < 2:
                    await trio.lowlevel.checkpoint()
                scope.cancel()

        assert system.members(AGENTS) == ()


async def test_what_children_spend_is_their_parents_too() -> None:
    dollar = Price(input_per_mtok="1000000")
    usage = Usage(input_tokens=1, output_tokens=1)
    child = ScriptedModel("one", price=dollar, usage=usage)
    model = ScriptedModel(spawn("look"), "done", price=dollar, usage=usage)
    budget = Budget(usd=10_000_000)

    await Agent(model=model, tools=[AgentSpawn(model=child)], budget=budget).run("go")

    assert budget.spent.usd == Decimal(3)
    assert [entry.name for entry in budget.ledger.children] == ["Agent-1"]


async def test_a_child_without_a_budget_is_an_error_of_one_line() -> None:
    dollar = Price(input_per_mtok="1000000")
    child = ScriptedModel("one", price=dollar)
    model = ScriptedModel(spawn("look", max_budget_usd=0), "done")

    await Agent(model=model, tools=[AgentSpawn(model=child)]).run("go")

    assert not child.requests
    assert "budget" in last(model.requests[1])


async def test_what_children_do_is_told_where_the_run_is_watched() -> None:
    child = ScriptedModel(calls(("Echo", {})), "one")
    model = ScriptedModel(spawn("look", label="scout"), "done")
    agent = Agent(model=model, tools=[AgentSpawn(model=child), RecordingTool("Echo")])

    async with agent.run("go") as run:
        events = [event async for event in run]

    told = [event for event in events if isinstance(event, ChildEvent)]
    assert {event.name for event in told} == {"scout"}
    assert [type(event.event) for event in told if not hasattr(event.event, "usage")][:1] == [
        ToolCalled
    ]
    assert isinstance(told[-1].event, Done)


async def test_a_child_has_its_place_in_the_tree() -> None:
    model = ScriptedModel(spawn("look", label="scout", persistent=True), "w", "done")
    async with open_system() as system:
        ref = await system.spawn(
            Agent(model=model, tools=[AgentSpawn(model=ScriptedModel("one"))]), name="boss"
        )
        await ref.ask(Prompt("go", until_idle=True))

        names = [node.name for node in _nodes(system.tree())]

    assert names[:2] == ["system", "boss"]
    assert names[-1] == "scout"


async def _await(run: Run[TextMessage]) -> None:
    await run


def _nodes(node: Node) -> list[Node]:
    return [node, *(below for child in node.children for below in _nodes(child))]


async def test_a_kind_of_agent_that_is_written_down_is_started_by_its_name(tmp_path: Path) -> None:
    folder = tmp_path / ".sagent" / "agents"
    folder.mkdir(parents=True)
    (folder / "reviewer.md").write_text(
        "---\ndescription: Reviews\ntools: [Echo]\nmax_depth: 0\n---\nYou review code.\n"
    )
    files = load_agent_files(tmp_path, Home(tmp_path / "home"))
    child = ScriptedModel("fine", "fine")
    model = ScriptedModel(
        spawn("look", agent="reviewer"),
        spawn("look", agent="reviewer", system="be short", tools=[]),
        spawn("look", agent="reviwer"),
        "done",
    )
    agent = Agent(
        model=model,
        tools=[
            AgentSpawn(model=child, agents=files),
            RecordingTool("Echo"),
            RecordingTool("Other"),
        ],
    )

    await agent.run("go")

    assert "- reviewer: Reviews" in (model.requests[0].system or "")
    heads = [(r.system, [spec.name for spec in r.tools]) for r in child.requests]
    assert heads == [("You review code.", ["Echo"]), ("be short", [])]
    assert "unknown agent: 'reviwer'; there are: reviewer" in last(model.requests[3])


async def test_an_agent_knows_what_those_below_it_took_that_have_ended() -> None:
    grandchild = ScriptedModel("deep")
    child = ScriptedModel(spawn("deeper"), "there", "found")
    below = AgentSpawn(model=grandchild)
    model = ScriptedModel(
        spawn("look"),
        spawn("look", label="scout", persistent=True, tools=[]),
        "waiting",
        send("scout", "x", stop=True),
        "done",
    )
    spawning = AgentSpawn(model=child, tools=[below])
    async with open_system() as system:
        agent = Agent(model=model, tools=[spawning, AgentSend()])
        ref = await system.spawn(agent, name="boss")
        await ref.ask(Prompt("go", until_idle=True))

        status = await ref.ask(GetStatus(), lane="front")

    assert status.ended_below.calls == 4
    assert status.usage.output_tokens == 5
