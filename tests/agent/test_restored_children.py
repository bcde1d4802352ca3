"""Agents that live below one with a session, and come back with it."""

from collections.abc import Callable
from pathlib import Path

import pytest
import trio
from family import send, spawn, told
from trio.testing import wait_all_tasks_blocked

from sagent.actors import Restarting, open_system
from sagent.agent import AGENTS, Agent, Prompt, Run
from sagent.home import Home
from sagent.message import TextMessage
from sagent.session import ChildRecord, create_session, open_session, read_session, remove_session
from sagent.testing import ScriptedModel, calls
from sagent.tool import Tool
from sagent.tools import AgentSend, AgentSpawn, tool


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


@tool
async def forever() -> None:
    await trio.sleep_forever()


async def leave(
    directory: Path, model: ScriptedModel, child: ScriptedModel, *, when: Callable[[], bool]
) -> Path:
    """Give up, in the midst of it, a run whose session is in *directory*."""
    with create_session(Home(directory), cwd=directory) as session:
        tools: list[Tool] = [AgentSpawn(model=child), AgentSend(), forever]
        run = Agent(model=model, tools=tools, session=session).run("go")
        with trio.CancelScope() as scope:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(waited, run)
                while not when():
                    await trio.lowlevel.checkpoint()
                await wait_all_tasks_blocked()
                scope.cancel()
    return session.directory


async def waited(run: Run[TextMessage]) -> None:
    await run


async def resume(directory: Path, model: ScriptedModel, child: ScriptedModel) -> None:
    with open_session(directory) as session:
        tools: list[Tool] = [AgentSpawn(model=child), AgentSend(), forever]
        await Agent(model=model, tools=tools, session=session).run("once more")


async def test_a_child_that_was_not_done_is_told_to_its_parent(tmp_path: Path) -> None:
    child = ScriptedModel(calls(("forever", {})))
    model = ScriptedModel(spawn("look", label="scout", persistent=True), "waiting")
    left = await leave(tmp_path, model, child, when=lambda: len(model.requests) == 2)

    later = ScriptedModel("well")
    await resume(left, later, ScriptedModel())

    news, asked = told(later.requests[0])[-2:]
    assert news.startswith("[scout is back, and was not done with what it was told last: ask again")
    assert asked == "once more"


async def test_an_answer_that_was_on_its_way_arrives_when_the_parent_is_back(
    tmp_path: Path,
) -> None:
    model = ScriptedModel(
        spawn("look", label="scout", persistent=True), calls(("forever", {})), "well"
    )
    child = ScriptedModel("found it")
    left = await leave(tmp_path, model, child, when=lambda: len(child.requests) == 1)

    first, second = ScriptedModel("well"), ScriptedModel("well")
    await resume(left, first, ScriptedModel())
    await resume(left, second, ScriptedModel())

    assert "[from scout]: found it" in told(first.requests[0])
    assert told(second.requests[0]).count("[from scout]: found it") == 1


async def test_a_child_that_was_not_told_yet_what_to_do_is_told_when_it_is_back(
    tmp_path: Path,
) -> None:
    model = ScriptedModel(spawn("look", label="scout", persistent=True), "w", "w")
    left = await leave(tmp_path, model, ScriptedModel("one"), when=lambda: len(model.requests) == 3)
    (below,) = (left / "agents").iterdir()
    (below / "session.jsonl").write_bytes(b"")

    child = ScriptedModel("found it")
    await resume(left, ScriptedModel("well", "done"), child)

    assert told(child.requests[0]) == ["[from Agent]: look"]


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"order": "{}", "session": "../../up"}, "is no name of a directory"),
        ({"order": '{"max_depth": "deep"}', "session": "x"}, "the record of an agent"),
        ({"order": '{"cwd": "/no/such/place"}', "session": "x"}, "there is no directory"),
        ({"order": '{"auth": "NO_SUCH", "provider": "OpenAI"}', "session": "x"}, "NO_SUCH"),
    ],
)
async def test_what_keeps_a_child_from_coming_back_is_told_once(
    tmp_path: Path, fields: dict[str, str], why: str
) -> None:
    with create_session(Home(tmp_path), cwd=tmp_path) as session:
        session.append(ChildRecord(name="scout", state="started", **fields))
        model = ScriptedModel("well", "well")
        agent = boss(model, ScriptedModel(), session)

        await agent.run("go")
        await agent.run("again")

    (news,) = (text for text in told(model.requests[1]) if "scout" in text)
    assert news.startswith("[scout ended with the program, and is not back: ")
    assert why in news
    assert not (tmp_path / "up").exists()


async def test_a_child_that_another_process_has_open_is_told_too(tmp_path: Path) -> None:
    model = ScriptedModel(spawn("look", label="scout", persistent=True), "w", "w")
    left = await leave(tmp_path, model, ScriptedModel("one"), when=lambda: len(model.requests) == 3)
    (below,) = (left / "agents").iterdir()

    later = ScriptedModel("well")
    with open_session(below):
        await resume(left, later, ScriptedModel())

    assert "[scout ended with the program, and is not back: " in told(later.requests[0])[-2]


async def test_a_detached_agent_ends_with_its_system_and_is_not_brought_back(
    tmp_path: Path,
) -> None:
    with create_session(Home(tmp_path), cwd=tmp_path) as session:
        model = ScriptedModel(spawn("look", label="peer", detached=True), *["w"] * 3)
        await boss(model, ScriptedModel("found it"), session).run("go")

    with open_session(session.directory) as session:
        assert session.transcript.open_children == ()


async def test_what_a_child_may_not_do_it_may_not_do_when_it_is_back(tmp_path: Path) -> None:
    model = ScriptedModel(
        spawn("look", label="scout", persistent=True, tools=[], max_depth=0), "w", "w"
    )
    left = await leave(tmp_path, model, ScriptedModel("one"), when=lambda: len(model.requests) == 3)

    child = ScriptedModel("two")
    await resume(left, ScriptedModel(send("scout", "again"), "w", "w"), child)

    assert child.requests[0].tools == ()


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
