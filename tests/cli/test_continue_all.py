"""Runs that go on with a session of any directory."""

from pathlib import Path

from command import Command, at, one_line
from loopback import answer, open_loopback, serve_loopback
from sessions import said
from terminal import open_terminal

from sagent.home import Home
from sagent.session import MessageRecord, create_session


def begin(home: Path, cwd: Path, prompt: str) -> None:
    cwd.mkdir(exist_ok=True)
    with create_session(Home(home), cwd=cwd) as session:
        session.append(MessageRecord(said(prompt)))


def test_continue_all_takes_the_newest_session_of_all_directories_and_works_there(
    sagent: Command, home: Path, project: Path
) -> None:
    begin(home, project, "here")
    begin(home, project.parent / "other", "elsewhere")

    with serve_loopback(answer("hello")) as server:
        done = sagent(*at(server), "--continue-all", "and then?")

    prompts = [m["content"] for m in server.seen[0].body["messages"] if m["role"] == "user"]
    assert done.returncode == 0
    assert prompts == ["elsewhere\n\nand then?"]
    assert f"begun in {project.parent / 'other'}" in one_line(done.stderr)


def test_continue_all_begins_a_session_where_there_is_none_at_all(
    sagent: Command, project: Path
) -> None:
    with serve_loopback(answer("hello")) as server:
        done = sagent(*at(server), "--continue-all", "one")

    assert done.returncode == 0
    assert "no session yet: this begins one" in one_line(done.stderr)


def test_resume_all_needs_a_terminal_to_choose_on(sagent: Command, project: Path) -> None:
    done = sagent("--resume-all", "hello")

    assert done.returncode == 2
    assert "needs a terminal to choose on" in one_line(done.stderr)


def test_only_one_session_can_be_meant(sagent: Command) -> None:
    done = sagent("--resume-all", "--continue", "hello")

    assert done.returncode == 2
    assert "not allowed with" in one_line(done.stderr)


async def test_resume_all_lists_sessions_with_their_directories(home: Path, project: Path) -> None:
    begin(home, project, "here")
    begin(home, project.parent / "other", "elsewhere")

    async with (
        open_loopback(answer("hello")) as server,
        open_terminal(*at(server), "--resume-all", "go on", cwd=project, columns=200) as terminal,
    ):
        await terminal.shows("[ 1]", "[ 2]", f"elsewhere · {project.parent / 'other'}")
        terminal.type("2\r")
        await server.asked.wait()

    prompts = [m["content"] for m in server.seen[0].body["messages"] if m["role"] == "user"]
    assert prompts == ["here\n\ngo on"]


async def test_what_is_typed_is_remembered_in_the_file_that_is_named(
    home: Path, project: Path
) -> None:
    file = project / "typed"

    async with (
        open_loopback(answer("hello")) as server,
        open_terminal(*at(server), "--history", str(file), cwd=project) as terminal,
    ):
        await terminal.shows("ready")
        await terminal.says("remember me")
        await terminal.shows("hello")

    assert "remember me" in file.read_text()
    assert not (home / "history").exists()
