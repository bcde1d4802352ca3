"""Runs of an agent that is written down in a file."""

from pathlib import Path

from command import Command, at, one_line
from loopback import answer, call, serve_loopback


def write(project: Path, name: str, *matter: str, body: str = "You are a reviewer.") -> Path:
    path = project / f".sagent/agents/{name}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(["---", *matter, "---", body, ""]))
    return path


def test_the_file_gives_prompt_model_and_tools(sagent: Command, project: Path) -> None:
    write(project, "reviewer", "model: small", "tools: [Read]")

    with serve_loopback(answer("hello")) as server:
        environ = {"OPENAI_COMPAT_BASE_URL": server.base_url}
        done = sagent("hi", "--agent", "reviewer", environ=environ)

    assert (done.returncode, done.stderr) == (0, b"")
    body = server.seen[0].body
    assert body["model"] == "small"
    assert body["messages"][0]["content"].startswith("You are a reviewer.\n\n# Environment")
    assert [tool["function"]["name"] for tool in body["tools"]] == ["Read"]


def test_flags_stand_in_place_of_what_the_file_says(sagent: Command, project: Path) -> None:
    write(project, "reviewer", "provider: Anthropic", "model: claude-x", "tools: [Read]")

    with serve_loopback(answer("hello")) as server:
        flags = ("--agent", "reviewer", "--system", "You are a poet.", "--tools", "Glob")
        done = sagent("hi", *at(server), *flags)

    assert (done.returncode, done.stderr) == (0, b"")
    body = server.seen[0].body
    assert body["model"] == "m"
    assert body["messages"][0]["content"].startswith("You are a poet.")
    assert [tool["function"]["name"] for tool in body["tools"]] == ["Glob"]


def test_the_model_of_a_file_is_asked_where_a_flag_says(sagent: Command, project: Path) -> None:
    write(project, "reviewer", "model: small")

    with serve_loopback(answer("hello")) as server:
        done = sagent("hi", "--agent", "reviewer", "--base-url", server.base_url)

    assert done.returncode == 0
    assert server.seen[0].body["model"] == "small"


def test_the_effort_of_a_file_is_asked_for_unless_a_flag_says_another(
    sagent: Command, project: Path
) -> None:
    write(project, "thinker", "effort: high")

    with serve_loopback(answer("hello")) as server:
        sagent("hi", *at(server), "--agent", "thinker")
        sagent("hi", *at(server), "--agent", "thinker", "--effort", "low")

    assert [request.body["reasoning_effort"] for request in server.seen] == ["high", "low"]


def test_an_effort_that_there_is_not_is_told_with_the_file(sagent: Command, project: Path) -> None:
    path = write(project, "thinker", "effort: big")

    done = sagent("--provider", "Local", "hi", "--agent", "thinker")

    assert done.returncode == 2
    assert f"{path} is not used: its effort 'big' is none: choose none, " in one_line(done.stderr)


def test_the_limits_of_the_file_hold(sagent: Command, project: Path) -> None:
    write(project, "reviewer", "max_tool_call_rounds: 1")
    (project / "a.txt").write_text("text")

    with serve_loopback(call("Read", {"file_path": "a.txt"}), answer("never")) as server:
        done = sagent("hi", *at(server), "--agent", "reviewer", "--no-session-persistence")

    assert done.returncode == 1
    assert "1" in one_line(done.stderr)
    assert len(server.seen) == 1


def test_a_budget_of_the_file_holds(sagent: Command, project: Path) -> None:
    write(project, "reviewer", "max_budget_tokens: 1")

    with serve_loopback(answer("never")) as server:
        done = sagent("hi", *at(server), "--agent", "reviewer", "--no-session-persistence")

    assert done.returncode == 1
    assert "budget" in one_line(done.stderr)
    assert server.seen == []


def test_an_agent_of_the_users_own_serves_in_every_project(
    sagent: Command, project: Path, home: Path
) -> None:
    (home / "agents").mkdir(parents=True)
    (home / "agents/poet.md").write_text("You rhyme.")

    with serve_loopback(answer("hello")) as server:
        done = sagent("hi", *at(server), "--agent", "poet")

    assert done.returncode == 0
    assert server.seen[0].body["messages"][0]["content"].startswith("You rhyme.")


def test_an_unknown_agent_is_refused_with_the_nearest_name_first(
    sagent: Command, project: Path
) -> None:
    write(project, "architect")
    write(project, "reviewer")

    done = sagent("hi", "--agent", "revewer", "--provider", "Local")

    assert done.returncode == 2
    assert "unknown agent: 'revewer'; there are: reviewer, architect" in one_line(done.stderr)


def test_a_broken_file_is_told_only_to_those_who_ask_for_it(sagent: Command, project: Path) -> None:
    write(project, "broken", "max_budget_usd: lots")
    write(project, "good")

    refused = sagent("hi", "--agent", "broken", "--provider", "Local")
    with serve_loopback(answer("hello")) as server:
        done = sagent("hi", *at(server), "--agent", "good")

    assert refused.returncode == 2
    assert "max_budget_usd 'lots'" in one_line(refused.stderr)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_tool_that_there_is_not_is_told_with_the_file(sagent: Command, project: Path) -> None:
    path = write(project, "reviewer", "tools: [Reed]")

    done = sagent("hi", "--agent", "reviewer", "--provider", "Local")

    assert done.returncode == 2
    assert f"{path}: unknown tool: Reed. Known: " in one_line(done.stderr)
