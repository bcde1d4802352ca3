"""What cannot be meant."""

import json
from pathlib import Path

import pytest
from command import Command, at, one_line
from loopback import answer, serve_loopback

from sagent.cli._flags import PROVIDERS, TOOLS
from sagent.cli._parser import parse
from sagent.providers import PROVIDER_NAMES
from sagent.tools import TOOLS as BUILT_IN

LOCAL = ("--provider", "Local", "hi")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--nonsense",), "unrecognized arguments: --nonsense"),
        (("--provider", "Nope", "hi"), "unknown provider: 'Nope'; choose Anthropic, OpenAI"),
        (("--provider", "Local", "--model", "nope", "hi"), "Local has no model 'nope'"),
        (("--provider", "Local", "hi", "--tools", "Nope"), "unknown tool: 'Nope'"),
        (("--provider", "Local", "--base-url", "http://h/v1", "hi"), "--base-url does not go with"),
        (("--base-url", "not-a-url", "--model", "m", "hi"), "is not a base URL"),
        (("--base-url", "http://127.0.0.1:1/v1", "hi"), "needs a model"),
        (("--output-format", "yaml", "hi"), "invalid choice: 'yaml'"),
        (("--max-tool-call-rounds", "0", "hi"), "at least 1"),
        (("--max-tool-call-rounds", "many", "hi"), "'many' is no number of rounds"),
        (("--provider", "Local", "--tools", "Read", "Find the bug"), "put it first"),
        (("--base-url", "http://127.0.0.1:abc/v1", "--model", "m", "hi"), "is not a base URL"),
        (("--provider", "Local"), "no input on standard input"),
        (("--max-budget-usd", "lots", "hi"), "'lots' is no amount of US dollars"),
        (("--max-budget-usd", "-1", "hi"), "--max-budget-usd"),
        (("--max-budget-usd", "nan", "hi"), "'nan' is no amount of US dollars"),
        (("--max-budget-tokens", "0", "hi"), "'0' is no number of tokens"),
        (("--max-budget-tokens", "1e6", "hi"), "'1e6' is no number of tokens"),
        (("--max-budget-seconds", "0", "hi"), "'0' is no number of seconds"),
        (("--max-budget-seconds", "soon", "hi"), "'soon' is no number of seconds"),
        (("--add-dir", "/no/such/place", "hi"), "'/no/such/place' is no directory"),
        (("--add-dir", "/", "Find the bug"), "put it first"),
        (("--name", "a/b", "hi"), "'a/b' is no name of an agent"),
        (("--name", " ", "hi"), "is no name of an agent"),
        (("--continue", "--resume", "hi"), "not allowed with argument -c/--continue"),
        (("--continue", "--session", "s", "hi"), "not allowed with argument -c/--continue"),
        (("--session", "s", "--resume=1", "hi"), "not allowed with argument --session"),
        (("--session",), "expected one argument"),
        (("--session", "", "hi"), "it is empty"),
        (("--add-dir", "/", "--no-project-instructions", "--", "hi"), "choose one"),
        (("--fork", "hi"), "--fork goes with --continue, --resume or --session"),
        (("--no-session-persistence", "--continue", "hi"), "there is none to go on with"),
        ((*LOCAL, "--resume"), "--resume without an ID needs a terminal"),
        ((*LOCAL, "--resume", "nope"), "no session 'nope' in"),
        ((*LOCAL, "--session", "/tmp/none", "--fork"), "there is no session in /tmp/none"),
        (("--provider", "Local", "doctor"), "goes before all flags: sagent doctor"),
        (("-m", "m", "map", "the", "files"), "write: sagent -- map the files"),
    ],
)
def test_what_cannot_be_meant_is_a_usage_error(
    arguments: tuple[str, ...], said: str, sagent: Command
) -> None:
    done = sagent(*arguments)

    assert done.returncode == 2
    assert said in one_line(done.stderr)
    assert done.stdout == b""


@pytest.mark.parametrize(
    ("arguments", "resume", "prompt"),
    [
        (("--resume", "3f2a", "go on"), "3f2a", ["go on"]),
        (("--resume", "go on", "now"), "", ["go on", "now"]),
        (("go", "--resume"), "", ["go"]),
        (("--resume", "--", "go"), "", ["go"]),
    ],
)
def test_what_follows_resume_is_an_id_unless_it_has_several_words(
    arguments: tuple[str, ...], resume: str, prompt: list[str]
) -> None:
    options = parse(arguments)

    assert (options.resume, options.prompt) == (resume, prompt)


def test_a_commands_name_behind_two_hyphens_is_a_prompt(sagent: Command) -> None:
    with serve_loopback(answer("well")) as server:
        done = sagent(*at(server), "--", "doctor")

    assert done.stdout == b"well\n"


@pytest.mark.parametrize(
    ("arguments", "begins"),
    [
        (("help",), b"usage: sagent [-h]"),
        (("help", "map"), b"usage: sagent map [-h]"),
    ],
)
def test_help_is_a_command_too(arguments: tuple[str, ...], begins: bytes, sagent: Command) -> None:
    done = sagent(*arguments)

    assert done.returncode == 0
    assert done.stdout.startswith(begins)


@pytest.mark.parametrize(
    ("short", "long"),
    [
        (("-c",), ("--continue",)),
        (("-r", "3f2a"), ("--resume", "3f2a")),
        (("-m", "gpt-5.5"), ("--model", "gpt-5.5")),
    ],
)
def test_the_flags_that_are_typed_most_have_short_forms(
    short: tuple[str, ...], long: tuple[str, ...]
) -> None:
    assert vars(parse(short)) == vars(parse(long))


def test_the_version_has_a_short_flag_too(sagent: Command) -> None:
    assert sagent("-V").stdout == sagent("--version").stdout


def test_a_usage_error_is_told_to_machines_too(sagent: Command) -> None:
    done = sagent("--provider", "Nope", "--output-format", "json", "hi")

    assert done.returncode == 2
    assert "unknown provider" in json.loads(done.stdout)["error"]


def test_a_run_in_which_nothing_was_said_leaves_no_session(sagent: Command, home: Path) -> None:
    sagent("--provider", "Local")
    sagent("--provider", "Nope", "hi")

    assert list(home.rglob("session.jsonl")) == []


def test_the_help_knows_every_provider_and_tool() -> None:
    assert PROVIDERS == PROVIDER_NAMES
    assert set(TOOLS) == set(BUILT_IN)
