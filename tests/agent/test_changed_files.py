"""What an agent is told of files that change under it."""

import os
from pathlib import Path

import pytest
import trio
from histories import texts

from sagent.agent import Agent
from sagent.home import Home
from sagent.session import create_session, open_session
from sagent.testing import ScriptedModel, calls
from sagent.tools import Bash, Edit, Read, Write

READ = calls(("Read", {"file_path": "a.txt"}))


@pytest.fixture
def file(tmp_path: Path) -> trio.Path:
    path = tmp_path / "a.txt"
    path.write_text("one\ntwo\nthree\n")
    return trio.Path(path)


def agent_of(model: ScriptedModel, folder: Path) -> Agent:
    return Agent(model=model, tools=[Bash(), Edit(), Read(), Write()], cwd=folder)


def told(model: ScriptedModel, request: int) -> list[str]:
    return [text for text in texts(model, request) if "no longer as you saw" in text]


async def test_a_file_that_others_change_between_runs_is_told_with_what_changed(
    file: trio.Path,
) -> None:
    model = ScriptedModel(READ, "read", "ok")
    agent = agent_of(model, Path(file.parent))
    await agent.run("read it")

    await file.write_text("one\n2\nthree\n")
    await agent.run("go on")

    (text,) = told(model, 2)
    assert text == (
        "[Files are no longer as you saw them:]\n\n"
        "a.txt has changed since you saw it:\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three"
    )


async def test_a_change_is_told_once_and_the_next_one_again(file: trio.Path) -> None:
    model = ScriptedModel(READ, "read", "ok", "ok", "ok")
    agent = agent_of(model, Path(file.parent))
    await agent.run("read it")
    await file.write_text("one\n2\nthree\n")

    await agent.run("go on")
    await agent.run("go on")
    await file.write_text("1\n2\nthree\n")
    await agent.run("go on")

    assert [len(told(model, request)) for request in (2, 3, 4)] == [1, 1, 2]


async def test_a_change_that_was_told_is_not_told_again_by_who_goes_on_with_the_session(
    file: trio.Path, tmp_path: Path
) -> None:
    folder = Path(file.parent)
    model = ScriptedModel(READ, "read", "ok", "ok", "ok", "ok")
    tools = [Read()]
    with create_session(Home(tmp_path / "home"), cwd=folder) as session:
        directory = session.directory
        agent = Agent(model=model, tools=tools, cwd=folder, session=session)
        await agent.run("read it")
        await file.write_text("one\n2\nthree\n")
        await agent.run("go on")
    with open_session(directory) as session:
        await Agent(model=model, tools=tools, cwd=folder, session=session).run("go on")
    await file.unlink()
    for _ in range(2):
        with open_session(directory) as session:
            await Agent(model=model, tools=tools, cwd=folder, session=session).run("go on")

    assert [len(told(model, request)) for request in (2, 3, 4, 5)] == [1, 1, 2, 2]


async def test_what_is_told_stands_after_all_that_was_sent_before(file: trio.Path) -> None:
    model = ScriptedModel(READ, "read", "ok")
    agent = agent_of(model, Path(file.parent))
    await agent.run("read it")
    await file.write_text("other\n")

    await agent.run("go on")

    assert texts(model, 2)[: len(texts(model, 1))] == texts(model, 1)
    assert texts(model, 2)[-2:] == ["go on", told(model, 2)[0]]


async def test_the_agents_own_changes_are_not_told(file: trio.Path) -> None:
    model = ScriptedModel(
        READ,
        calls(("Edit", {"file_path": "a.txt", "old_string": "two", "new_string": "2"})),
        calls(("Write", {"file_path": "a.txt", "content": "new"})),
        "done",
    )

    await agent_of(model, Path(file.parent)).run("change it")

    assert told(model, 3) == []


async def test_a_change_by_a_command_of_the_agent_is_told_shortly(file: trio.Path) -> None:
    model = ScriptedModel(READ, calls(("Bash", {"command": "echo x >> a.txt"})), "done")

    await agent_of(model, Path(file.parent)).run("change it")

    (text,) = told(model, 2)
    assert text.endswith(
        "\n\na.txt has changed while your tools ran: read it again before you rely on it"
    )


async def test_a_file_that_is_gone_is_told(file: trio.Path) -> None:
    model = ScriptedModel(READ, "read", "ok")
    agent = agent_of(model, Path(file.parent))
    await agent.run("read it")

    await file.unlink()
    await agent.run("go on")

    assert told(model, 2)[0].endswith("a.txt is gone")


@pytest.mark.parametrize("content", ["x\n" * 50_000, "\0"])
async def test_a_difference_that_is_too_much_to_show_is_not_shown(
    file: trio.Path, content: str
) -> None:
    model = ScriptedModel(READ, "read", "ok")
    agent = agent_of(model, Path(file.parent))
    await agent.run("read it")

    await file.write_text(content)
    await agent.run("go on")

    assert told(model, 2)[0].endswith(
        "a.txt has changed since you saw it: read it again before you rely on it"
    )


async def test_files_of_very_many_lines_are_not_compared(file: trio.Path) -> None:
    lines = "".join(f"{number}\n" for number in range(6_000))
    await file.write_text(lines)
    model = ScriptedModel(READ, "read", "ok")
    agent = agent_of(model, Path(file.parent))
    await agent.run("read it")

    await file.write_text(lines.replace("7\n", "seven\n", 1))
    await agent.run("go on")

    assert told(model, 2)[0].endswith("read it again before you rely on it")


async def test_a_link_that_takes_the_place_of_a_file_shows_nothing_of_another(
    file: trio.Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    secret = tmp_path_factory.mktemp("elsewhere") / "secret.txt"
    secret.write_text("secret\n")
    model = ScriptedModel(READ, "read", "ok")
    agent = agent_of(model, Path(file.parent))
    await agent.run("read it")

    await file.unlink()
    await file.symlink_to(secret)
    await agent.run("go on")

    assert told(model, 2)[0].endswith("read it again before you rely on it")
    assert "secret\n" not in "".join(texts(model, 2))


async def test_of_very_many_changes_the_first_are_told(tmp_path: Path) -> None:
    for number in range(25):
        (tmp_path / f"{number:02}.txt").write_text("old")
    reads = calls(*(("Read", {"file_path": f"{n:02}.txt"}) for n in range(25)))
    model = ScriptedModel(reads, "read", "ok")
    agent = agent_of(model, tmp_path)
    await agent.run("read them")

    for number in range(25):
        os.truncate(tmp_path / f"{number:02}.txt", 1)
    await agent.run("go on")

    assert told(model, 2)[0].endswith("... and 5 more files")
