"""What is shown of a session that is gone on with."""

from pathlib import Path

import trio

from sagent.agent import Agent
from sagent.home import Home
from sagent.message import Descriptor, TextMessage, note_message
from sagent.repl._printed import Diff, Prose, Remark, Said
from sagent.repl._replay import Replay, replay
from sagent.repl._telling import Telling
from sagent.session import MessageRecord, create_session
from sagent.testing import RecordingTool, ScriptedModel, calls
from sagent.tool import Tool
from sagent.tools import Edit, Read


async def replayed(script: ScriptedModel, *tools: Tool, home: Path, cwd: Path) -> Replay:
    """Let an agent do what *script* says, and show it as another day."""
    with create_session(Home(home), cwd=cwd) as session:
        agent = Agent(model=script, tools=tools, session=session, cwd=cwd)
        await agent.run("go")
        return replay(session.transcript, agent.tools)


def test_what_no_user_has_said_is_not_shown_as_if_one_had(home: Path, project: Path) -> None:
    with create_session(Home(home), cwd=project) as session:
        said = TextMessage("go", Descriptor.USER)
        note = note_message("[the user interrupted this answer]", parent_id=said.id)
        session.append(MessageRecord(said), MessageRecord(note))

        first, second, *_ = replay(session.transcript).printed

    assert first == Said("go")
    assert second == Remark("  [the user interrupted this answer]")


async def test_a_call_is_shown_with_what_it_was_for_and_what_it_gave(
    home: Path, project: Path
) -> None:
    await trio.Path(project / "a.py").write_text("one\ntwo\n")
    script = ScriptedModel(
        calls(("Read", {"file_path": "a.py"})),
        calls(("Edit", {"file_path": "a.py", "old_string": "two", "new_string": "2"})),
        calls(("Read", {"file_path": "b.py"})),
        "Done.",
    )

    before = await replayed(script, Read(), Edit(), home=home, cwd=project)

    _, read, edit, diff, missing, why, answer, _ = before.printed
    assert [read, edit] == [Remark("  ● Read a.py → 2 lines"), Remark("  ● Edit a.py")]
    assert isinstance(diff, Diff)
    assert missing == Remark("  ✗ Read b.py", "error")
    assert isinstance(why, Remark)
    assert "b.py" in why.text
    assert answer == Prose(text="Done.", gap=True)


async def test_a_call_of_a_tool_that_there_is_no_more_is_shown_by_its_name(
    home: Path, project: Path
) -> None:
    with create_session(Home(home), cwd=project) as session:
        tool = RecordingTool("Look", "nothing")
        agent = Agent(
            model=ScriptedModel(calls(("Look", {})), "Done."), tools=[tool], session=session
        )
        await agent.run("go")

        _, call, *_ = replay(session.transcript).printed

    assert call == Remark("  ● Look → nothing")


async def test_what_was_said_and_given_last_is_at_hand_as_if_it_had_just_come(
    home: Path, project: Path
) -> None:
    script = ScriptedModel(calls(("Look", {})), "It is a ship.")

    before = await replayed(script, RecordingTool("Look", "a sail"), home=home, cwd=project)

    telling = Telling()
    telling.take_up(before)
    assert telling.answer == "It is a ship."
    assert [result.content for result in telling.calls.results] == ["a sail"]


def test_of_a_conversation_that_begins_there_is_nothing(home: Path, project: Path) -> None:
    with create_session(Home(home), cwd=project) as session:
        assert replay(session.transcript) == Replay()
