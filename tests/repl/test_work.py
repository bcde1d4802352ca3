"""What a person does while the agent is at work, and how they stop it."""

import os
import signal
from pathlib import Path

import pytest
import trio
from loopback import DONE, Reply, answer, call, frame, stream_head
from sleepers import sleepers
from terminal import CTRL_C, CTRL_O, ENTER, ESC, UP, open_terminal, talk

SLOW = Reply([stream_head(), frame({"choices": [{"delta": {"content": "Well "}}]})], hang=True)


@pytest.mark.parametrize("key", [ESC, pytest.param(CTRL_C, marks=pytest.mark.slow)])
async def test_a_turn_is_interrupted_at_once(key: str, project: Path) -> None:
    async with talk(SLOW, answer("Fine."), cwd=project) as (terminal, _):
        await terminal.says("go")
        await terminal.shows("Well", "thinking")
        terminal.type(key)
        await terminal.shows("interrupted", "ready")
        await terminal.says("again")
        await terminal.shows("Fine.", "ready")


async def test_what_is_sent_while_the_model_speaks_waits_and_can_be_edited(project: Path) -> None:
    async with talk(SLOW, answer("Fine."), cwd=project) as (terminal, server):
        await terminal.says("go")
        await terminal.shows("Well", "thinking")
        await terminal.says("first")
        await terminal.says("secnd")
        await terminal.shows("⏳ first", "⏳ secnd", "2 queued")
        terminal.type(UP)
        await terminal.shows("> secnd")
        await terminal.lacks("⏳ secnd")
        terminal.type("!", ENTER)
        await terminal.shows("⏳ secnd!")
        terminal.type(CTRL_C)
        await terminal.shows("interrupted", "> first\n  secnd!", "ready")
        terminal.type(ENTER)
        await terminal.shows("Fine.")

    assert server.seen[-1].body["messages"][-1]["content"].endswith("first\nsecnd!")


@pytest.mark.slow
async def test_what_waits_is_sent_when_the_model_has_finished(project: Path) -> None:
    end = {"choices": [{"delta": {"content": "said."}, "finish_reason": "stop"}]}
    pieces = [*SLOW.pieces, 3.0, frame(end), frame(DONE)]
    async with talk(Reply(pieces), answer("Fine."), cwd=project) as (terminal, _):
        await terminal.says("go")
        await terminal.shows("Well")
        await terminal.says("and this")
        await terminal.shows("⏳ and this")
        await terminal.shows("Well said.", "> and this", "Fine.", "ready")


@pytest.mark.slow
async def test_ctrl_c_twice_leaves_and_once_only_says_so(project: Path) -> None:
    async with talk(answer("Hi."), cwd=project) as (terminal, _):
        terminal.type("words")
        await terminal.shows("> words")
        terminal.type(CTRL_C)
        await terminal.lacks("words")
        terminal.type(CTRL_C)
        await terminal.shows("Ctrl-C again")
        terminal.type(CTRL_C)
        code = await terminal.ends()

    assert code == 0


@pytest.mark.parametrize(
    "number", [signal.SIGTERM, pytest.param(signal.SIGHUP, marks=pytest.mark.slow)]
)
async def test_invariant_3_a_signal_leaves_no_process_of_a_tool_behind(
    number: signal.Signals, project: Path
) -> None:
    mark = f"31{os.getpid()}{number}"
    tree = f"setsid sleep {mark} & (sleep {mark}; true); wait"
    async with talk(call("Bash", {"command": tree}), cwd=project) as (terminal, _):
        await terminal.says("go")
        with trio.fail_after(20):
            while len(sleepers(mark)) < 2:
                await trio.sleep(0.02)
        terminal.process.send_signal(number)
        code = await terminal.ends()
        with trio.move_on_after(1):
            while sleepers(mark):
                await trio.sleep(0.01)

    assert sleepers(mark) == []
    assert code == 130
    assert terminal.written.endswith(b"\x1b[?25h") or b"\x1b[?2004l" in terminal.written


@pytest.mark.slow
async def test_a_signal_while_the_agent_is_made_leaves_the_terminal_as_it_was() -> None:
    async with open_terminal("--model", "m", "--base-url", "http://127.0.0.1:9/v1") as terminal:
        await terminal.until(lambda: b"starting" in terminal.written)
        terminal.process.send_signal(signal.SIGTERM)
        code = await terminal.ends()
        await terminal.until(lambda: terminal.closed)

    assert code == 130
    assert b"\x1b[?2004l" in terminal.written


@pytest.mark.slow
async def test_an_interrupt_from_outside_interrupts_the_turn_alone(project: Path) -> None:
    async with talk(SLOW, answer("Fine."), cwd=project) as (terminal, _):
        await terminal.says("go")
        await terminal.shows("Well", "thinking")
        terminal.process.send_signal(signal.SIGINT)
        await terminal.shows("interrupted", "ready")
        await terminal.says("again")
        await terminal.shows("Fine.")


@pytest.mark.slow
async def test_a_tool_is_killed_when_its_turn_is_interrupted(project: Path) -> None:
    mark = f"32{os.getpid()}"
    run = call("Bash", {"command": f"sleep {mark}"})
    async with talk(run, answer("Fine."), cwd=project) as (terminal, _):
        await terminal.says("go")
        await terminal.shows("⚙ Bash sleep")
        terminal.type(ESC)
        await terminal.shows("interrupted", "ready")

        assert sleepers(mark) == []


@pytest.mark.slow
async def test_a_child_tells_what_it_does_under_its_name(project: Path) -> None:
    spawn = call("AgentSpawn", {"label": "kid", "prompt": "say hi"})
    run = call("Bash", {"command": "sleep 2; echo slept"})
    async with talk(spawn, run, answer("Hi."), answer("It did."), cwd=project) as (terminal, _):
        await terminal.says("start one")
        await terminal.until(
            lambda: any(row.startswith("  kid  Bash sleep") for row in terminal.rows)
        )
        await terminal.says("/follow kid")
        await terminal.shows("kid is followed", "    [kid] → slept")
        await terminal.shows("  kid done · ", "→ Hi.", "It did.", "ready")
        await terminal.until(lambda: not any(row.startswith("  kid  ") for row in terminal.rows))


@pytest.mark.slow
async def test_results_are_looked_at_one_further_back_each_time(project: Path) -> None:
    runs = [call("Bash", {"command": f"seq {n}1 {n}3"}, call_id=f"c{n}") for n in (1, 2)]
    async with talk(*runs, answer("Done so."), cwd=project) as (terminal, _):
        await terminal.says("count")
        await terminal.shows("● Bash seq 21 23 → 3 lines", "Done so.", "ready")
        terminal.type(CTRL_O)
        await terminal.shows("21\n22\n23")
        terminal.type(CTRL_O)
        await terminal.shows("11\n12\n13")
        terminal.type(CTRL_O)
        await terminal.shows("none before: there are 2")
        await terminal.says("/last 2")
        await terminal.until(lambda: terminal.text.count("11\n12\n13") == 2)


@pytest.mark.slow
async def test_status_is_told_in_rows_with_a_name_each(project: Path) -> None:
    async with talk(answer("Fine."), cwd=project) as (terminal, _):
        await terminal.shows("/help shows commands and keys")
        await terminal.says("go")
        await terminal.shows("Fine.", "ready")
        await terminal.says("/status")
        await terminal.shows("  model      m", "  spent      7 tokens in, 2 out", "  directory  ")
