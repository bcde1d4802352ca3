"""Bash in a whole run of an agent."""

import os
from pathlib import Path

import pytest
import trio
from aside import seeing_to
from herd import Herd
from histories import texts

from sagent.actors import open_system
from sagent.agent import Agent, Prompt, ToolProgressed
from sagent.process._marked import MARK
from sagent.testing import ScriptedModel, Step, calls
from sagent.tool import Tool
from sagent.tools import BackgroundTask, Bash, Read, tool


def agent_of(model: ScriptedModel, cwd: Path, *more: Tool) -> Agent:
    return Agent(model=model, tools=[Bash(), *more], cwd=cwd)


def bash(command: str, **more: bool) -> Step:
    return calls(("Bash", {"command": command, **more}))


async def appears(path: Path) -> None:
    with trio.fail_after(10):
        while not os.path.exists(path):  # another process makes it  # noqa: ASYNC240, PTH110  # at once
            await trio.sleep(0.01)


@tool
async def when_there(path: str) -> str:
    """Wait for a file.

    Args:
        path: which.
    """
    await appears(Path(path))
    return "there"


async def test_directory_and_environment_stay_from_call_to_call_and_run_to_run(
    tmp_path: Path,
) -> None:
    (tmp_path / "inner").mkdir()
    model = ScriptedModel(
        bash("cd inner; export A=1"), bash("pwd; echo $A"), "ok", bash("echo $A"), "ok"
    )
    agent = agent_of(model, tmp_path)

    await agent.run("first")
    await agent.run("second")

    assert f"{tmp_path}/inner\n1" in texts(model)
    assert texts(model)[-1] == "1"


async def test_output_is_told_while_the_command_runs(tmp_path: Path) -> None:
    model = ScriptedModel(bash("echo one; echo two >&2; sleep 0.3; printf 'thr'; printf ee"), "ok")

    async with agent_of(model, tmp_path).run("go") as run:
        told = [event.content async for event in run if isinstance(event, ToolProgressed)]

    assert "".join(told) == "one\ntwo\nthree"
    assert len(told) > 1


async def test_a_background_command_is_read_while_it_runs_and_cancelled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    herd = Herd()
    monkeypatch.setenv(MARK, herd.tag)
    model = ScriptedModel(
        bash("echo begun; touch there; sleep 60", run_in_background=True),
        calls(("when_there", {"path": str(tmp_path / "there")})),
        seeing_to("wait", seconds=0.3),
        seeing_to("read"),
        seeing_to("cancel"),
        "cancelled",
        "done",
    )

    with trio.fail_after(10):
        await agent_of(model, tmp_path, BackgroundTask(), when_there).run("go")

    assert "begun" in texts(model)
    assert any("has failed]\n\n[cancelled" in text for text in texts(model))
    assert not herd.living()


async def test_the_background_is_refused_where_nothing_sees_to_it(tmp_path: Path) -> None:
    model = ScriptedModel(bash("true", run_in_background=True), "ok")

    await agent_of(model, tmp_path).run("go")

    assert texts(model)[-1] == "run_in_background needs the tool BackgroundTask: leave it out"


async def test_a_command_in_the_background_leaves_the_conversation_where_it_is(
    tmp_path: Path,
) -> None:
    (tmp_path / "inner").mkdir()
    model = ScriptedModel(
        bash("export A=here"),
        bash("echo $A; cd inner; export A=there", run_in_background=True),
        seeing_to("wait"),
        bash("pwd; echo $A"),
        "ok",
    )

    await agent_of(model, tmp_path, BackgroundTask()).run("go")

    assert f"{tmp_path}\nhere" in texts(model)
    assert any(text.endswith("has finished]\n\nhere") for text in texts(model))


async def test_a_command_that_went_aside_does_not_move_the_conversation(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    gate = tmp_path / "gate"
    model = ScriptedModel(
        bash(f"cd inner; touch begun; until [ -e {gate} ]; do sleep 0.01; done"),
        "a moment",
        "so it has ended",
        bash("pwd"),
        "ok",
    )
    async with open_system() as system:
        ref = await system.spawn(agent_of(model, tmp_path))
        ref.tell(Prompt("go"))
        await appears(tmp_path / "inner" / "begun")
        await ref.ask(Prompt("are you there?"), lane="front")
        gate.touch()
        with trio.fail_after(10):
            while len(model.requests) < 3:  # the end of the command is news to the model
                await trio.sleep(0.01)
        await ref.ask(Prompt("where are you?"))

    assert texts(model)[-1] == str(tmp_path)


async def test_files_are_found_where_bash_went(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "note").write_text("found\n")
    read = calls(("Read", {"file_path": "note"}))
    model = ScriptedModel(bash("cd inner"), read, "ok")

    await agent_of(model, tmp_path, Read()).run("go")

    assert "found" in texts(model)[-1]


async def test_a_cancelled_run_leaves_no_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    herd = Herd()
    monkeypatch.setenv(MARK, herd.tag)
    model = ScriptedModel(bash("sleep 60 & setsid sleep 60 & sleep 60 | sleep 60"))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(agent_of(model, tmp_path).run, "go")
        await herd.until(at_least=5)
        nursery.cancel_scope.cancel()

    assert not herd.living()
