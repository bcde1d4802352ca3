"""The names that begin with a slash, and what Tab offers."""

from pathlib import Path

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document

from sagent.repl._command import COMMANDS, help_text, read_order
from sagent.repl._completion import ReplCompleter, best, files_below
from sagent.tools._mention import Mention, mentions_in


def test_a_command_is_told_with_its_rest() -> None:
    order = read_order("/compact  keep the names ")

    assert order is not None
    assert (order.command.name, order.rest) == ("compact", "keep the names")


@pytest.mark.parametrize(("line", "name"), [("/exit", "quit"), ("/?", "help")])
def test_some_commands_have_another_name(line: str, name: str) -> None:
    order = read_order(line)

    assert order is not None
    assert order.command.name == name


def test_what_is_no_command_of_sagents_own_may_be_one_of_a_file() -> None:
    assert read_order("/resme") is None


def test_help_has_all_commands() -> None:
    assert all(f"/{command.name}" in help_text() for command in COMMANDS)


def test_files_are_those_that_git_would_track_and_the_likeliest_come_first(tmp_path: Path) -> None:
    for name in (".git/config", "src/main.py", "main.py", "build/main.py", "domain.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / ".gitignore").write_text("build/\n")

    found = best(files_below(tmp_path), "main")

    assert found == ["main.py", "src/main.py", "domain.txt"]


@pytest.mark.parametrize("typed", ["look @two", 'look @"two wo'])
def test_a_file_of_several_words_is_completed_as_it_is_meant(typed: str, tmp_path: Path) -> None:
    (tmp_path / "two words.txt").touch()
    completer = ReplCompleter(tmp_path)

    (offered,) = completer.get_completions(Document(typed), CompleteEvent())

    written = typed[: offered.start_position] + offered.text
    assert mentions_in(written) == ((Mention("two words.txt"),),)
    assert offered.display_text == "two words.txt"
