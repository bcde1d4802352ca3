"""How much of the files goes with an agent's session."""

from pathlib import Path

import pytest

from sagent.actors import open_system
from sagent.agent import Agent, Notice, Prompt, Rewind
from sagent.checkpoint import Limits
from sagent.errors import UsageError
from sagent.home import Home
from sagent.session import create_session
from sagent.testing import ScriptedModel, calls
from sagent.tools import Bash

CHANGE = calls(("Bash", {"command": "echo changed > kept.txt; echo changed > long.txt"}))


def workspace(tmp_path: Path) -> Path:
    work = tmp_path / "work"
    work.mkdir()
    (work / "kept.txt").write_text("before\n")
    (work / "long.txt").write_text("before " * 100)
    return work


async def test_without_checkpoints_no_file_is_kept_and_no_rewind_brings_one_back(
    tmp_path: Path,
) -> None:
    work = workspace(tmp_path)
    with create_session(Home(tmp_path / "home"), cwd=work) as session:
        agent = Agent(
            model=ScriptedModel(CHANGE, "done"),
            cwd=work,
            tools=[Bash()],
            session=session,
            checkpoints=None,
        )
        async with open_system() as system:
            ref = await system.spawn(agent)
            await ref.ask(Prompt("change it"))
            first = session.transcript.conversation[0]

            with pytest.raises(UsageError, match="checkpoints other than None"):
                await ref.ask(Rewind(first.id, restore="files"))

        assert not (session.directory / "files.git").exists()
    assert (work / "kept.txt").read_text() == "changed\n"


async def test_checkpoints_keep_as_much_as_their_limits_say(tmp_path: Path) -> None:
    work = workspace(tmp_path)
    with create_session(Home(tmp_path / "home"), cwd=work) as session:
        agent = Agent(
            model=ScriptedModel(CHANGE, "done"),
            cwd=work,
            tools=[Bash()],
            session=session,
            checkpoints=Limits(max_file_bytes=100),
        )
        async with open_system() as system:
            ref = await system.spawn(agent)
            await ref.ask(Prompt("change it"))
            first = session.transcript.conversation[0]
            await ref.ask(Rewind(first.id, restore="files"))

    assert (work / "kept.txt").read_text() == "before\n"
    assert (work / "long.txt").read_text() == "changed\n"


async def test_that_keeping_files_takes_long_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sagent.agent._file_keeper._LONG_S", 0)
    work = workspace(tmp_path)
    with create_session(Home(tmp_path / "home"), cwd=work) as session:
        model = ScriptedModel(CHANGE, CHANGE, "done")
        run = Agent(model=model, cwd=work, tools=[Bash()], session=session).run("change it")
        notices = [event.content async for event in run if isinstance(event, Notice)]

    assert len(notices) == 1
    assert f"to keep the files of {work}" in notices[0]
    assert "checkpoints=None" in notices[0]
