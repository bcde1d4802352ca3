"""How running sagents, and what happens in them, look to people."""

import json
from decimal import Decimal
from pathlib import Path

import attrs
import pytest
from printed_schema import check_line

from sagent.agent import ChildEvent, Done, Responded, RunEvent, ToolCalled, ToolReturned
from sagent.cli._attach import JsonShower, TextShower
from sagent.cli._control_rows import find_node, run_rows, tree_rows
from sagent.control._event_json import event_json
from sagent.control._socket_file import SocketFile
from sagent.control.client import (
    AgentView,
    Ended,
    Happening,
    Lost,
    NodeView,
    Running,
    RunView,
    Told,
)
from sagent.message import TextMessage, error_message
from sagent.model import Usage

AGENT = AgentView(
    path="/main",
    name="main",
    title="",
    task="Look at a.py",
    phase="working",
    model="claude-x",
    messages=2,
    context_tokens=10,
    context_window=None,
    input_tokens=1_200_000,
    output_tokens=34_000,
    cached_tokens=1,
    cost_usd=Decimal("0.0125"),
    unpriced_calls=1,
    tasks=2,
)


def running(run: RunView | None) -> Running:
    return Running(SocketFile(Path("x"), 42), run)


def test_a_run_is_a_row_with_state_tokens_cost_time_and_place() -> None:
    run = RunView(pid=42, cwd="/home/ada/a b", own="main", started_ns=0, agents=(AGENT,))

    heads, row, silent = run_rows([running(run), running(None)], now_ns=3_725 * 10**9)

    assert heads.split() == [
        "PID", "AGENT", "STATE", "AGENTS", "TOKENS", "COST", "ELAPSED", "MODEL", "DIRECTORY",
    ]  # fmt: skip
    assert row.split(maxsplit=8) == [
        "42", "main", "working", "1", "1.2M", "$0.01+", "1:02:05", "claude-x", "/home/ada/a b",
    ]  # fmt: skip
    assert silent.split(maxsplit=1) == ["42", "no answer"]


def test_a_tree_has_a_line_for_each_actor_with_what_there_is_to_say() -> None:
    kid = NodeView(path="/main/kid", name="kid", state="idle", inbox=3, restarts=1)
    main = NodeView(path="/main", name="main", state="busy", agent=AGENT, children=(kid, kid))
    root = NodeView(path="", name="system", state="idle", children=(main,))

    assert list(tree_rows(root)) == [
        "system  idle",
        '└─ main  working  claude-x  1.2M tokens  $0.01+  2 in the background  "Look at a.py"',
        "   ├─ kid  idle  inbox 3  restarts 1",
        "   └─ kid  idle  inbox 3  restarts 1",
    ]
    assert find_node(root, "/main/kid") == kid
    assert find_node(root, "/nobody") is None


def test_what_another_process_says_cannot_act_on_the_terminal() -> None:
    hostile = attrs.evolve(AGENT, name="a\x1b[2J\nb", model="m\r", task="\x1b]0;t\x07")
    run = RunView(pid=1, cwd="/\x1b[31m", own=hostile.name, started_ns=0, agents=(hostile,))
    node = NodeView(path="/a", name=hostile.name, state="idle", agent=hostile)

    rows = [*run_rows([running(run)]), *tree_rows(node)]

    assert all(row.isprintable() for row in rows)


CALLED = ToolCalled(call_id="c", name="Read", summary="Read a.py", content={"file_path": "a.py"})
FAILED = ToolReturned(call_id="c", name="Read", message=error_message("no\x1b[2Jne"))


async def shown(capfd: pytest.CaptureFixture[str], *happenings: Happening) -> str:
    show = TextShower()
    for happening in happenings:
        await show(happening)
    return capfd.readouterr().out


def told(event: RunEvent) -> Told:
    return Told(event_json(event))


async def test_who_watches_reads_what_is_said_and_a_line_for_each_call(
    capfd: pytest.CaptureFixture[str],
) -> None:
    text = await shown(
        capfd,
        Told({"descriptor": "text/plain", "content": "Let me \x1b[2Jlook."}),
        told(Responded(Usage())),
        told(CALLED),
        told(FAILED),
        Lost(3),
        Told({"descriptor": "text/x-status", "content": "not saved yet"}),
        Told({"descriptor": "application/x-of-another-sagent"}),
        told(Done(TextMessage("Let me look."), Usage())),
        Ended(),
    )

    assert text == (
        "Let me [2Jlook.\n[Read] Read a.py\n[Read] failed\n(3 events were too fast to be shown)\n"
        "(not saved yet)\n(the agent has ended)\n"
    )


async def test_programs_read_an_object_a_line(capfd: pytest.CaptureFixture[str]) -> None:
    show = JsonShower()
    for happening in (told(ChildEvent(path="/main/kid", event=FAILED)), Lost(2), Ended()):
        await show(happening)

    child, lost, ended = map(json.loads, capfd.readouterr().out.splitlines())
    for line in (child, lost, ended):
        check_line("event", line)
    assert (child["agent"], child["event"]["is_error"]) == ("/main/kid", True)
    assert (lost["content"], ended["descriptor"]) == (2, "application/x-ended")
