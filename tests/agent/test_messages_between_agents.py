"""What agents say to one another."""

import pytest
import trio
from family import last, send, spawn, told
from trio.testing import MockClock, wait_all_tasks_blocked

from sagent.actors import open_system
from sagent.agent import AGENTS, Agent, AgentLimits, Prompt
from sagent.lib.json import JsonValue
from sagent.message import MultipartMessage, is_error
from sagent.model import ModelRequest
from sagent.testing import ScriptedModel, calls
from sagent.tool import Tool
from sagent.tools import AgentSend, AgentSpawn, BackgroundTask, tool


async def test_agents_of_one_system_write_to_one_another_by_name() -> None:
    alice = ScriptedModel(send("bob", "hello"), "sent")
    bob = ScriptedModel("noted")
    async with open_system() as system:
        await system.spawn(Agent(model=bob), name="bob")
        ref = await system.spawn(Agent(model=alice, tools=[AgentSend()]), name="alice")

        await ref.ask(Prompt("greet bob"))
        await wait_all_tasks_blocked()

    assert last(alice.requests[1]) == "Delivered to bob."
    assert last(bob.requests[0]) == "[from alice]: hello"
    assert bob.requests[0].messages[0].source == "/alice"


async def test_an_agent_that_was_given_no_name_is_written_to_by_the_one_it_has() -> None:
    bob = ScriptedModel("noted")
    async with open_system() as system:
        nameless = await system.spawn(Agent(model=bob))
        alice = ScriptedModel(send(nameless.name, "hello"), "sent")
        ref = await system.spawn(Agent(model=alice, tools=[AgentSend()]), name="alice")

        await ref.ask(Prompt("greet it"))
        await wait_all_tasks_blocked()

    assert last(bob.requests[0]) == "[from alice]: hello"


async def test_what_is_said_in_one_response_arrives_in_its_order() -> None:
    model = ScriptedModel(
        calls(
            ("AgentSpawn", {"prompt": "go", "label": "scout", "persistent": True}),
            *(("AgentSend", {"to": "scout", "content": str(n)}) for n in range(9)),
        ),
        *["w"] * 9,
    )
    child = ScriptedModel(*["noted"] * 9)

    await Agent(model=model, tools=[AgentSpawn(model=child), AgentSend()]).run("go")

    said = [text for text in told(child.requests[-1]) if text.startswith("[from")]
    assert said == ["[from Agent]: go", *(f"[from Agent]: {n}" for n in range(9))]


async def test_a_message_to_nobody_names_who_is_there() -> None:
    alice = ScriptedModel(send("carol", "hello"), "sent")
    async with open_system() as system:
        await system.spawn(Agent(model=ScriptedModel()), name="bob")
        ref = await system.spawn(Agent(model=alice, tools=[AgentSend()]), name="alice")

        await ref.ask(Prompt("greet carol"))

    assert is_error(alice.requests[1].messages[-1])
    assert last(alice.requests[1]) == "Unknown agent: 'carol'. There are: bob."


async def test_an_agent_that_has_ended_is_nobody() -> None:
    model = ScriptedModel(spawn("look", label="scout"), send("scout", "thanks"), "done")
    agent = Agent(model=model, tools=[AgentSpawn(model=ScriptedModel("fine")), AgentSend()])

    await agent.run("go")

    assert last(model.requests[2]) == "Unknown agent: 'scout'. There are: no others."


async def test_the_one_who_started_an_agent_is_its_parent() -> None:
    child = ScriptedModel(send("parent", "a question"), "done")
    model = ScriptedModel(spawn("look", label="scout"), "fine", "well")
    agent = Agent(model=model, tools=[AgentSpawn(model=child), AgentSend()])

    await agent.run("go")

    assert "[from scout]: a question" in told(model.requests[1])


async def test_a_parent_that_has_ended_is_nobody() -> None:
    ended = trio.Event()

    @tool
    async def wait() -> None:
        await ended.wait()

    child = ScriptedModel(calls(("wait", {})), send("parent", "found it"), "a pity")
    model = ScriptedModel(spawn("look", label="scout", detached=True), "w")
    async with open_system() as system:
        tools: list[Tool] = [AgentSpawn(model=child), AgentSend(), wait]
        ref = await system.spawn(Agent(model=model, tools=tools), name="boss")
        await ref.ask(Prompt("go"))
        ref.stop()
        await ref.closed()

        ended.set()
        await wait_all_tasks_blocked()

    assert last(child.requests[2]) == "Unknown agent: 'parent'. There are: no others."


async def test_of_very_many_who_are_there_some_are_named() -> None:
    model = ScriptedModel(send("carol", "hello"), "sent")
    async with open_system() as system:
        for number in range(60):
            await system.spawn(Agent(model=ScriptedModel()), name=f"bob-{number}")

        await Agent(model=model, tools=[AgentSend()]).run("go", system=system)

    assert last(model.requests[1]).endswith(", bob-48, bob-49 and 10 more.")


async def test_an_actor_that_is_no_agent_is_not_written_to() -> None:
    alice = ScriptedModel(send("tools", "hello"), "sent")
    async with open_system() as system:
        await system.supervisor(name="tools")
        ref = await system.spawn(Agent(model=alice, tools=[AgentSend()]), name="alice")

        await ref.ask(Prompt("go"))

    assert "Unknown agent" in last(alice.requests[1])


async def test_a_message_may_come_later(autojump_clock: MockClock) -> None:
    alice = ScriptedModel(send("bob", "hello", delay=60), "scheduled")
    bob = ScriptedModel("noted")
    async with open_system() as system:
        await system.spawn(Agent(model=bob), name="bob")
        ref = await system.spawn(Agent(model=alice, tools=[AgentSend()]), name="alice")

        await ref.ask(Prompt("greet bob"))
        await trio.sleep(59)
        early = list(bob.requests)
        await trio.sleep(2)

    assert last(alice.requests[1]) == "Scheduled for bob in 60s."
    assert early == []
    assert last(bob.requests[0]) == "[from alice, 60s ago]: hello"


async def test_a_message_to_oneself_is_a_reminder_that_a_run_waits_for(
    autojump_clock: MockClock,
) -> None:
    model = ScriptedModel(send("Agent", "look again", delay=60), "waiting", "done")

    answer = await Agent(model=model, tools=[AgentSend()]).run("go")

    assert answer.content == "done"
    assert last(model.requests[2]) == "[from Agent, 60s ago]: look again"


async def test_a_message_that_finds_nobody_later_comes_back(autojump_clock: MockClock) -> None:
    alice = ScriptedModel(send("bob", "hello", delay=60), "scheduled", "a pity")
    async with open_system() as system:
        bob = await system.spawn(Agent(model=ScriptedModel()), name="bob")
        ref = await system.spawn(Agent(model=alice, tools=[AgentSend()]), name="alice")

        await ref.ask(Prompt("greet bob"))
        bob.stop()
        await trio.sleep(61)

    assert last(alice.requests[2]) == (
        "[not delivered to bob: Unknown agent: 'bob'. There are: no others.]"
    )


async def test_a_child_that_works_on_its_one_answer_is_written_to(
    autojump_clock: MockClock,
) -> None:
    @tool
    async def wait() -> None:
        await trio.sleep(9)

    child = ScriptedModel(calls(("wait", {})), "found it")
    start = spawn("look", label="scout", background=True)
    model = ScriptedModel(start, send("scout", "quick"), "waiting", "done")
    tools: list[Tool] = [AgentSpawn(model=child), AgentSend(), wait, BackgroundTask()]

    await Agent(model=model, tools=tools).run("go")

    assert last(child.requests[1]) == "[from Agent]: quick"


async def test_messages_for_later_are_bounded_too(autojump_clock: MockClock) -> None:
    later: dict[str, JsonValue] = {"to": "Agent", "content": "look", "delay": 9}
    model = ScriptedModel(calls(*[("AgentSend", later)] * 257), "waiting", *["done"] * 300)

    await Agent(model=model, tools=[AgentSend()]).run("go")

    results = told(model.requests[1])
    assert results.count("Scheduled for Agent in 9s.") == 256
    assert results[-1] == "256 messages wait to be sent, and no more may: wait, or send it now"


async def test_an_inbox_that_is_full_is_told_to_the_sender(autojump_clock: MockClock) -> None:
    @tool
    async def forever() -> None:
        await trio.sleep_forever()

    child = ScriptedModel(calls(("forever", {})))
    flood = calls(*(("AgentSend", {"to": "scout", "content": str(n)}) for n in range(257)))
    model = ScriptedModel(spawn("look", label="scout", persistent=True), flood, "done")
    agent = Agent(model=model, tools=[AgentSpawn(model=child), AgentSend(), forever], name="boss")
    async with open_system() as system:
        ref = await system.spawn(agent, name="boss")
        await ref.ask(Prompt("go"))

    results = told(model.requests[2])[3:]
    assert results.count("Delivered to scout.") == 256
    assert "scout has 256 messages waiting and takes no more: wait, or do without it" in results


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ({"to": "", "content": "x"}, "'to' is required."),
        ({"to": "bob"}, "'content' is required."),
        ({"to": "bob", "content": " "}, "'content' is required."),
    ],
)
async def test_what_is_left_out_is_told(arguments: dict[str, str], line: str) -> None:
    model = ScriptedModel(calls(("AgentSend", {**arguments})), "done")

    await Agent(model=model, tools=[AgentSend()]).run("go")

    assert last(model.requests[1]) == line


async def test_agents_that_only_answer_one_another_come_to_an_end() -> None:
    alice = ScriptedModel(*[step for _ in range(30) for step in (send("bob", "and you?"), "sent")])
    bob = ScriptedModel(*[step for _ in range(30) for step in (send("alice", "and you?"), "sent")])
    limits = AgentLimits(max_hops=10)
    async with open_system() as system:
        await system.spawn(Agent(model=bob, tools=[AgentSend()], limits=limits), name="bob")
        ref = await system.spawn(
            Agent(model=alice, tools=[AgentSend()], limits=limits), name="alice"
        )

        await ref.ask(Prompt("how is bob?"))
        await wait_all_tasks_blocked()

    sent = [last(request) for request in (*alice.requests, *bob.requests)]
    assert sent.count("Delivered to bob.") + sent.count("Delivered to alice.") == 10
    assert any("agents have passed this on 10 times" in text for text in sent)


async def test_an_agent_and_its_child_do_not_talk_for_ever_in_one_run() -> None:
    def boss(request: ModelRequest) -> MultipartMessage | str:
        return send("scout", "and then?") if last(request).startswith("[from scout]") else "w"

    model = ScriptedModel(spawn("go", label="scout", persistent=True), *[boss] * 99)
    tools: list[Tool] = [AgentSpawn(model=ScriptedModel(*["more"] * 99)), AgentSend()]
    agent = Agent(model=model, tools=tools, limits=AgentLimits(max_hops=10))

    await agent.run("go")

    assert any("agents have passed this on" in text for text in told(model.requests[-1]))
    assert len(model.requests) < 20


async def test_news_of_tools_does_not_let_agents_talk_for_ever(autojump_clock: MockClock) -> None:
    @tool
    async def nap() -> str:
        await trio.sleep(1)
        return "slept"

    def asking(other: str) -> ScriptedModel:
        def step(request: ModelRequest) -> MultipartMessage | str:
            if last(request).startswith(("go", "[from")):
                return calls(("nap", {"background": True}))
            return send(other, "and you?") if "slept" in last(request) else "well"

        return ScriptedModel(*[step] * 99)

    models = {"a": asking("b"), "b": asking("a")}
    async with open_system() as system:
        for name, model in models.items():
            tools: list[Tool] = [AgentSend(), nap, BackgroundTask()]
            agent = Agent(model=model, tools=tools, limits=AgentLimits(max_hops=6))
            await system.spawn(agent, name=name)
        ref = system.members(AGENTS)[0]
        await ref.ask(Prompt("go"))
        await trio.sleep(1_000)

    assert all(len(model.requests) < 20 for model in models.values())


async def test_an_agent_and_a_child_that_crashes_each_time_come_to_an_end(
    autojump_clock: MockClock,
) -> None:
    @tool
    async def nap() -> None:
        await trio.sleep(40)  # so that it never crashes too often

    def child(request: ModelRequest) -> MultipartMessage:
        if last(request).startswith("[from"):
            return calls(("nap", {}))
        raise RuntimeError("a bug")

    def boss(request: ModelRequest) -> MultipartMessage | str:
        return send("scout", "again") if "crashed" in last(request) else "waiting"

    model = ScriptedModel(spawn("go", label="scout", persistent=True), *[boss] * 99)
    tools: list[Tool] = [AgentSpawn(model=ScriptedModel(*[child] * 99)), AgentSend(), nap]
    agent = Agent(model=model, tools=tools, limits=AgentLimits(max_hops=10))

    await agent.run("go")

    assert any("agents have passed this on" in text for text in told(model.requests[-1]))


async def test_a_person_who_speaks_lets_agents_go_on() -> None:
    alice = ScriptedModel(*[step for _ in range(3) for step in (send("bob", "hello"), "sent")])
    limits = AgentLimits(max_hops=1)
    async with open_system() as system:
        await system.spawn(Agent(model=ScriptedModel(*["noted"] * 3)), name="bob")
        ref = await system.spawn(
            Agent(model=alice, tools=[AgentSend()], limits=limits), name="alice"
        )

        for _ in range(3):
            await ref.ask(Prompt("greet bob"))
            await wait_all_tasks_blocked()

    assert [last(r) for r in alice.requests[1::2]] == ["Delivered to bob."] * 3
