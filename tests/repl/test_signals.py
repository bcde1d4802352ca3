"""What signals do to a conversation, and what they leave behind."""

import os
import signal
import termios
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio
from command import COMMAND, at
from loopback import DONE, Reply, answer, call, frame, open_loopback, stream_head
from sleepers import sleepers
from terminal import CTRL_C, CTRL_D, CTRL_E, CTRL_X, CTRL_Z, ENTER, Terminal, open_terminal, talk

WORDS = [frame({"choices": [{"delta": {"content": f"word{n} "}}]}) for n in range(4)]
END = frame({"choices": [{"delta": {"content": "the end."}, "finish_reason": "stop"}]})


@asynccontextmanager
async def in_a_shell(*replies: Reply, cwd: Path) -> AsyncGenerator[Terminal]:
    """Let a shell with job control run the command."""
    shell = ("bash", "--norc", "-i")
    async with (
        open_loopback(*replies) as server,
        open_terminal(command=shell, environ={"PS1": "shell$ "}, cwd=cwd) as terminal,
    ):
        await terminal.shows("shell$")
        terminal.type(" ".join([*COMMAND, *at(server)]), ENTER)
        await terminal.shows("ready")
        yield terminal


def child_of(shell: int) -> int:
    children = Path(f"/proc/{shell}/task/{shell}/children").read_text().split()
    return int(children[0])


def is_raw(terminal: Terminal) -> bool:
    flags = terminal.mode[3]
    return not flags & (termios.ECHO | termios.ICANON)


@pytest.mark.slow
@pytest.mark.parametrize("how", [CTRL_Z, signal.SIGTSTP, signal.SIGSTOP], ids=str)
async def test_a_stop_in_the_midst_of_a_stream_is_gone_on_from(
    how: str | signal.Signals, project: Path
) -> None:
    stream = Reply([stream_head(), *WORDS, 3.0, END, frame(DONE)])
    async with in_a_shell(stream, answer("Fine."), cwd=project) as terminal:
        await terminal.says("go")
        await terminal.shows("word3", "thinking")
        if isinstance(how, str):
            terminal.type(how)
        else:
            os.kill(child_of(terminal.process.pid), how)
        await terminal.shows("Stopped")
        terminal.type("stty -a | grep -o ' icanon'", ENTER)
        await terminal.until(lambda: terminal.rows.count(" icanon") == 1)
        terminal.type("fg", ENTER)
        await terminal.shows("word3 the end.", "ready")
        await terminal.says("again")
        await terminal.shows("Fine.")
        raw_at_the_prompt = is_raw(terminal)
        terminal.type(CTRL_D)
        await terminal.until(lambda: terminal.rows[terminal.screen.cursor.y] == "shell$")

    assert terminal.text.count("word3 the end.") == 1
    assert raw_at_the_prompt


@pytest.mark.slow
async def test_an_editor_that_stops_lets_the_shell_have_the_terminal(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor = project / "editor"
    editor.write_text('#!/bin/sh\nkill -TSTP 0\necho "edited words" > "$1"\n')
    editor.chmod(0o700)
    monkeypatch.setenv("VISUAL", str(editor))
    async with in_a_shell(answer("Fine."), cwd=project) as terminal:
        terminal.type("draft", CTRL_X, CTRL_E)
        await terminal.shows("Stopped")
        terminal.type("fg", ENTER)
        await terminal.shows("> edited words", "ready")


@pytest.mark.slow
async def test_a_stop_that_nobody_can_end_is_none(project: Path) -> None:
    """Without a shell that could let it go on, the process is not stopped."""
    async with talk(answer("Fine."), cwd=project) as (terminal, _):
        terminal.process.send_signal(signal.SIGTSTP)
        await terminal.says("go")
        await terminal.shows("Fine.", "ready")


@pytest.mark.slow
async def test_invariant_3_a_kill_leaves_no_process_of_a_tool_behind(project: Path) -> None:
    mark = f"33{os.getpid()}"
    tree = f"setsid sleep {mark} & (sleep {mark}; true); wait"
    async with talk(call("Bash", {"command": tree}), cwd=project) as (terminal, _):
        await terminal.says("go")
        with trio.fail_after(20):
            while len(sleepers(mark)) < 2:
                await trio.sleep(0.02)
        terminal.process.kill()
        await terminal.ends()
        with trio.move_on_after(5):
            while sleepers(mark):
                await trio.sleep(0.01)

    assert sleepers(mark) == []


@pytest.mark.slow
async def test_a_terminal_that_goes_takes_the_tools_with_it(project: Path) -> None:
    mark = f"34{os.getpid()}"
    async with talk(call("Bash", {"command": f"sleep {mark}"}), cwd=project) as (terminal, _):
        await terminal.says("go")
        with trio.fail_after(20):
            while not sleepers(mark):
                await trio.sleep(0.02)
        terminal.hang_up()
        code = await terminal.ends()

    assert sleepers(mark) == []
    assert code in {0, 130}


@pytest.mark.slow
async def test_an_interrupt_by_key_and_one_from_outside_do_the_same(project: Path) -> None:
    slow = Reply([stream_head(), *WORDS], hang=True)
    async with talk(slow, slow, answer("Fine."), cwd=project) as (terminal, _):
        await terminal.says("one")
        await terminal.shows("word3")
        terminal.type(CTRL_C)
        await terminal.shows("interrupted", "ready")
        await terminal.says("two")
        await terminal.until(lambda: terminal.text.count("word3") == 2)
        terminal.process.send_signal(signal.SIGINT)
        await terminal.until(lambda: terminal.text.count("interrupted") == 2)
        await terminal.says("three")
        await terminal.shows("Fine.", "ready")
