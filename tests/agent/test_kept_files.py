"""The files that an agent's tools change, and how they come back."""

from pathlib import Path
from typing import Literal

import pytest
from histories import texts
from trio.testing import wait_all_tasks_blocked

from sagent.actors import open_system
from sagent.agent import Agent, Prompt, Rewind
from sagent.home import Home
from sagent.session import Session, create_session, fork_session, open_session, remove_session
from sagent.testing import ScriptedModel, calls
from sagent.tools import Bash, Edit


def begun(tmp_path: Path, *, cwd: Path | None = None) -> Path:
    """Make a session directory that is empty but for its beginning."""
    with create_session(Home(tmp_path / "home"), cwd=cwd or tmp_path, name="kept") as session:
        return session.directory


class Rewinding:
    """A conversation of three prompts, each of which writes its number into a file."""

    def __init__(self, session: Session, work: Path) -> None:
        steps = [
            step
            for number in range(1, 4)
            for step in (
                calls(("Bash", {"command": f"echo {number} > out.txt; echo {number} >> log.txt"})),
                f"wrote {number}",
            )
        ]
        self.model = ScriptedModel(*steps, "after")
        self.agent = Agent(model=self.model, session=session, tools=[Bash(), Edit()], cwd=work)


@pytest.mark.parametrize("restore", ["conversation", "files", "both"])
async def test_a_rewind_brings_back_the_conversation_the_files_or_both(
    tmp_path: Path, restore: Literal["conversation", "files", "both"]
) -> None:
    work = tmp_path / "work"
    work.mkdir()
    with open_session(begun(tmp_path, cwd=work)) as session:
        told = Rewinding(session, work)
        async with open_system() as system:
            ref = await system.spawn(told.agent)
            for number in range(1, 4):
                await ref.ask(Prompt(f"write {number}"))
            first_answer = session.transcript.conversation[3]

            done = await ref.ask(Rewind(first_answer.id, restore=restore))
            await ref.ask(Prompt("and now?"))

    conversation, files = restore != "files", restore != "conversation"
    assert texts(told.model)[-2] == ("wrote 1" if conversation else "wrote 3")
    assert (work / "out.txt").read_text() == ("1\n" if files else "3\n")
    assert (work / "log.txt").read_text() == ("1\n" if files else "1\n2\n3\n")
    assert (done.files is not None) == files


async def test_a_rewind_of_files_alone_leaves_prompts_to_be_answered(tmp_path: Path) -> None:
    with open_session(begun(tmp_path)) as session:
        model = ScriptedModel("one", "two")
        async with open_system() as system:
            ref = await system.spawn(Agent(model=model, session=session))
            await ref.ask(Prompt("a"))
            first = session.transcript.conversation[0]

            ref.tell(Prompt("b"))
            await ref.ask(Rewind(first.id, restore="files"))
            await wait_all_tasks_blocked()

    assert texts(model) == ["a", "one", "b"]


async def test_files_are_kept_of_one_directory_wherever_the_shell_goes(tmp_path: Path) -> None:
    work = tmp_path / "work"
    (work / "sub").mkdir(parents=True)
    (work / "a.txt").write_text("one\n")
    directory = begun(tmp_path, cwd=work)
    with open_session(directory) as session:
        model = ScriptedModel(calls(("Bash", {"command": "cd sub; echo two > ../a.txt"})), "ok")
        await Agent(model=model, session=session, tools=[Bash()], cwd=work).run("go")
        first = session.transcript.conversation[0]

    with open_session(directory) as session:
        async with open_system() as system:
            ref = await system.spawn(Agent(model=ScriptedModel(), session=session, tools=[Bash()]))
            await ref.ask(Rewind(first.id, restore="files"))

    assert (work / "a.txt").read_text() == "one\n"


async def test_files_come_back_in_a_fork_too_though_the_other_session_is_gone(
    tmp_path: Path,
) -> None:
    work = tmp_path / "work"
    work.mkdir()
    (work / "out.txt").write_text("0\n")
    directory = begun(tmp_path, cwd=work)
    with open_session(directory) as session:
        await Rewinding(session, work).agent.run("write 1")
        first = session.transcript.conversation[0]
    fork = fork_session(directory, Home(tmp_path / "home"))
    remove_session(directory)

    with open_session(fork) as session:
        async with open_system() as system:
            ref = await system.spawn(Agent(model=ScriptedModel(), session=session))
            await ref.ask(Rewind(first.id, restore="files"))

    assert (work / "out.txt").read_text() == "0\n"
    assert not (work / "log.txt").exists()


async def test_files_come_back_to_where_they_were_though_a_crash_has_left_their_place_unnamed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work, elsewhere = tmp_path / "work", tmp_path / "elsewhere"
    work.mkdir()
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    directory = begun(tmp_path, cwd=work)
    with open_session(directory) as session:
        await Rewinding(session, work).agent.run("write 1")
        first = session.transcript.conversation[0]
    (directory / "files.root").write_bytes(b"")

    with open_session(directory) as session:
        async with open_system() as system:
            ref = await system.spawn(Agent(model=ScriptedModel(), session=session))
            await ref.ask(Rewind(first.id, restore="files"))

    assert list(work.iterdir()) == []


async def test_files_come_back_also_when_the_line_of_a_later_message_is_lost(
    tmp_path: Path,
) -> None:
    work = tmp_path / "work"
    work.mkdir()
    directory = begun(tmp_path, cwd=work)
    with open_session(directory) as session:
        told = Rewinding(session, work)
        for number in range(1, 4):
            await told.agent.run(f"write {number}")
        conversation = session.transcript.conversation
    file = directory / "session.jsonl"
    third_call = conversation[9].id.encode()
    kept = [
        line
        for line in file.read_bytes().splitlines(keepends=True)
        if not (b'"kind":"message"' in line and b'"id":"' + third_call in line[:90])
    ]
    file.write_bytes(b"".join(kept))

    with open_session(directory) as session:
        async with open_system() as system:
            ref = await system.spawn(Agent(model=ScriptedModel(), session=session, cwd=work))
            await ref.ask(Rewind(conversation[3].id, restore="files"))

    assert (work / "out.txt").read_text() == "1\n"
