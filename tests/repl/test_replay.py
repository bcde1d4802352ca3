"""What is shown of a session that is gone on with."""

from pathlib import Path

import trio

from sagent.agent import Agent
from sagent.home import Home
from sagent.message import Descriptor, TextMessage, note_message
from sagent.repl._printed import Diff, Printed, Prose, Remark, Said
from sagent.repl._replay import replay
from sagent.session import MessageRecord, create_session
from sagent.testing import RecordingTool, ScriptedModel, calls
from sagent.tool import Tool
from sagent.tools import Edit, Read


async def replayed(script: ScriptedModel, *tools: Tool, home: Path, cwd: Path) -> list[Printed]:
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

        first, second, *_ = replay(session.transcript)

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

    _, read, edit, diff, missing, why, answer, _ = await replayed(
        script, Read(), Edit(), home=home, cwd=project
    )

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

        _, call, *_ = replay(session.transcript)

    assert call == Remark("  ● Look → nothing")
