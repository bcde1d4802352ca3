"""Agents that live on after they have answered the one who started them."""

from pathlib import Path

import pytest
import trio
from family import last, send, spawn, told
from trio.testing import MockClock, wait_all_tasks_blocked

from sagent.actors import open_system
from sagent.agent import (
    AGENTS,
    Agent,
    AgentLimits,
    ChildEvent,
    Prompt,
)
from sagent.errors import ActorStopped
from sagent.home import Home
from sagent.lib.json import JsonValue
from sagent.message import MultipartMessage, result_text
from sagent.model import ModelRequest
from sagent.session import create_session
from sagent.testing import RecordingTool, ScriptedModel, calls
from sagent.tool import Binding, Tool
from sagent.tools import AgentSend, AgentSpawn, BackgroundTask, tool


@tool
async def forever() -> None:
    await trio.sleep_forever()


async def test_what_a_persistent_child_answers_comes_to_its_parent() -> None:
    child = ScriptedModel("found it")
    model = ScriptedModel(spawn("look", label="scout", persistent=True), "waiting", "it is there")

    answer = await Agent(model=model, tools=[AgentSpawn(model=child)]).run("check")

    assert answer.content == "it is there"
    assert last(child.requests[0]) == "[from Agent]: look"
    assert last(model.requests[2]) == "[from scout]: found it"


async def test_a_persistent_child_is_written_to_by_its_name_and_remembers() -> None:
    child = ScriptedModel("one", "two")
    model = ScriptedModel(
        spawn("look", label="scout", persistent=True),
        "waiting",
        send("scout", "again"),
        "waiting",
        "done",
    )
    agent = Agent(model=model, tools=[AgentSpawn(model=child), AgentSend()])

    answer = await agent.run("check")

    assert answer.content == "done"
    assert len(child.requests[1].messages) == 3
    assert last(model.requests[4]) == "[from scout]: two"


async def test_a_child_that_was_stopped_is_told_to_its_parent() -> None:
    model = ScriptedModel(
        spawn("look", label="scout", persistent=True),
        "waiting",
        calls(("AgentSend", {"to": "scout", "stop": True})),
        "done",
    )
    agent = Agent(model=model, tools=[AgentSpawn(model=ScriptedModel("one")), AgentSend()])

    await agent.run("check")

    assert told(model.requests[3])[-2:] == [
        "Stopped: scout.",
        "[scout has ended: it was stopped]",
    ]


async def test_a_child_that_lives_again_whatever_happens_is_stopped_all_the_same(
    autojump_clock: MockClock,
) -> None:
    model = ScriptedModel(
        spawn("look", label="scout", persistent=True, restart="permanent"),
        "waiting",
        calls(("AgentSend", {"to": "scout", "stop": True})),
        "done",
        "done",
    )
    agent = Agent(model=model, tools=[AgentSpawn(model=ScriptedModel("one")), AgentSend()])

    with trio.fail_after(60):
        await agent.run("check")

    assert "Stopped: scout." in told(model.requests[-1])


async def test_of_two_of_one_name_one_is_started() -> None:
    start: dict[str, JsonValue] = {"prompt": "look", "label": "scout", "persistent": True}
    model = ScriptedModel(calls(*[("AgentSpawn", start)] * 2), *["waiting"] * 9)
    child = ScriptedModel("one")

    await Agent(model=model, tools=[AgentSpawn(model=child)]).run("check")

    results = told(model.requests[1])[2:4]
    assert sum(text.startswith("Persistent agent started: scout.") for text in results) == 1
    assert sum(text.startswith("there is an agent scout already") for text in results) == 1


async def test_an_agent_does_not_stop_the_one_beside_it(autojump_clock: MockClock) -> None:
    def child(request: ModelRequest) -> MultipartMessage | str:
        if result_text(request.messages[0]) == "wait":
            return calls(("forever", {}))
        stop = calls(("AgentSend", {"to": "one", "stop": True}))
        return last(request) if len(request.messages) > 1 else stop

    model = ScriptedModel(
        calls(
            ("AgentSpawn", {"prompt": "wait", "label": "one", "deadline": 30}),
            ("AgentSpawn", {"prompt": "stop it", "label": "two"}),
        ),
        "done",
    )
    tools: list[Tool] = [
        AgentSpawn(model=ScriptedModel(*[child] * 3)),
        AgentSend(),
        forever,
    ]

    await Agent(model=model, tools=tools).run("check")

    assert told(model.requests[1])[2:] == [
        "one did not answer within its 30 seconds: it was ended",
        "one was not started by you: ask it to end, with a message",
    ]


async def test_the_name_and_the_place_of_a_child_that_was_stopped_are_free_at_once() -> None:
    again = spawn("look", label="scout", persistent=True)
    stop = calls(("AgentSend", {"to": "scout", "stop": True}))
    model = ScriptedModel(again, stop, again, stop, again, *["waiting"] * 9)
    agent = Agent(
        model=model,
        tools=[AgentSpawn(model=ScriptedModel(*["one"] * 3)), AgentSend()],
        limits=AgentLimits(max_agents=2, max_children=1),
    )

    await agent.run("check")

    started = "Persistent agent started: scout. Its answers come to you"
    assert sum(text.startswith(started) for text in told(model.requests[-1])) == 3


async def test_an_agent_does_not_stop_itself() -> None:
    model = ScriptedModel(calls(("AgentSend", {"to": "Agent", "stop": True})), "done")

    await Agent(model=model, tools=[AgentSend()]).run("go")

    assert last(model.requests[1]) == "you cannot stop yourself: end your turn"


async def test_an_agent_stops_only_those_it_has_started() -> None:
    model = ScriptedModel(calls(("AgentSend", {"to": "peer", "stop": True})), "done")
    async with open_system() as system:
        await system.spawn(Agent(model=ScriptedModel()), name="peer")

        await Agent(model=model, tools=[AgentSend()], name="me").run("go", system=system)

        assert system.whereis("peer") is not None
    assert "peer was not started by you" in last(model.requests[1])


async def test_a_detached_agent_is_stopped_by_the_one_who_started_it() -> None:
    stop = calls(("AgentSend", {"to": "peer", "stop": True}))
    model = ScriptedModel(spawn("look", label="peer", detached=True), "w", stop, "done")
    async with open_system() as system:
        tools = [AgentSpawn(model=ScriptedModel("one")), AgentSend()]
        await Agent(model=model, tools=tools, name="me").run("go", system=system)

        assert system.members(AGENTS) == ()

    assert "Stopped: peer." in told(model.requests[3])


async def test_a_child_that_is_stopped_before_it_has_answered_is_an_error_that_says_so(
    autojump_clock: MockClock,
) -> None:
    start = spawn("look", label="scout", background=True)
    stop = calls(("AgentSend", {"to": "scout", "stop": True}))
    model = ScriptedModel(start, stop, "done")
    child = ScriptedModel(calls(("forever", {})))
    tools: list[Tool] = [AgentSpawn(model=child), AgentSend(), forever, BackgroundTask()]

    await Agent(model=model, tools=tools).run("go")

    assert told(model.requests[2])[-1].endswith("scout was stopped before it had answered")


class Unbound(RecordingTool):
    """Has a bug where its agent takes it in."""

    def bind(self, binding: Binding) -> Tool:
        raise RuntimeError("a bug")


@pytest.mark.parametrize(
    ("lifetime", "news"),
    [
        ({}, "scout crashed: a bug"),
        ({"persistent": True}, "[scout has ended: it crashed too often, at last: RuntimeError: a"),
        ({"detached": True}, "[scout has ended: it crashed too often, at last: RuntimeError: a"),
    ],
)
async def test_a_tool_that_cannot_be_bound_is_the_end_of_the_child_that_has_it(
    autojump_clock: MockClock, lifetime: dict[str, JsonValue], news: str
) -> None:
    model = ScriptedModel(spawn("look", label="scout", **lifetime), *["w"] * 9)
    tools = [AgentSpawn(model=ScriptedModel(), tools=[Unbound("Echo")])]

    await Agent(model=model, tools=tools).run("go")

    assert last(model.requests[-1]).startswith(news)


async def test_a_tool_that_cannot_be_bound_leaves_nothing_open(tmp_path: Path) -> None:
    with create_session(Home(tmp_path), cwd=tmp_path) as session:
        agent = Agent(model=ScriptedModel(), tools=[Unbound("Echo")], session=session)

        with pytest.raises(ActorStopped, match="a bug"):
            await agent.run("go")


async def test_a_detached_agent_outlives_the_one_who_started_it() -> None:
    model = ScriptedModel(spawn("look", label="peer", detached=True), "done", "done", "done")
    async with open_system() as system:
        agent = Agent(model=model, tools=[AgentSpawn(model=ScriptedModel("one"))], name="me")

        await agent.run("go", system=system)

        assert [ref.name for ref in system.members(AGENTS)] == ["peer"]


async def test_a_detached_agent_goes_on_when_nobody_reads_any_more_what_it_does() -> None:
    child = ScriptedModel(*[calls(("Echo", {}))] * 3, "one")
    model = ScriptedModel(spawn("look", label="peer", detached=True), *["done"] * 3)
    async with open_system() as system:
        tools: list[Tool] = [AgentSpawn(model=child), RecordingTool("Echo")]
        async with Agent(model=model, tools=tools).run("go", system=system) as run:
            async for event in run:
                if isinstance(event, ChildEvent):
                    await wait_all_tasks_blocked()  # it has the next one to tell
                    break

        await wait_all_tasks_blocked()

    assert len(child.requests) == 4


async def test_a_persistent_child_may_live_for_a_time_only(autojump_clock: MockClock) -> None:
    child = ScriptedModel(calls(("forever", {})))
    model = ScriptedModel(
        spawn("look", label="slow", persistent=True, deadline=30), "waiting", "done"
    )

    await Agent(model=model, tools=[AgentSpawn(model=child), forever]).run("go")

    assert last(model.requests[2]) == "[slow has ended: its 30 seconds are over]"


async def test_a_persistent_child_that_crashes_goes_on_with_what_it_knew(
    autojump_clock: MockClock,
) -> None:
    def bug(request: ModelRequest) -> str:
        raise RuntimeError("a bug")

    child = ScriptedModel("one", bug, "three")
    model = ScriptedModel(
        spawn("look", label="scout", persistent=True),
        "waiting",
        send("scout", "two"),
        "waiting",
        send("scout", "three"),
        "waiting",
        "done",
    )
    agent = Agent(model=model, tools=[AgentSpawn(model=child), AgentSend()])

    await agent.run("check")

    assert "scout crashed (RuntimeError: a bug) and was restarted" in last(model.requests[4])
    assert model.requests[4].messages[-1].source == "/Agent/guardian#1/scout"
    said = [result_text(message) for message in child.requests[2].messages]
    assert said == [
        "[from Agent]: look",
        "one",
        "[from Agent]: two",
        "[from Agent]: three",
    ]


async def test_an_agent_that_crashed_is_told_of_its_children_who_are_no_more(
    autojump_clock: MockClock,
) -> None:
    def bug(request: ModelRequest) -> str:
        raise RuntimeError("a bug")

    middle = ScriptedModel(spawn("look", label="low", persistent=True), "w", bug, "well")
    spawn_middle = AgentSpawn(model=middle, tools=[AgentSpawn(model=ScriptedModel("one"))])
    model = ScriptedModel(spawn("go", label="middle", persistent=True), *["w"] * 4)

    await Agent(model=model, tools=[spawn_middle]).run("go")

    assert last(middle.requests[3]).startswith("[low has ended: ")


async def test_a_run_does_not_wait_for_a_child_that_has_nothing_to_say(
    autojump_clock: MockClock,
) -> None:
    @tool
    async def nap() -> None:
        await trio.sleep(1)

    child = ScriptedModel(calls(("nap", {"background": True})), "started", "")
    model = ScriptedModel(spawn("look", label="scout", persistent=True), "waiting", "done")
    agent = Agent(model=model, tools=[AgentSpawn(model=child), nap, BackgroundTask()])

    with trio.fail_after(60):
        answer = await agent.run("go")

    assert answer.content == "done"
    assert len(child.requests) == 3


async def test_a_child_waits_for_room_in_the_inbox_of_its_parent() -> None:
    full, read = trio.Event(), trio.Event()

    @tool
    async def wait_full() -> None:
        await full.wait()

    @tool
    async def wait() -> None:
        await read.wait()

    child = ScriptedModel(calls(("wait_full", {})), "found it")
    middle = ScriptedModel(spawn("look", persistent=True), calls(("wait", {})), *["noted"] * 3)
    flood = calls(*(("AgentSend", {"to": "middle", "content": str(n)}) for n in range(256)))
    model = ScriptedModel(spawn("look", label="middle", persistent=True), flood, *["w"] * 3)
    spawn_middle = AgentSpawn(model=middle, tools=[AgentSpawn(model=child), wait, wait_full])
    async with open_system() as system:
        agent = Agent(model=model, tools=[spawn_middle, AgentSend()])
        ref = await system.spawn(agent, name="boss")
        await ref.ask(Prompt("go"))

        for event in (full, read):
            event.set()
            await wait_all_tasks_blocked()

    assert told(middle.requests[2])[-257:] == [
        *(f"[from boss]: {n}" for n in range(256)),
        "[from middle-1]: found it",
    ]


async def test_a_child_that_crashes_again_and_again_is_given_up(autojump_clock: MockClock) -> None:
    def bug(request: ModelRequest) -> str:
        raise RuntimeError("a bug")

    again = send("scout", "try")
    model = ScriptedModel(
        spawn("look", label="scout", persistent=True),
        "w",
        again,
        "w",
        again,
        "w",
        again,
        "w",
        "done",
    )
    agent = Agent(model=model, tools=[AgentSpawn(model=ScriptedModel(*[bug] * 9)), AgentSend()])

    answer = await agent.run("check")

    assert answer.content == "done"
    assert "[scout has ended: it crashed too often, at last: RuntimeError: a bug]" in last(
        model.requests[8]
    )
