"""Agents that live below one with a session, and come back with it."""

from pathlib import Path

import trio
from family import send, spawn, told

from sagent.actors import Restarting, open_system
from sagent.agent import AGENTS, Agent, Prompt
from sagent.home import Home
from sagent.session import create_session, open_session, read_session, remove_session
from sagent.testing import ScriptedModel, calls
from sagent.tools import AgentSend, AgentSpawn


def boss(model: ScriptedModel, child: ScriptedModel, session: object = None) -> Agent:
    return Agent(model=model, tools=[AgentSpawn(model=child), AgentSend()], session=session)  # type: ignore[arg-type]


async def test_a_persistent_child_comes_back_with_its_parent_and_knows_what_was_said(
    tmp_path: Path,
) -> None:
    with create_session(Home(tmp_path), cwd=tmp_path) as session:
        model = ScriptedModel(spawn("look", label="scout", persistent=True), "w", "done")
        await boss(model, ScriptedModel("found it"), session).run("go")

    child = ScriptedModel("still there")
    later = ScriptedModel(send("scout", "again"), "w", "done")
    with open_session(session.directory) as session:
        await boss(later, child, session).run("once more")

    assert told(child.requests[0]) == ["[from Agent]: look", "found it", "[from Agent]: again"]


async def test_a_child_that_has_ended_does_not_come_back(tmp_path: Path) -> None:
    with create_session(Home(tmp_path), cwd=tmp_path) as session:
        model = ScriptedModel(
            spawn("look", label="scout", persistent=True),
            "w",
            calls(("AgentSend", {"to": "scout", "stop": True})),
            "w",
            "done",
        )
        await boss(model, ScriptedModel("found it"), session).run("go")

    with open_session(session.directory) as session:
        assert session.transcript.open_children == ()


async def test_a_one_shot_child_leaves_no_record(tmp_path: Path) -> None:
    with create_session(Home(tmp_path), cwd=tmp_path) as session:
        model = ScriptedModel(spawn("look"), "done")
        await boss(model, ScriptedModel("found it"), session).run("go")

        assert session.transcript.open_children == ()
        assert not (session.directory / "agents").exists()


async def test_the_session_of_a_child_is_private_and_goes_with_its_parents(
    tmp_path: Path,
) -> None:
    with create_session(Home(tmp_path), cwd=tmp_path) as session:
        model = ScriptedModel(spawn("look", label="scout", persistent=True), "w", "done")
        await boss(model, ScriptedModel("found it"), session).run("go")
    (below,) = (session.directory / "agents").iterdir()

    said = [getattr(message, "content", "") for message in read_session(below).conversation]
    modes = [path.stat().st_mode & 0o777 for path in (below, below / "session.jsonl")]
    remove_session(session.directory)

    assert said[0] == "[from Agent]: look"
    assert modes == [0o700, 0o600]
    assert not below.exists()


async def test_the_children_of_a_crashed_agent_come_back_with_it(tmp_path: Path) -> None:
    def bug(_: object) -> str:
        raise RuntimeError("a bug")

    model = ScriptedModel(spawn("look", label="scout", persistent=True), "w", "d", bug, "well")
    with create_session(Home(tmp_path), cwd=tmp_path) as session:
        async with open_system() as system:
            agent = boss(model, ScriptedModel("found it"), session)
            ref = await system.spawn(agent, name="boss", restart="transient")
            await ref.ask(Prompt("go", until_idle=True))
            crashed = trio.Event()
            with system.events.listen(lambda e: isinstance(e, Restarting) and crashed.set()):
                ref.tell(Prompt("crash"))
                await crashed.wait()

            answer = await ref.ask(Prompt("and now?"))

            names = [member.name for member in system.members(AGENTS)]
    assert answer.content == "well"
    assert names == ["boss", "scout"]
    assert "go" in told(model.requests[-1])
    assert not any("has ended" in text for text in told(model.requests[-1]))
