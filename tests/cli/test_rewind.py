"""``sagent sessions rewind``: back to a message, with its files."""

from pathlib import Path

import pytest
import trio

from sagent.agent import Agent
from sagent.cli._sessions import run_sessions
from sagent.cli._sessions_parser import parse_sessions
from sagent.home import Home
from sagent.lib.json import JSON
from sagent.message import response_text
from sagent.session import create_session, read_session
from sagent.testing import ScriptedModel, calls
from sagent.tool import PlanItem
from sagent.tools import Bash, Todo


@pytest.fixture
def written(home: Path, project: Path) -> Path:
    """Give the directory of a session that wrote 1, then 2, into a file, from below the project."""

    async def write(directory: list[Path]) -> None:
        (project / "sub").mkdir()
        commands = [
            "cd sub; echo 1 > ../out.txt",
            "echo 2 > ../out.txt; echo 2 > new.txt; echo > $'\\e[2J'",
        ]
        steps = [step for it in commands for step in (calls(("Bash", {"command": it})), "written")]
        with create_session(Home(home), cwd=project) as session:
            agent = Agent(model=ScriptedModel(*steps), tools=[Bash()], session=session, cwd=project)
            for prompt in ("write 1", "write 2"):
                await agent.run(prompt)
            directory.append(session.directory)

    directory: list[Path] = []
    trio.run(write, directory)
    return directory[0]


def rewind(directory: Path, *options: str) -> int:
    first_answer = read_session(directory).conversation[3].id
    return run_sessions(parse_sessions(("rewind", directory.name, first_answer, *options)))


@pytest.mark.parametrize(
    ("options", "length", "content"),
    [((), 4, "2\n"), (("--restore", "files"), 8, "1\n"), (("--restore", "both"), 4, "1\n")],
)
def test_a_rewind_brings_back_what_it_is_told_to(
    written: Path, project: Path, options: tuple[str, ...], length: int, content: str
) -> None:
    code = rewind(written, *options)

    assert code == 0
    assert len(read_session(written).conversation) == length
    assert (project / "out.txt").read_text() == content
    assert (project / "sub" / "new.txt").exists() == (content == "2\n")


def test_what_was_brought_back_and_deleted_is_told(
    written: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    rewind(written, "--restore", "both")

    lines = capfd.readouterr().out.splitlines()
    assert lines[:-1] == ["brought back out.txt", "deleted sub/[2J", "deleted sub/new.txt"]
    assert lines[-1].endswith("goes on after: written")


def test_where_no_tool_has_changed_a_file_there_is_nothing_to_bring_back(
    written: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    last = read_session(written).conversation[-1]

    run_sessions(parse_sessions(("rewind", written.name, last.id, "--restore", "files")))

    assert capfd.readouterr().out == "no tool has changed a file since then\n"
    assert response_text(last) == "written"


def test_a_rewind_brings_back_the_plan_that_held_then(home: Path, project: Path) -> None:
    async def plan(directory: list[Path]) -> None:
        todos: list[JSON] = [
            [{"content": "Look", "status": "pending"}],
            [{"content": "Mend", "status": "pending"}],
        ]
        steps = [step for it in todos for step in (calls(("Todo", {"todos": it})), "planned")]
        with create_session(Home(home), cwd=project) as session:
            agent = Agent(model=ScriptedModel(*steps), tools=[Todo()], session=session)
            for prompt in ("plan", "plan anew"):
                await agent.run(prompt)
            directory.append(session.directory)

    directories: list[Path] = []
    trio.run(plan, directories)

    rewind(directories[0])

    assert read_session(directories[0]).state.plan == (PlanItem(content="Look"),)
