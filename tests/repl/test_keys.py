"""Keys, and terminals of all kinds."""

import re
import stat
from pathlib import Path

import pytest
from command import COMMAND, at
from loopback import answer, call, open_loopback
from terminal import (
    ALT_ENTER,
    CTRL_D,
    CTRL_E,
    CTRL_R,
    CTRL_X,
    CTRL_Z,
    ENTER,
    ESC,
    TAB,
    UP,
    open_terminal,
    talk,
)


@pytest.mark.slow
async def test_text_of_several_lines_is_written_with_a_backslash_or_alt(project: Path) -> None:
    async with talk(answer("Fine."), cwd=project) as (terminal, server):
        terminal.type("one\\", ENTER, "two", ALT_ENTER, "three")
        await terminal.shows("> one\n  two\n  three")
        terminal.type(ENTER)
        await terminal.shows("Fine.", "ready")

    assert server.seen[0].body["messages"][-1]["content"] == "one\ntwo\nthree"


@pytest.mark.slow
async def test_what_was_typed_is_remembered_for_its_user_alone(project: Path, home: Path) -> None:
    async with talk(answer("Fine."), cwd=project) as (terminal, _):
        await terminal.says("remember me")
        await terminal.shows("Fine.", "ready")
        terminal.type(CTRL_D)
        await terminal.ends()
    mode = stat.S_IMODE((home / "history").stat().st_mode)
    async with talk(answer("Fine."), cwd=project) as (terminal, _):
        terminal.type(UP)
        await terminal.shows("> remember me")
        terminal.type("\x15", CTRL_R, "memb")
        await terminal.shows("remember me")

    assert mode == 0o600


@pytest.mark.slow
async def test_tab_completes_commands_and_files_that_git_would_track(project: Path) -> None:
    (project / ".git").mkdir()
    (project / ".gitignore").write_text("secret*\n")
    (project / "second.txt").touch()
    (project / "secret.txt").touch()
    async with talk(answer("Fine."), cwd=project) as (terminal, _):
        terminal.type("/comp")
        await terminal.shows("/compact", "replace it by a recap")
        terminal.type("\x15", "see @sec")
        await terminal.shows("second.txt")
        shown = terminal.text
        terminal.type(TAB)
        await terminal.shows("> see @second.txt")

    assert "secret.txt" not in shown


@pytest.mark.slow
async def test_a_narrow_terminal_that_changes_its_size_stays_in_order(project: Path) -> None:
    words = "many words that go over the end of a line that is narrow"
    async with talk(answer(words), answer("Fine."), cwd=project, columns=30, rows=12) as (
        terminal,
        _,
    ):
        await terminal.says("go")
        await terminal.shows("is narrow", "ready")
        narrow = terminal.rows
        terminal.resize(60, 20)
        await terminal.says("a line that is longer than thirty columns were")
        await terminal.shows("Fine.", "ready")

    assert "many words that go over the" in narrow


@pytest.mark.slow
async def test_without_colour_there_is_none(project: Path) -> None:
    async with talk(answer("# A\n\n`b`"), cwd=project, environ={"NO_COLOR": "1"}) as (terminal, _):
        await terminal.says("go")
        await terminal.shows("A", "b", "ready")

    assert not re.search(rb"\x1b\[(?:\d+;)*(?:3[0-8]|4[0-8]|9[0-7])[;m]", terminal.written)


async def test_a_terminal_that_can_do_nothing_is_talked_to_in_lines(project: Path) -> None:
    ask = call("AskUser", {"question": "Which one?", "choices": ["red", "green"]})
    async with (
        open_loopback(ask, answer("Hello **you**.")) as server,
        open_terminal(*at(server), cwd=project, environ={"TERM": "dumb"}) as terminal,
    ):
        await terminal.shows(">")
        terminal.type("go\n")
        await terminal.shows("Which one?", "1. red", "(type a number)")
        terminal.type("2\n")
        await terminal.shows("→ green", "Hello you.")
        said = terminal.text.count("> go")
        terminal.type("/quit\n")
        code = await terminal.ends()

    assert (code, said) == (0, 1)  # the terminal shows what is typed
    assert b"\x1b" not in terminal.written


@pytest.mark.slow
async def test_a_question_mark_alone_asks_for_help(project: Path) -> None:
    async with talk(answer("Fine."), cwd=project, rows=60) as (terminal, server):
        await terminal.says("?")
        await terminal.shows("Ctrl-Z suspends")

    assert not server.seen


@pytest.mark.slow
async def test_esc_twice_clears_what_is_written_and_up_brings_it_back(project: Path) -> None:
    async with talk(answer("Fine."), cwd=project) as (terminal, _):
        terminal.type("some words")
        await terminal.shows("> some words")
        terminal.type(ESC, ESC)
        await terminal.lacks("some words")
        terminal.type(UP)
        await terminal.shows("> some words")


@pytest.mark.slow
async def test_what_is_written_can_be_edited_elsewhere(project: Path) -> None:
    editor = project / "editor"
    editor.write_text('#!/bin/sh\necho "edited words" > "$1"\n')
    editor.chmod(0o700)
    environ = {"EDITOR": str(editor), "VISUAL": ""}
    async with talk(answer("Fine."), cwd=project, environ=environ) as (terminal, server):
        terminal.type("draft", CTRL_X, CTRL_E)
        await terminal.shows("> edited words")
        terminal.type(ENTER)
        await terminal.shows("Fine.", "ready")

    assert server.seen[0].body["messages"][-1]["content"].strip() == "edited words"


@pytest.mark.slow
async def test_a_suspended_conversation_goes_on_where_it_was(project: Path) -> None:
    shell = ("bash", "--norc", "-i")
    async with (
        open_loopback(answer("Fine.")) as server,
        open_terminal(command=shell, environ={"PS1": "shell$ "}, cwd=project) as terminal,
    ):
        await terminal.shows("shell$")
        terminal.type(" ".join([*COMMAND, *at(server)]), ENTER)
        await terminal.shows("ready")
        terminal.type("draft", CTRL_Z)
        await terminal.shows("Stopped")
        terminal.type("fg", ENTER)
        await terminal.shows("> draft", "ready")
        terminal.type(ENTER)
        await terminal.shows("Fine.")
        terminal.type(CTRL_D)
        await terminal.until(lambda: terminal.text.count("shell$") >= 3)
