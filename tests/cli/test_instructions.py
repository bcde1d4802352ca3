"""What the model is told before all else."""

from pathlib import Path

import attrs
import pytest
from command import Command, at
from loopback import answer, call, serve_loopback

from sagent.cli._instructions import brief
from sagent.cli._parser import parse
from sagent.cli._session_choice import open_chosen
from sagent.home import Home
from sagent.session import Transcript, create_session


def system_prompt(sagent: Command, *flags: str) -> str:
    with serve_loopback(answer("hello")) as server:
        done = sagent("hi", *at(server), *flags)
    assert (done.returncode, done.stderr) == (0, b"")
    return str(server.seen[0].body["messages"][0]["content"])


def test_instructions_of_the_project_and_memory_of_it_are_in_the_system_prompt(
    sagent: Command, project: Path, home: Path
) -> None:
    (project / "AGENTS.md").write_text("Indent by three.")

    prompt = system_prompt(sagent)

    assert "You are sagent" in prompt
    assert "Indent by three." in prompt
    assert f"{Home(home).project(project)}/memory" in prompt


def test_a_role_of_the_users_own_stands_in_place_of_ours(sagent: Command, project: Path) -> None:
    prompt = system_prompt(sagent, "--system", "You are a poet.", "--append-system", "Speak Latin.")

    assert prompt.startswith("You are a poet.")
    assert prompt.endswith("Speak Latin.")
    assert "sagent" not in prompt.partition("# Memory")[0].replace(str(project), "")


def test_a_project_that_is_not_trusted_says_nothing(
    sagent: Command, project: Path, tmp_path: Path
) -> None:
    (project / "AGENTS.md").write_text("Indent by three.")

    prompt = system_prompt(sagent, "--no-project-instructions")

    assert "Indent by three." not in prompt


def test_other_directories_have_a_say_when_they_are_named(
    sagent: Command, project: Path, tmp_path: Path
) -> None:
    for name in ("one", "two", "three"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "AGENTS.md").write_text(f"Count {name}.")

    prompt = system_prompt(sagent, "--add-dir", "../one", "../two", "--add-dir", "../three")

    assert all(f"Count {name}." in prompt for name in ("one", "two", "three"))


def test_links_may_lead_the_file_tools_to_other_directories_that_are_named(
    sagent: Command, project: Path, tmp_path: Path
) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "a.txt").write_text("42")
    (project / "a.txt").symlink_to("../one/a.txt")
    read = call("Read", {"file_path": "a.txt"})
    with serve_loopback(read, answer("no"), read, answer("yes")) as server:
        sagent("hi", *at(server))
        sagent("hi", *at(server), "--add-dir", "../one")

    _, refused, _, read_it = (str(request.body["messages"]) for request in server.seen)
    assert "leads out of the workspace" in refused
    assert "42" in read_it


def test_a_rule_is_told_with_the_file_that_it_is_for(sagent: Command, project: Path) -> None:
    (project / ".sagent" / "rules").mkdir(parents=True)
    (project / ".sagent" / "rules" / "a.md").write_text("---\npaths: '*.txt'\n---\nRhyme.")
    (project / "a.txt").write_text("42")
    with serve_loopback(call("Read", {"file_path": "a.txt"}), answer("hello")) as server:
        sagent("hi", *at(server))

    first, second = (str(request.body["messages"]) for request in server.seen)
    assert "Rhyme." not in first
    assert "Rhyme." in second


async def test_a_session_of_an_impossible_time_begins_today(
    project: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with create_session(Home(home), cwd=project) as session:
        header = attrs.evolve(session.transcript.header, created_ns=10**25)
        monkeypatch.setattr(Transcript, "header", header)
        told = await brief(parse(["hi"]), session, "m")

    assert "Date, when this began: 20" in told.system


async def test_a_user_without_a_home_is_told_so_and_served(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def no_home() -> Path:
        raise RuntimeError

    monkeypatch.delenv("SAGENT_HOME")
    monkeypatch.setattr(Path, "home", no_home)
    options = parse(["hi"])

    with open_chosen(options) as session:
        told = await brief(options, session, "m")

    assert "SAGENT_HOME; this run is not kept" in capsys.readouterr().err
    assert "You are sagent" in told.system
