"""The keys of vi."""

from pathlib import Path

import pytest
from loopback import Reply, answer, frame, stream_head
from settings import write_config
from terminal import ALT_ENTER, CTRL_R, ENTER, ESC, talk

SLOW = Reply([stream_head(), frame({"choices": [{"delta": {"content": "Well "}}]})], hang=True)
VI = {"SAGENT_EDITING_MODE": "vi"}


async def test_in_vi_escape_leaves_insertion_and_interrupts_from_normal_mode(
    project: Path,
) -> None:
    async with talk(SLOW, answer("Fine."), cwd=project, environ=VI) as (terminal, server):
        await terminal.shows("-- INSERT -- ready")
        terminal.type("go wrld", ESC)
        await terminal.shows("-- NORMAL -- ready")
        terminal.type("bxi", "w", ENTER)
        await terminal.shows("Well", "-- INSERT --", "thinking")
        terminal.type(ESC)
        await terminal.shows("-- NORMAL --", "thinking")
        terminal.type(ESC)
        await terminal.shows("interrupted", "-- NORMAL -- ready")
        terminal.type("iagain", ENTER)
        await terminal.shows("Fine.", "-- INSERT -- ready")

    assert server.seen[-1].body["messages"][-1]["content"].endswith("again")


@pytest.mark.slow
async def test_in_vi_enter_right_after_escape_sends_and_alt_enter_does_not(project: Path) -> None:
    async with talk(answer("Fine."), cwd=project, environ=VI) as (terminal, server):
        terminal.type("one", ALT_ENTER, "two")
        await terminal.shows("> one\n  two")
        terminal.type(ESC)
        await terminal.shows("-- NORMAL -- ready")
        terminal.type(ENTER)
        await terminal.shows("Fine.", "ready")

    assert server.seen[0].body["messages"][-1]["content"] == "one\ntwo"


@pytest.mark.slow
async def test_the_keys_are_changed_by_a_command(project: Path) -> None:
    async with talk(answer("Fine."), cwd=project) as (terminal, _):
        await terminal.says("/vi")
        await terminal.shows("keys are as in vi", "-- INSERT -- ready")
        await terminal.says("/vi")
        await terminal.shows("keys are as in emacs")
        await terminal.lacks("-- INSERT --")


@pytest.mark.slow
async def test_what_readline_is_told_is_heeded(project: Path) -> None:
    inputrc = project / "inputrc"
    inputrc.write_text("set editing-mode vi\n")
    async with talk(answer("Fine."), cwd=project, environ={"INPUTRC": str(inputrc)}) as (
        terminal,
        _,
    ):
        await terminal.says("remember me")
        await terminal.shows("Fine.", "-- INSERT -- ready")
        terminal.type(CTRL_R, "memb")
        await terminal.until(lambda: terminal.text.count("remember me") >= 2)


@pytest.mark.slow
async def test_the_config_says_which_keys_are_taken(tmp_path: Path) -> None:
    write_config(tmp_path / "own", '[repl]\nediting_mode = "vi"\n')

    async with talk(environ={"SAGENT_HOME": str(tmp_path / "own")}) as (terminal, _):
        await terminal.shows("-- INSERT --")
