"""What cannot be meant."""

import json
import os
from pathlib import Path

import pytest
from command import one_line

from sagent.cli._headless import run_headless
from sagent.cli._parser import PROVIDERS, TOOLS, parse
from sagent.providers import PROVIDER_NAMES
from sagent.tools import TOOLS as BUILT_IN

LOCAL = ("--provider", "Local", "hi")


def run(*arguments: str) -> int:
    """Run the command in this process, with a standard input that is empty."""
    with Path(os.devnull).open() as nothing, pytest.MonkeyPatch.context() as patched:
        patched.setattr("sys.stdin", nothing)
        try:
            return run_headless(parse(arguments))
        except SystemExit as end:
            return int(end.code or 0)


@pytest.fixture(autouse=True)
def no_provider_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.endswith(("_API_KEY", "_AUTH_TOKEN", "_BASE_URL")):
            monkeypatch.delenv(name)


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
        (("--continue", "--resume", "hi"), "not allowed with argument --continue"),
        (("--continue", "--session", "s", "hi"), "not allowed with argument --continue"),
        (("--session", "s", "--resume=1", "hi"), "not allowed with argument --session"),
        (("--session",), "expected one argument"),
        (("--session", "", "hi"), "it is empty"),
        (("--add-dir", "/", "--no-project-instructions", "--", "hi"), "choose one"),
        (("--fork", "hi"), "--fork goes with --continue, --resume or --session"),
        (("--no-session-persistence", "--continue", "hi"), "there is none to go on with"),
        ((*LOCAL, "--resume"), "--resume without an ID needs a terminal"),
        ((*LOCAL, "--resume", "nope"), "no session 'nope' in"),
        ((*LOCAL, "--session", "/tmp/none", "--fork"), "there is no session in /tmp/none"),
    ],
)
def test_what_cannot_be_meant_is_a_usage_error(
    arguments: tuple[str, ...], said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    code = run(*arguments)

    told = capfd.readouterr()
    assert code == 2
    assert said in one_line(told.err)
    assert told.out == ""


def test_a_usage_error_is_told_to_machines_too(capfd: pytest.CaptureFixture[str]) -> None:
    code = run("--provider", "Nope", "--output-format", "json", "hi")

    assert code == 2
    assert "unknown provider" in json.loads(capfd.readouterr().out)["error"]


def test_a_run_in_which_nothing_was_said_leaves_no_session(home: Path) -> None:
    run("--provider", "Local")
    run("--provider", "Nope", "hi")

    assert list(home.rglob("session.jsonl")) == []


def test_the_help_knows_every_provider_and_tool() -> None:
    assert PROVIDERS == PROVIDER_NAMES
    assert set(TOOLS) == set(BUILT_IN)
