"""An agent whose conversation outlives it."""

from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path

import pytest
import trio
from histories import faults_of, texts
from trio.testing import MockClock, wait_all_tasks_blocked

from sagent.actors import open_system
from sagent.agent import Agent, Done, Prompt, Rewind
from sagent.errors import AgentBusyError, SessionError, UnknownNameError
from sagent.home import Home
from sagent.message import Descriptor, TextMessage, response_text
from sagent.model import ModelRequest, Price
from sagent.session import (
    MessageRecord,
    TaskRecord,
    create_session,
    open_session,
    read_session,
)
from sagent.testing import RecordingTool, ScriptedModel, calls
from sagent.tools import BackgroundTask, Bash, Edit, Read, Write


def begun(tmp_path: Path, *, cwd: Path | None = None) -> Path:
    """Make a session directory that is empty but for its beginning."""
    with create_session(Home(tmp_path / "home"), cwd=cwd or tmp_path, name="kept") as session:
        return session.directory


async def test_a_conversation_goes_on_in_another_process(tmp_path: Path) -> None:
    directory = begun(tmp_path)
    with open_session(directory) as session:
        await Agent(model=ScriptedModel("one"), session=session).run("a")
    model = ScriptedModel("two")

    with open_session(directory) as session:
        agent = Agent(model=model, session=session)
        await agent.run("b")

    assert texts(model) == ["a", "one", "b"]
    assert read_session(directory).conversation == agent.messages


async def test_the_file_tools_do_not_change_the_records_of_their_own_conversation(
    tmp_path: Path,
) -> None:
    directory = begun(tmp_path)
    journal = str(directory / "session.jsonl")
    model = ScriptedModel(
        calls(
            ("Read", {"file_path": journal}),
            ("Edit", {"file_path": journal, "old_string": "kept", "new_string": "lost"}),
            ("Write", {"file_path": journal, "content": ""}),
            ("Write", {"file_path": str(directory / "results" / "a.txt"), "content": ""}),
        ),
        "done",
        "and on",
    )
    with open_session(directory) as session:
        agent = Agent(model=model, tools=[Read(), Edit(), Write()], session=session, cwd=tmp_path)
        await agent.run("a")
        await agent.run("b")

    refused = [text for text in texts(model, 1) if "among the records of this conversation" in text]
    assert len(refused) == 3
    assert texts(model)[-2:] == ["done", "b"]
    assert read_session(directory).conversation == agent.messages


async def test_what_was_spent_is_written_and_counted_from_zero_in_each_run(tmp_path: Path) -> None:
    directory = begun(tmp_path)
    price = Price(input_per_mtok="1000000", output_per_mtok="1000000")
    costs: list[Decimal | None] = []
    for _ in range(2):
        with open_session(directory) as session:
            model = ScriptedModel("one", price=price)
            async with Agent(model=model, session=session).run("a") as run:
                costs += [event.cost_usd async for event in run if isinstance(event, Done)]

    assert costs == [2, 2]
    assert read_session(directory).spending.cost_usd == 4


async def test_a_call_that_was_cut_off_has_an_unknown_outcome(tmp_path: Path) -> None:
    directory = begun(tmp_path)
    with open_session(directory) as session:
        await Agent(model=ScriptedModel(calls(("T", {})), "x"), session=session).run("a")
    file = directory / "session.jsonl"
    lines = file.read_bytes().splitlines(keepends=True)
    cut = [n for n, line in enumerate(lines) if b'"kind":"message","id"' in line][2]
    file.write_bytes(b"".join(lines[:cut]) + lines[cut][:20])
    model = ScriptedModel("two")

    with open_session(directory) as session:
        await Agent(model=model, session=session).run("b")

    assert texts(model)[2].startswith("[interrupted, outcome unknown")


async def test_a_background_call_that_ended_with_the_program_is_told_as_lost(
    tmp_path: Path,
) -> None:
    directory = begun(tmp_path)
    with open_session(directory) as session:
        prompt = TextMessage("a", Descriptor.USER)
        started = TaskRecord(call_id="call_1", name="Slow", state="started")
        session.append(MessageRecord(prompt), started)
    model = ScriptedModel("two")

    with open_session(directory) as session:
        await Agent(model=model, session=session).run("b")

    assert "call_1, was stopped with the program" in texts(model)[-2]
    assert read_session(directory).open_tasks == ()


async def test_a_background_call_that_ended_with_its_agent_is_told_as_lost(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    directory = begun(tmp_path)
    model = ScriptedModel(calls(("Slow", {"background": True})), "started")
    with open_session(directory) as session:
        agent = Agent(
            model=model,
            tools=[RecordingTool("Slow", trio.Event()), BackgroundTask()],
            session=session,
        )
        async with open_system() as system:
            ref = await system.spawn(agent)
            await ref.ask(Prompt("go"))
            ref.kill()
    again = ScriptedModel("two")

    with open_session(directory) as session:
        await Agent(model=again, session=session).run("b")

    assert "was stopped with its agent" in texts(again)[-2]
    assert read_session(directory).open_tasks == ()


async def test_the_directory_and_the_known_files_are_remembered(tmp_path: Path) -> None:
    work = tmp_path / "work"
    (work / "sub").mkdir(parents=True)
    (work / "sub" / "a.txt").write_text("one\n")
    directory = begun(tmp_path, cwd=work)
    model = ScriptedModel(
        calls(("Bash", {"command": "cd sub"})), calls(("Read", {"file_path": "a.txt"})), "ok"
    )
    with open_session(directory) as session:
        await Agent(model=model, session=session, tools=[Bash(), Read()], cwd=work).run("go")
    again = ScriptedModel(calls(("Write", {"file_path": "a.txt", "content": "two\n"})), "written")

    with open_session(directory) as session:
        await Agent(model=again, session=session, tools=[Write()], cwd=work).run("on")

    assert (work / "sub" / "a.txt").read_text() == "two\n"


async def test_one_actor_or_run_at_a_time_writes_a_session(tmp_path: Path) -> None:
    with open_session(begun(tmp_path)) as session:
        agent = Agent(model=ScriptedModel("one"), session=session)
        async with open_system() as system:
            ref = await system.spawn(agent)

            with pytest.raises(AgentBusyError):
                await system.spawn(agent)
            with pytest.raises(AgentBusyError):
                await agent.run("a")
            ref.stop()
            await ref.closed()
            await (await system.spawn(agent)).ask(Prompt("a"))


async def test_what_a_rewind_left_can_be_gone_back_to(tmp_path: Path) -> None:
    with open_session(begun(tmp_path)) as session:
        agent = Agent(model=ScriptedModel("one", "two", "three"), session=session)
        async with open_system() as system:
            ref = await system.spawn(agent)
            await ref.ask(Prompt("a"))
            await ref.ask(Prompt("b"))
            first, last = session.transcript.conversation[1], session.transcript.conversation[-1]

            await ref.ask(Rewind(first.id))
            await ref.ask(Rewind(last.id))
            with pytest.raises(UnknownNameError):
                await ref.ask(Rewind("nowhere"))

        assert [response_text(m) for m in session.transcript.conversation] == [
            "a",
            "one",
            "b",
            "two",
        ]


async def test_a_rewind_into_a_branch_with_a_lost_result_gives_its_call_one(
    tmp_path: Path,
) -> None:
    directory = begun(tmp_path)
    with open_session(directory) as session:
        model = ScriptedModel(calls(("Echo", {})), "one", "two")
        agent = Agent(model=model, session=session, tools=[RecordingTool("Echo", "lost")])
        await agent.run("a")
        await agent.run("b")
        told = session.transcript.conversation
    file = directory / "session.jsonl"
    file.write_bytes(file.read_bytes().replace(b"lost", b'l"st'))

    with open_session(directory) as session:
        model = ScriptedModel("three")
        async with open_system() as system:
            ref = await system.spawn(Agent(model=model, session=session))
            await ref.ask(Rewind(told[3].id))
            await ref.ask(Prompt("c"))

    assert faults_of(model.requests[0].messages) == []
    assert [text for text in texts(model) if "interrupted" not in text] == ["a", "", "one", "c"]


async def test_an_actor_lives_again_with_its_session(tmp_path: Path) -> None:
    with open_session(begun(tmp_path)) as session:
        model = ScriptedModel("one", KeyError("a bug"), "two")
        async with open_system() as system:
            ref = await system.spawn(
                Agent(model=model, session=session), name="it", restart="permanent"
            )
            await ref.ask(Prompt("a"))
            ref.tell(Prompt("b"))
            await wait_all_tasks_blocked()

            await ref.ask(Prompt("c"))

    assert texts(model) == ["a", "one", "b", "c"]


async def test_an_agent_whose_session_is_closed_is_refused(tmp_path: Path) -> None:
    with open_session(begun(tmp_path)) as session:
        agent = Agent(model=ScriptedModel("one", "never"), session=session)
        await agent.run("a")

    with pytest.raises(SessionError, match="is closed"):
        await agent.run("b")
    async with open_system() as system:
        with pytest.raises(SessionError, match="is closed"):
            await system.spawn(agent)


async def test_a_run_that_cannot_be_saved_is_answered_and_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    opened = ExitStack()
    session = opened.enter_context(open_session(begun(tmp_path)))

    def close(_: ModelRequest) -> str:
        opened.close()
        return "one"

    answer = await Agent(model=ScriptedModel(close), session=session).run("a")

    assert answer.content == "one"
    assert "/Agent is not saved: " in caplog.text
