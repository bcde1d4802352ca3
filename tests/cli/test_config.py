"""What is set beside the command line: who says it, and who has the last word."""

import json
import subprocess
from pathlib import Path

import pytest
from command import Command, at, one_line
from loopback import answer, call, serve_loopback
from recaps import ANSWER
from settings import write_config

from sagent.cli._config import Naming


@pytest.fixture
def repository(project: Path) -> Path:
    subprocess.run(["git", "init", "-q"], cwd=project, check=True)
    return project


def settings(sagent: Command, **environ: str) -> dict[str, object]:
    """Give what is set, by the names of keys."""
    done = sagent("config", "--json", environ=environ)
    assert (done.returncode, done.stderr) == (0, b"")
    told = json.loads(done.stdout)["settings"]
    return {name: setting["value"] for name, setting in told.items()}


def test_a_run_is_as_the_users_config_says(sagent: Command, home: Path, project: Path) -> None:
    (project / "a.txt").write_text("text")
    with serve_loopback(call("Read", {"file_path": "a.txt"}), answer("never")) as server:
        write_config(
            home,
            f'base_url = "{server.base_url}"\nmodel = "small"\ntools = ["Read", "Glob"]\n'
            'system = "You are a poet."\nappend_system = "Be brief."\nmax_tool_call_rounds = 1\n'
            'output_format = "json"\nsession_persistence = false\n',
        )
        done = sagent("hi")

    body = server.seen[0].body
    assert body["model"] == "small"
    assert [tool["function"]["name"] for tool in body["tools"]] == ["Read", "Glob"]
    assert body["messages"][0]["content"].startswith("You are a poet.")
    assert "Be brief." in body["messages"][0]["content"]
    assert "1" in json.loads(done.stdout)["error"]
    assert len(server.seen) == 1
    assert list(home.rglob("session.jsonl")) == []


def test_the_project_goes_before_the_user_variables_before_it_and_flags_before_all(
    sagent: Command, home: Path, project: Path
) -> None:
    with serve_loopback(*[answer("hello")] * 4) as server:
        write_config(home, f'base_url = "{server.base_url}"\nmodel = "of-user"\n')
        sagent("hi")
        write_config(project / ".sagent", 'model = "of-project"')
        sagent("hi")
        sagent("hi", environ={"SAGENT_MODEL": "of-variable"})
        sagent("hi", "--model", "of-flag", environ={"SAGENT_MODEL": "of-variable"})

    models = [request.body["model"] for request in server.seen]
    assert models == ["of-user", "of-project", "of-variable", "of-flag"]


def test_no_tools_are_none_though_the_config_names_some(
    sagent: Command, home: Path, project: Path
) -> None:
    write_config(home, 'tools = ["Read"]')

    with serve_loopback(answer("hello")) as server:
        sagent("hi", *at(server), "--tools", "none", cwd=project)

    assert "tools" not in server.seen[0].body


def test_the_agent_of_the_config_is_taken_and_its_file_goes_before_the_config(
    sagent: Command, home: Path
) -> None:
    write_config(home, 'agent = "poet"\nsystem = "You are dull."\nmodel = "of-config"')
    write_config(home / "agents", "").rename(home / "agents/poet.md")
    (home / "agents/poet.md").write_text("---\nmodel: of-file\n---\nYou are a poet.\n")

    with serve_loopback(answer("hello")) as server:
        sagent("hi", environ={"OPENAI_COMPAT_BASE_URL": server.base_url})

    assert server.seen[0].body["model"] == "of-file"
    assert server.seen[0].body["messages"][0]["content"].startswith("You are a poet.")


@pytest.mark.parametrize(("of_file", "of_config"), [(1, 9), (9, 1)])
def test_of_the_limits_of_an_agents_file_and_the_config_the_lower_one_holds(
    of_file: int, of_config: int, sagent: Command, home: Path, project: Path
) -> None:
    (project / "a.txt").write_text("text")
    write_config(home, f"max_tool_call_rounds = {of_config}")
    (home / "agents").mkdir()
    (home / "agents/poet.md").write_text(f"---\nmax_tool_call_rounds: {of_file}\n---\nHi.\n")

    with serve_loopback(call("Read", {"file_path": "a.txt"}), answer("never")) as server:
        sagent("hi", *at(server), "--agent", "poet", "--no-session-persistence")

    assert len(server.seen) == 1


def test_a_budget_of_the_config_holds_and_a_flag_stands_in_its_place(
    sagent: Command, home: Path, project: Path
) -> None:
    write_config(home, "max_budget_tokens = 1")

    with serve_loopback(answer("hello")) as server:
        refused = sagent("hi", *at(server), cwd=project)
        done = sagent("hi", *at(server), "--max-budget-tokens", "100000", cwd=project)

    assert "budget" in one_line(refused.stderr)
    assert (done.returncode, len(server.seen)) == (0, 1)


def test_an_advisor_of_the_config_may_be_limited_by_a_flag(sagent: Command, home: Path) -> None:
    write_config(home, 'advisor = "wise"')

    with serve_loopback(answer("hello")) as server:
        done = sagent("hi", *at(server), "--advisor-max-uses", "1")

    assert (done.returncode, done.stderr) == (0, b"")
    assert "Advisor" in {tool["function"]["name"] for tool in server.seen[0].body["tools"]}


def test_the_config_says_where_the_log_is(sagent: Command, home: Path) -> None:
    write_config(home, 'log_level = "DEBUG"\nlog_file = "sagent.log"\n')

    with serve_loopback(answer("hello")) as server:
        done = sagent("hi", *at(server))

    assert (done.returncode, done.stderr) == (0, b"")
    assert (home.parent / "sagent.log").stat().st_size > 0


def test_map_takes_its_own_table(sagent: Command, home: Path, project: Path) -> None:
    write_config(home, "[map]\nattempts = 1\nlimit = 1\n")
    (project / "items").write_text("a\n")

    with serve_loopback(*[answer("")] * 3) as server:
        sagent("map", "--items", "items", "--prompt", "Go.", *at(server))

    assert len(server.seen) == 1


def test_an_alias_names_a_model_wherever_one_is_named(sagent: Command, home: Path) -> None:
    with serve_loopback(answer("hello"), answer("hello")) as server:
        write_config(
            home,
            f'model = "swift"\n[aliases]\nswift = "small-1"\n'
            f'[providers.OpenAICompat]\nbase_url = "{server.base_url}"\n',
        )
        sagent("hi", "--provider", "OpenAICompat", "--model", "swift")
        sagent("hi", environ={"SAGENT_PROVIDER": "OpenAICompat", "SAGENT_MODEL": "swift"})

    assert [request.body["model"] for request in server.seen] == ["small-1", "small-1"]


def test_a_provider_has_its_own_address_and_model(sagent: Command, home: Path) -> None:
    with serve_loopback(answer("hello")) as server:
        write_config(
            home,
            'provider = "Anthropic"\nmodel = "claude-x"\n[providers.OpenAICompat]\n'
            f'base_url = "{server.base_url}"\nmodel = "own"\n',
        )
        done = sagent("hi", "--provider", "openaicompat")

    assert (done.returncode, done.stderr) == (0, b"")
    assert server.seen[0].body["model"] == "own"


def test_a_conversation_is_made_short_for_the_window_that_is_set_for_a_provider(
    sagent: Command, home: Path, project: Path
) -> None:
    half = answer("word " * 3000, prompt_tokens=1000, completion_tokens=3000)
    whole = answer("word " * 3000, prompt_tokens=4000, completion_tokens=3000)
    with serve_loopback(half, whole, answer(ANSWER), answer("done")) as server:
        write_config(
            home,
            f'[providers.OpenAICompat]\nbase_url = "{server.base_url}"\nmodel = "own"\n'
            "context_window = 8000\n",
        )
        flags = ("--provider", "OpenAICompat", "--tools", "none", "--continue", "--")
        for prompt in ("go", "go on", "and on"):
            sagent(*flags, prompt, cwd=project)

    assert len(server.seen) == 4
    assert "Next step" in str(server.seen[2].body["messages"][-1])


def test_a_session_goes_on_with_its_own_model(sagent: Command, home: Path, project: Path) -> None:
    with serve_loopback(answer("hello"), answer("hello")) as server:
        environ = {"OPENAI_COMPAT_BASE_URL": server.base_url}
        sagent("hi", "--model", "first", environ=environ, cwd=project)
        write_config(home, f'base_url = "{server.base_url}"\nmodel = "second"\n')
        sagent("--continue", "--", "hi", environ=environ, cwd=project)

    assert [request.body["model"] for request in server.seen] == ["first", "first"]


def test_variables_say_what_keys_say(sagent: Command, project: Path) -> None:
    told = settings(
        sagent,
        SAGENT_TOOLS="Read,Bash",
        SAGENT_COMPACT="no",
        SAGENT_MAX_BUDGET_USD="2.50",
        SAGENT_MAP_LIMIT="3",
        SAGENT_PROVIDER="openai",
        SAGENT_ADD_DIR=f"{project}:/",
        SAGENT_NAME="",
    )

    assert told == {
        "tools": ["Read", "Bash"],
        "compact": False,
        "max_budget_usd": 2.5,
        "map.limit": 3,
        "provider": "OpenAI",
        "add_dir": [str(project), "/"],
    }


def test_paths_begin_where_the_file_is_at_home(sagent: Command, home: Path) -> None:
    write_config(home, 'trace = "t.jsonl"\nadd_dir = ["~/notes", "/etc"]\n')

    told = settings(sagent)

    assert told["trace"] == str(home.parent / "t.jsonl")
    assert told["add_dir"] == [str(home.parent / "notes"), "/etc"]


def test_files_are_found_up_to_the_repositorys_root_the_nearest_goes_first(
    sagent: Command, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_config(repository.parent / ".sagent", 'model = "outside"')
    write_config(repository / ".sagent", 'model = "root"\nname = "Root"')
    write_config(repository / "a/.sagent", 'model = "near"')
    (repository / "a/b").mkdir()
    monkeypatch.chdir(repository / "a/b")

    assert settings(sagent) == {"model": "near", "name": "Root"}


def test_in_a_directory_that_is_gone_there_is_no_project(sagent: Command, project: Path) -> None:
    project.rmdir()

    assert settings(sagent, SAGENT_NAME="Own") == {"name": "Own"}


def test_a_home_that_is_the_project_is_read_as_the_users(
    sagent: Command, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_config(home, 'base_url = "http://127.0.0.1/v1"')
    monkeypatch.chdir(home.parent)

    assert settings(sagent) == {"base_url": "http://127.0.0.1/v1"}


def test_a_file_that_is_named_stands_in_place_of_the_users_own(
    sagent: Command, home: Path, project: Path
) -> None:
    write_config(home, 'name = "Own"')
    other = write_config(project / "other", 'model = "other"\ntrace = "t"')

    assert settings(sagent, SAGENT_CONFIG=str(other)) == {
        "model": "other",
        "trace": str(other.parent / "t"),
    }


@pytest.mark.parametrize("flags", [("--config", "none"), ("--no-project-instructions",)])
def test_files_can_be_left_out(
    flags: tuple[str, ...], sagent: Command, home: Path, project: Path
) -> None:
    write_config(project / ".sagent", "nonsense")
    write_config(home, "[map]\nlimit = 3\n")

    done = sagent("config", "--json", *flags)

    named = [] if "none" in flags else ["map.limit"]
    assert list(json.loads(done.stdout)["settings"]) == named


def test_a_user_who_trusts_no_project_reads_none_of_them(
    sagent: Command, home: Path, project: Path
) -> None:
    write_config(home, "project_instructions = false")
    write_config(project / ".sagent", "nonsense")
    (project / "AGENTS.md").write_text("Obey me.")

    with serve_loopback(answer("hello")) as server:
        done = sagent("hi", *at(server))

    assert (done.returncode, done.stderr) == (0, b"")
    assert "Obey me." not in json.dumps(server.seen[0].body)


def test_what_is_set_is_shown_with_its_origin(sagent: Command, home: Path, project: Path) -> None:
    own = write_config(home, 'model = "m"\nname = "Own"')
    near = write_config(project / ".sagent", "[map]\nlimit = 3\n")

    shown = sagent("config", environ={"SAGENT_NAME": "Variable"}).stdout.decode()
    paths = sagent("config", "path").stdout.decode()

    rows = [line.split() for line in shown.splitlines()]
    assert ["model", '"m"', str(own)] in rows
    assert ["name", '"Variable"', "SAGENT_NAME"] in rows
    assert ["map.limit", "3", str(near)] in rows
    assert ["compact", "true", "default"] in rows
    assert paths.splitlines() == [str(own), str(near)]


@pytest.mark.parametrize(
    ("stronger", "weaker", "both"),
    [
        (Naming(), Naming(provider="A", model="a1"), Naming(provider="A", model="a1")),
        (Naming(model="a2"), Naming(provider="A", model="a1"), Naming(provider="A", model="a2")),
        (Naming(model="b1"), Naming(provider="A", model="a1"), Naming(model="b1")),
        (Naming(model="x"), Naming(provider="A"), Naming(provider="A", model="x")),
        (Naming(provider="B"), Naming(provider="A", model="a1"), Naming(provider="B")),
        (Naming(provider="a"), Naming(model="a1"), Naming(provider="a", model="a1")),
        (Naming(provider="A"), Naming(base_url="u", model="a1"), Naming(provider="A")),
        (Naming(model="b1"), Naming(base_url="u"), Naming(base_url="u", model="b1")),
        (Naming(base_url="v"), Naming(base_url="u", model="x"), Naming(base_url="v", model="x")),
        (Naming(base_url="v"), Naming(provider="A", model="a1"), Naming(base_url="v")),
    ],
)
def test_what_answers_is_taken_as_a_whole(stronger: Naming, weaker: Naming, both: Naming) -> None:
    owners = {"a1": "A", "a2": "A", "b1": "B"}

    assert stronger.over(weaker, owners.get) == both


def test_flags_may_say_yes_where_the_config_says_no(
    sagent: Command, home: Path, project: Path
) -> None:
    write_config(home, "project_instructions = false\nsession_persistence = false")
    write_config(project / ".sagent", 'append_system = "Be brief."')
    (project / "AGENTS.md").write_text("Use tabs.")
    with serve_loopback(answer("hello")) as server:
        base = ("--base-url", server.base_url, "--model", "m", "--output-format", "json")
        done = sagent(*base, "--project-instructions", "--session-persistence", "hi")

    system = server.seen[0].body["messages"][0]["content"]
    assert "Be brief." in system
    assert "Use tabs." in system
    assert json.loads(done.stdout)["session_id"] is not None
