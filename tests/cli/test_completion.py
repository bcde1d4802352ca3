"""What Tab completes: as it is answered, and in real shells."""

import os
import shutil
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from command import Command
from sessions import said
from terminal import TAB, Terminal, open_terminal

from sagent.cli._commands import PARSERS
from sagent.cli._flags import PROVIDERS, TOOLS
from sagent.home import Home
from sagent.session import MessageRecord, create_session

SHELLS = {
    "bash": ["bash", "--norc", "--noprofile", "-i"],
    "zsh": ["zsh", "-f", "-i"],
    "fish": ["fish", "--no-config", "-i"],
}
STARTS = {
    "bash": 'PS1="now> "; eval "$(sagent completion bash)"',
    "zsh": 'PS1="now> "; autoload -Uz compinit; compinit -u -D; eval "$(sagent completion zsh)"',
    "fish": 'function fish_prompt; echo "now> "; end; sagent completion fish | source',
}
AT_HAND = [
    pytest.param(
        shell, marks=pytest.mark.skipif(shutil.which(shell) is None, reason=f"there is no {shell}")
    )
    for shell in SHELLS
]


class Tab:
    """Asks as a shell does."""

    def __init__(self, sagent: Command) -> None:
        self._sagent = sagent

    def __call__(self, *words: str, shell: str = "zsh") -> list[str]:
        done = self._sagent("__complete", shell, *words)
        assert (done.returncode, done.stderr) == (0, b"")
        return [line.partition("\t")[0] for line in done.stdout.decode().splitlines()]


@pytest.fixture
def tab(sagent: Command, project: Path) -> Tab:
    del project  # where it asks
    return Tab(sagent)


@asynccontextmanager
async def open_shell(shell: str, project: Path) -> AsyncGenerator[Terminal]:
    """Sit at a shell whose Tab knows sagent."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    async with open_terminal(
        command=SHELLS[shell],
        environ={"PATH": path, "HOME": str(project), "TERM": "xterm"},
        columns=160,
        cwd=project,
    ) as terminal:
        terminal.type(f"{STARTS[shell]}; echo set''up\r")
        await terminal.shows("setup")
        yield terminal


def test_the_first_word_may_be_a_command(tab: Tab) -> None:
    assert set(tab("")) == PARSERS.keys() - {""}
    assert tab("ses") == ["sessions"]


def test_a_word_after_a_prompt_is_no_command(tab: Tab) -> None:
    assert tab("do", "") == []


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["--budget"], []),
        (["--max-budget-u"], ["--max-budget-usd"]),
        (["--model", "m", "--mode"], []),
        (["--add-dir", "d", "--add-d"], ["--add-dir"]),
        (["--", "--model"], []),
        (["map", "--ite"], ["--items", "--item-seconds"]),
        (["sessions", "show", "--"], ["--ids"]),
        (["ps", "--j"], ["--json"]),
    ],
)
def test_flags_are_those_of_the_command_that_are_not_there_yet(
    words: Sequence[str], found: Sequence[str], tab: Tab
) -> None:
    assert tab(*words) == found


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["--provider", ""], [*PROVIDERS]),
        (["--provider=Mo"], ["--provider=Moonshot"]),
        (["--output-format", "j"], ["json"]),
        (["--tools", "Multi"], ["MultiEdit"]),
        (["--tools", "Read,Gre"], ["Read,Grep"]),
        (["--tools", "Read", "Rea"], []),
        (["sessions", "ren"], ["rename"]),
        (["sessions", "export", "id", "--format", "h"], ["html"]),
        (["completion", ""], ["bash", "zsh", "fish"]),
        (["config", "pa"], ["path"]),
        (["--trace", ""], [":files"]),
        (["--add-dir", ""], [":directories"]),
        (["--system", ""], []),
    ],
)
def test_a_value_is_of_its_flags_kind(words: Sequence[str], found: Sequence[str], tab: Tab) -> None:
    assert tab(*words) == found


def test_no_tools_may_be_asked_for_before_one_is_named(tab: Tab) -> None:
    assert tab("--tools", "") == [*TOOLS, "none"]


def test_models_are_those_of_the_provider_that_is_named(tab: Tab) -> None:
    assert "claude-opus-4-5" in tab("--model", "claude-")
    assert tab("--provider", "google", "--model", "claude-") == []


def test_models_go_by_the_users_other_names_for_them_too(tab: Tab, home: Path) -> None:
    home.mkdir()
    (home / "config.toml").write_text('aliases.swift = "claude-haiku-4-5"')

    assert tab("--model", "sw") == ["swift"]


def test_a_broken_config_does_not_keep_models_from_being_told(tab: Tab, home: Path) -> None:
    home.mkdir()
    (home / "config.toml").write_text("aliases = 1")

    assert "kimi-k2-thinking" in tab("--model", "kimi-k2-th")


def test_agents_are_those_that_are_written_down(tab: Tab, project: Path) -> None:
    (project / ".sagent/agents").mkdir(parents=True)
    (project / ".sagent/agents/reviewer.md").write_text("You review.")

    assert tab("--agent", "") == ["reviewer"]


@pytest.mark.parametrize("before", [["--resume"], ["sessions", "show"], ["sessions", "remove"]])
def test_sessions_are_those_of_this_directory(
    before: Sequence[str], tab: Tab, home: Path, project: Path
) -> None:
    with create_session(Home(home), cwd=project) as session:
        session.append(MessageRecord(said("hello")))

    assert tab(*before, "") == [session.id]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["--provider", "=", "Mo"], ["Moonshot"]),
        (["--provider", "="], [*PROVIDERS]),
        (["--model", "a", ":", "b", "--max-budget-u"], ["--max-budget-usd"]),
    ],
)
def test_bash_which_parts_words_gets_the_last_part(
    words: Sequence[str], found: Sequence[str], tab: Tab
) -> None:
    assert tab(*words, shell="bash") == found


def test_what_no_command_takes_is_answered_with_nothing(tab: Tab) -> None:
    assert tab("sessions", "nonsense", "x", "") == []


def test_an_unknown_flag_keeps_no_other_from_being_completed(tab: Tab) -> None:
    assert "--model" in tab("--nonsense", "x", "-")


@pytest.mark.parametrize("shell", AT_HAND)
async def test_a_shell_completes_flags_and_values(shell: str, project: Path) -> None:
    async with open_shell(shell, project) as terminal:
        terminal.type("sagent --max-budget-u", TAB)
        await terminal.shows("--max-budget-usd")

        terminal.type("1 --provider=Moo", TAB)

        await terminal.shows("--max-budget-usd 1 --provider=Moonshot")


@pytest.mark.parametrize("shell", AT_HAND)
async def test_a_shell_completes_paths_by_itself(shell: str, project: Path) -> None:
    (project / "a file.jsonl").touch()
    (project / "folder" / "below").mkdir(parents=True)
    async with open_shell(shell, project) as terminal:
        terminal.type("sagent --trace a", TAB)
        await terminal.shows("a\\ file.jsonl")

        terminal.type("--add-dir fol", TAB, "bel", TAB)

        await terminal.shows("folder/below/")


@pytest.mark.parametrize("shell", AT_HAND)
async def test_a_shell_shows_what_there_is_to_choose(shell: str, project: Path) -> None:
    async with open_shell(shell, project) as terminal:
        terminal.type("sagent sessions re", TAB, TAB)

        await terminal.shows("remove", "rename", "rewind")
