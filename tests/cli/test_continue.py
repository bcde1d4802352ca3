"""Runs that go on with a session."""

import json
from pathlib import Path

import pytest
from command import Command, Ended, at, one_line, sagent_process
from loopback import Loopback, answer, call, serve_loopback
from sessions import SESSION_FILE, said
from terminal import talk

from sagent.home import Home
from sagent.session import MessageRecord, create_session, list_sessions, read_session

JSON = ("--output-format", "json")


def session_of(done: Ended) -> str:
    return str(json.loads(done.stdout)["session_id"])


def told(server: Loopback, request: int) -> list[str]:
    """Give what the user and the model said in a request."""
    messages = server.seen[request].body["messages"]
    return [message["content"] for message in messages if message["role"] != "system"]


def system(server: Loopback, request: int) -> str:
    return str(server.seen[request].body["messages"][0]["content"])


def begin(home: Path, cwd: Path, prompt: str) -> Path:
    with create_session(Home(home), cwd=cwd) as session:
        session.append(MessageRecord(said(prompt)))
    return session.directory


def test_continue_sends_what_was_said_before_under_the_same_system_prompt(
    sagent: Command, project: Path
) -> None:
    with serve_loopback(answer("hello")) as server:
        first = sagent(*at(server), *JSON, "one")
        second = sagent(*at(server), *JSON, "--continue", "two")

    assert (second.returncode, second.stderr) == (0, b"")
    assert told(server, 1) == ["one", "hello", "two"]
    assert system(server, 0) == system(server, 1)
    assert session_of(first) == session_of(second)


def test_continue_begins_a_session_where_there_is_none_and_says_so(
    sagent: Command, project: Path
) -> None:
    with serve_loopback(answer("hello")) as server:
        done = sagent(*at(server), "--continue", "one")

    assert done.returncode == 0
    assert "no session of this directory yet" in one_line(done.stderr)


def test_resume_takes_the_beginning_of_an_id_and_the_sessions_own_model(
    sagent: Command, project: Path, home: Path
) -> None:
    with serve_loopback(answer("hello")) as server:
        older = sagent(*at(server), *JSON, "--name", "Ann", "older")
        begin(home, project, "newer")
        done = sagent(
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


def test_a_session_of_another_directory_is_told_with_its_directory(
    sagent: Command, project: Path, home: Path, tmp_path: Path
) -> None:
    elsewhere = begin(home, tmp_path, "hi")

    done = sagent("--provider", "Local", "--resume", elsewhere.name, "on")

    assert done.returncode == 2
    assert f"run sagent in {tmp_path}" in one_line(done.stderr)


def test_a_session_lives_where_the_path_says(
    sagent: Command, project: Path, tmp_path: Path
) -> None:
    place = tmp_path / "kept" / "here"
    with serve_loopback(answer("hello")) as server:
        sagent(*at(server), "--session", str(place), "one")
        done = sagent(*at(server), "--session", "../kept/here", "two")

    assert done.returncode == 0
    assert told(server, 1) == ["one", "hello", "two"]
    assert (place / SESSION_FILE).stat().st_mode & 0o777 == 0o600


def test_a_session_that_was_rewound_goes_on_from_there(
    sagent: Command, project: Path, home: Path
) -> None:
    with serve_loopback(answer("hello"), answer("forget this"), answer("ok")) as server:
        sagent(*at(server), "one")
        sagent(*at(server), "--continue", "two")
        (session,) = list_sessions(Home(home), project)
        answers = read_session(session.directory).conversation
        sagent("sessions", "rewind", session.id, answers[1].id)
        sagent(*at(server), "--continue", "three")

    assert told(server, 2) == ["one", "hello", "three"]


def test_a_session_that_is_taken_along_works_where_it_was_begun(
    sagent: Command, project: Path, tmp_path: Path
) -> None:
    (project / "a.txt").write_text("42")
    read = call("Read", {"file_path": "a.txt"})
    with serve_loopback(answer("hello"), read, answer("hello")) as server:
        sagent(*at(server), "--session", "../kept", "one", cwd=project)
        done = sagent(*at(server), "--session", "kept", "two", cwd=tmp_path)

    assert f"begun in {project}: its agent works there" in one_line(done.stderr)
    assert system(server, 0) == system(server, 2)
    assert "42" in told(server, 2)[-1]


def test_a_fork_goes_on_elsewhere_and_leaves_its_origin_as_it_is(
    sagent: Command, project: Path, home: Path
) -> None:
    origin = begin(home, project, "one")
    before = (origin / SESSION_FILE).read_bytes()
    with serve_loopback(answer("hello")) as server:
        done = sagent(*at(server), *JSON, "--continue", "--fork", "two")

    fork = read_session(origin.parent / session_of(done))
    assert (origin / SESSION_FILE).read_bytes() == before
    assert fork.header.parent_session == origin.name
    assert told(server, 0) == ["one\n\ntwo"]


def test_a_fork_in_which_nothing_is_said_goes_again(
    sagent: Command, project: Path, home: Path
) -> None:
    origin = begin(home, project, "one")

    done = sagent("--provider", "Local", "--continue", "--fork")

    assert done.returncode == 2
    assert list(origin.parent.iterdir()) == [origin]


def test_without_persistence_nothing_is_kept_nor_remembered(
    sagent: Command, project: Path, home: Path
) -> None:
    with serve_loopback(answer("hello")) as server:
        done = sagent(*at(server), *JSON, "--no-session-persistence", "one")

    assert json.loads(done.stdout)["session_id"] is None
    assert "# Memory" not in system(server, 0)
    assert not home.exists()


def test_where_nothing_can_be_kept_the_run_goes_on_and_says_so(
    sagent: Command, project: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    environ = {"SAGENT_HOME": str(tmp_path / "file")}
    with serve_loopback(answer("hello")) as server:
        done = sagent(*at(server), "hi", environ=environ)

    assert (done.returncode, done.stdout) == (0, b"hello\n")
    assert "this run is not kept" in one_line(done.stderr)


@pytest.mark.parametrize("flags", [("--continue",), ("--session", "/proc/nowhere/s")])
def test_where_a_session_was_asked_for_and_none_can_be_kept_the_run_fails(
    sagent: Command, flags: tuple[str, ...], project: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()

    done = sagent(
        "--provider", "Local", *flags, "hi", environ={"SAGENT_HOME": str(tmp_path / "file")}
    )

    assert done.returncode == 1
    assert b"no session can be made in" in done.stderr


def test_a_line_that_cannot_be_read_is_a_warning(
    sagent: Command, project: Path, home: Path
) -> None:
    directory = begin(home, project, "one")
    with (directory / SESSION_FILE).open("ab") as file:
        file.write(b"{broken\n")
    with serve_loopback(answer("hello")) as server:
        done = sagent(*at(server), "--continue", "two")

    assert (done.returncode, told(server, 0)) == (0, ["one\n\ntwo"])
    assert "left out line 3, which cannot be read" in one_line(done.stderr)


def test_a_session_goes_on_thinking_as_hard_as_it_was_told_to(
    sagent: Command, project: Path, home: Path
) -> None:
    home.mkdir(exist_ok=True)
    (home / "config.toml").write_text('effort = "low"\n')

    with serve_loopback(answer("hello")) as server:
        sagent(*at(server), "--effort", "high", "one")
        sagent(*at(server), "--continue", "two")
        sagent(*at(server), "--continue", "--effort", "medium", "three")
        sagent(*at(server), "four")

    efforts = [request.body["reasoning_effort"] for request in server.seen]
    assert efforts == ["high", "high", "medium", "low"]


async def test_a_session_goes_on_with_what_was_chosen_at_the_terminal(
    project: Path, home: Path
) -> None:
    async with talk(answer("Fine."), answer("Again."), cwd=project) as (terminal, server):
        await terminal.says("/effort high")
        await terminal.shows("thinking: high")
        await terminal.says("hi")
        await terminal.shows("Fine.", "ready")
        await terminal.says("/model other")
        await terminal.shows("going on with other")
        terminal.process.kill()
        await terminal.ends()
        environ = {"OPENAI_COMPAT_BASE_URL": server.base_url}
        await sagent_process("--continue", "and?", environ=environ, cwd=project)

    asked = [(each.body["model"], each.body["reasoning_effort"]) for each in server.seen]
    assert asked == [("m", "high"), ("other", "high")]
