"""Runs that go on with a session."""

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest
import trio
from command import COMMAND, at, clean, one_line, sagent
from loopback import Loopback, answer, call, open_loopback
from sessions import SESSION_FILE, said

from sagent.home import Home
from sagent.session import MessageRecord, create_session, list_sessions, open_session, read_session

JSON = ("--output-format", "json")


def session_of(done: Any) -> str:
    return str(json.loads(done.stdout)["session_id"])


def told(server: Loopback, request: int) -> list[str]:
    """Give what the user and the model said in a request."""
    messages = server.seen[request].body["messages"]
    return [message["content"] for message in messages if message["role"] != "system"]


def system(server: Loopback, request: int) -> str:
    return str(server.seen[request].body["messages"][0]["content"])


def kept(home: Path) -> str:
    """Give all that stands in a home's files."""
    return "".join(path.read_text() for path in home.rglob("*") if path.is_file())


def begin(home: Path, cwd: Path, prompt: str) -> Path:
    with create_session(Home(home), cwd=cwd) as session:
        session.append(MessageRecord(said(prompt)))
    return session.directory


async def test_continue_sends_what_was_said_before_under_the_same_system_prompt(
    project: Path,
) -> None:
    async with open_loopback(answer("hello")) as server:
        first = await sagent(*at(server), *JSON, "one")
        second = await sagent(*at(server), *JSON, "--continue", "two")

    assert (second.returncode, second.stderr) == (0, b"")
    assert told(server, 1) == ["one", "hello", "two"]
    assert system(server, 0) == system(server, 1)
    assert session_of(first) == session_of(second)


async def test_continue_begins_a_session_where_there_is_none_and_says_so(project: Path) -> None:
    async with open_loopback(answer("hello")) as server:
        done = await sagent(*at(server), "--continue", "one")

    assert done.returncode == 0
    assert "no session of this directory yet" in one_line(done.stderr)


async def test_resume_takes_the_beginning_of_an_id_and_the_sessions_own_model(
    project: Path, home: Path
) -> None:
    async with open_loopback(answer("hello")) as server:
        older = await sagent(*at(server), *JSON, "--name", "Ann", "older")
        begin(home, project, "newer")
        done = await sagent(
            *JSON,
            "--resume",
            session_of(older)[:6],
            "on",
            environ={"OPENAI_COMPAT_BASE_URL": server.base_url},
        )

    assert session_of(done) == session_of(older)
    assert server.seen[1].body["model"] == "m"
    assert told(server, 1) == ["older", "hello", "on"]
    assert read_session(list_sessions(Home(home), project)[0].directory).state.agent == "Ann"


async def test_a_session_of_another_directory_is_told_with_its_directory(
    project: Path, home: Path, tmp_path: Path
) -> None:
    elsewhere = begin(home, tmp_path, "hi")

    done = await sagent("--provider", "Local", "--resume", elsewhere.name, "on")

    assert done.returncode == 2
    assert f"run sagent in {tmp_path}" in one_line(done.stderr)


async def test_a_session_lives_where_the_path_says(project: Path, tmp_path: Path) -> None:
    place = tmp_path / "kept" / "here"
    async with open_loopback(answer("hello")) as server:
        await sagent(*at(server), "--session", str(place), "one")
        done = await sagent(*at(server), "--session", "../kept/here", "two")

    assert done.returncode == 0
    assert told(server, 1) == ["one", "hello", "two"]
    assert (place / SESSION_FILE).stat().st_mode & 0o777 == 0o600


async def test_a_session_that_is_taken_along_works_where_it_was_begun(
    project: Path, tmp_path: Path
) -> None:
    (project / "a.txt").write_text("42")
    read = call("Read", {"file_path": "a.txt"})
    async with open_loopback(answer("hello"), read, answer("hello")) as server:
        await sagent(*at(server), "--session", "../kept", "one", cwd=project)
        done = await sagent(*at(server), "--session", "kept", "two", cwd=tmp_path)

    assert f"begun in {project}: its agent works there" in one_line(done.stderr)
    assert system(server, 0) == system(server, 2)
    assert "42" in told(server, 2)[-1]


async def test_a_fork_goes_on_elsewhere_and_leaves_its_origin_as_it_is(
    project: Path, home: Path
) -> None:
    origin = begin(home, project, "one")
    before = (origin / SESSION_FILE).read_bytes()
    async with open_loopback(answer("hello")) as server:
        done = await sagent(*at(server), *JSON, "--continue", "--fork", "two")

    fork = read_session(origin.parent / session_of(done))
    assert (origin / SESSION_FILE).read_bytes() == before
    assert fork.header.parent_session == origin.name
    assert told(server, 0) == ["one\n\ntwo"]


async def test_a_fork_in_which_nothing_is_said_goes_again(project: Path, home: Path) -> None:
    origin = begin(home, project, "one")

    done = await sagent("--provider", "Local", "--continue", "--fork")

    assert done.returncode == 2
    assert list(origin.parent.iterdir()) == [origin]


async def test_without_persistence_nothing_is_kept_nor_remembered(
    project: Path, home: Path
) -> None:
    async with open_loopback(answer("hello")) as server:
        done = await sagent(*at(server), *JSON, "--no-session-persistence", "one")

    assert json.loads(done.stdout)["session_id"] is None
    assert "# Memory" not in system(server, 0)
    assert kept(home) == ""


async def test_invariant_8_a_session_goes_on_after_kill_9_and_its_open_calls_have_results(
    project: Path, home: Path
) -> None:
    async with open_loopback(call("Bash", {"command": "sleep 60"}), answer("ok")) as server:
        process = await trio.lowlevel.open_process([*COMMAND, *at(server), "go"], env=clean())
        with trio.fail_after(20):
            while "x-tool-call" not in kept(home):
                await trio.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        await process.wait()
        done = await sagent(*at(server), "--continue", "go on")

    assert (done.returncode, done.stdout, done.stderr) == (0, b"ok\n", b"")
    roles = [message["role"] for message in server.seen[1].body["messages"][1:]]
    assert roles == ["user", "assistant", "tool", "user"]
    assert "interrupted, outcome unknown" in server.seen[1].body["messages"][3]["content"]


async def test_a_session_that_another_process_writes_is_refused_and_can_be_forked(
    project: Path, home: Path
) -> None:
    directory = begin(home, project, "one")
    async with open_loopback(answer("hello")) as server:
        with open_session(directory):
            refused = await sagent(*at(server), "--continue", "two")
            forked = await sagent(*at(server), "--continue", "--fork", "two")

    line = one_line(refused.stderr)
    assert refused.returncode == 1
    assert f"process {os.getpid()}" in line
    assert "--fork" in line
    assert (forked.returncode, forked.stdout) == (0, b"hello\n")


async def test_where_nothing_can_be_kept_the_run_goes_on_and_says_so(
    project: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    environ = {"SAGENT_HOME": str(tmp_path / "file")}
    async with open_loopback(answer("hello")) as server:
        done = await sagent(*at(server), "hi", environ=environ)

    assert (done.returncode, done.stdout) == (0, b"hello\n")
    assert "this run is not kept" in one_line(done.stderr)


@pytest.mark.parametrize("flags", [("--continue",), ("--session", "/proc/nowhere/s")])
async def test_where_a_session_was_asked_for_and_none_can_be_kept_the_run_fails(
    flags: tuple[str, ...], project: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()

    done = await sagent(
        "--provider", "Local", *flags, "hi", environ={"SAGENT_HOME": str(tmp_path / "file")}
    )

    assert done.returncode == 1
    assert b"no session can be made in" in done.stderr


async def test_a_line_that_cannot_be_read_is_a_warning(project: Path, home: Path) -> None:
    directory = begin(home, project, "one")
    with (directory / SESSION_FILE).open("ab") as file:
        file.write(b"{broken\n")
    async with open_loopback(answer("hello")) as server:
        done = await sagent(*at(server), "--continue", "two")

    assert (done.returncode, told(server, 0)) == (0, ["one\n\ntwo"])
    assert "left out line 3, which cannot be read" in one_line(done.stderr)
