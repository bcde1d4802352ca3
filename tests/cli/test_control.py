"""``sagent ps`` and its like, against runs in processes of their own."""

import json
import os
import pty
import signal
import subprocess
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
import trio
from command import COMMAND, Command, at, clean, one_line, sagent_process
from loopback import Loopback, Reply, answer, chat, frame, open_loopback, stream_head
from terminal import open_terminal

from sagent.control.client import RunView, find_runs
from sagent.home import Home

HANGS = chat({"choices": [{"delta": {"content": "wait"}}]}, hang=True)


@asynccontextmanager
async def open_run(server: Loopback, *arguments: str) -> AsyncGenerator[trio.Process, None]:
    """Let a process run the command until the end of the block, and wait until it can be seen."""
    start = partial(
        trio.run_process, [*COMMAND, *at(server), *arguments], stdin=b"", check=False, env=clean(),
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    async with trio.open_nursery() as nursery:
        process: trio.Process = await nursery.start(start)
        with trio.fail_after(30):
            while process.pid not in {
                each.pid for each in await find_runs() if has_agent(each.run)
            }:
                await trio.sleep(0.05)
        yield process
        nursery.cancel_scope.cancel()


def has_agent(run: RunView | None) -> bool:
    return run is not None and bool(run.agents)


async def out(*arguments: str, stdin: bytes = b"") -> str:
    done = await sagent_process(*arguments, stdin=stdin)
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout.decode()


async def test_the_names_of_those_who_run_are_completed(project: Path, home: Path) -> None:
    del project, home  # where it is asked
    async with open_loopback(HANGS) as server, open_run(server, "--name", "main", "go") as process:
        assert await out("__complete", "zsh", "send", "ma") == f"main\tprocess {process.pid}\n"


async def test_ps_and_tree_tell_of_a_run_of_another_process(project: Path, home: Path) -> None:
    async with open_loopback(HANGS) as server, open_run(server, "--name", "main", "go") as process:
        heads, row = (await out("ps")).splitlines()
        told = json.loads(await out("ps", "--json"))
        tree = await out("tree", "main")

    assert heads.split()[:3] == ["PID", "AGENT", "STATE"]
    assert row.split()[:3] == [f"{process.pid}", "main", "thinking"]
    assert row.endswith(str(project))
    assert (told["pid"], told["answers"], told["agents"][0]["model"]) == (process.pid, True, "m")
    assert tree.startswith("main  thinking  m  ")


async def test_stopping_the_agent_of_a_run_ends_it_as_ctrl_c_does(
    project: Path, home: Path
) -> None:
    async with open_loopback(HANGS) as server, open_run(server, "--name", "main", "go") as process:
        assert await out("stop", "main") == ""
        with trio.fail_after(20):
            code = await process.wait()
            assert process.stderr is not None
            told = await process.stderr.receive_some()

    assert (code, one_line(bytes(told))) == (130, "sagent: ended by sagent stop\n")
    assert not Home(home).run.exists()


async def test_what_is_sent_is_answered_in_the_run(project: Path, home: Path) -> None:
    sent = trio.Event()
    slow = Reply([sent, *answer("wait").pieces])
    async with (
        open_loopback(slow, answer("done")) as server,
        open_run(server, "--name", "main", "go") as process,
    ):
        await out("send", "main", "and", "this")
        sent.set()
        with trio.fail_after(30):
            code = await process.wait()

    assert code == 0
    assert server.seen[1].body["messages"][-1]["content"] == "and this"


async def test_a_run_that_was_killed_is_no_more_and_what_it_left_is_removed(
    project: Path, home: Path
) -> None:
    async with open_loopback(HANGS) as server, open_run(server, "go") as process:
        process.kill()
        await process.wait()
        left = list(Home(home).run.iterdir())
        done = await sagent_process("ps")

    assert len(left) == 1
    assert (done.returncode, done.stdout, one_line(done.stderr)) == (
        0, b"", "sagent: no sagent is running\n",
    )  # fmt: skip
    assert list(Home(home).run.iterdir()) == []


@pytest.mark.slow
async def test_a_run_that_is_suspended_is_listed_and_does_not_hold_up_the_others(
    project: Path, home: Path
) -> None:
    async with open_loopback(HANGS) as server, open_run(server, "go") as process:
        process.send_signal(signal.SIGSTOP)
        try:
            listed = await out("ps")
        finally:
            process.send_signal(signal.SIGCONT)

    assert f"{process.pid}" in listed
    assert "no answer" in listed


async def test_who_attaches_sees_the_events_and_ctrl_c_leaves_the_run_alone(
    project: Path, home: Path
) -> None:
    again: list[bytes | float | trio.Event] = [
        frame({"choices": [{"delta": {"content": "Hello."}}]}),
        0.05,
    ]
    says = Reply([stream_head(), *again * 2000])
    async with open_loopback(says) as server, open_run(server, "--name", "main", "go") as process:
        attached = await trio.lowlevel.open_process(
            [*COMMAND, "attach", "main", "--json"], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=clean(),
        )  # fmt: skip
        assert attached.stdout is not None
        with trio.fail_after(30):
            told = json.loads((await attached.stdout.receive_some()).splitlines()[0])
        attached.send_signal(signal.SIGINT)
        code = await attached.wait()
        goes_on = process.poll() is None
        await attached.stdout.aclose()
        assert attached.stderr is not None
        await attached.stderr.aclose()

    assert told == {"descriptor": "text/plain", "content": "Hello."}
    assert (code, goes_on) == (130, True)


async def test_at_a_terminal_it_is_told_what_attaching_is_and_how_it_ends(
    project: Path, home: Path
) -> None:
    async with (
        open_loopback(HANGS) as server,
        open_run(server, "--name", "main", "go"),
        open_terminal("attach", "main") as terminal,
    ):
        await terminal.shows("(watching main; what you type is said to it; Ctrl-C leaves)")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("tree", "nobody"), "no agent 'nobody' is running; there are: none"),
        (("send", "nobody", "hi"), "no agent 'nobody' is running; there are: none"),
        (("stop", "nobody"), "no agent 'nobody' is running; there are: none"),
        (("attach", "nobody"), "no agent 'nobody' is running; there are: none"),
        (("stop",), "NAME"),
        (("stop", "using", "tabs"), "unrecognized arguments: tabs"),
        (("ps", "--all"), "unrecognized arguments: --all"),
    ],
)
def test_whom_nobody_is_cannot_be_meant(
    arguments: tuple[str, ...], told: str, sagent: Command, home: Path
) -> None:
    done = sagent(*arguments)

    assert done.returncode == 2
    assert told in one_line(done.stderr)


def test_nothing_is_made_by_looking(sagent: Command, home: Path) -> None:
    done = sagent("ps")

    assert done.returncode == 0
    assert not home.exists()


@pytest.mark.slow
async def test_two_agents_of_one_name_are_told_with_their_processes(
    project: Path, home: Path
) -> None:
    async with (
        open_loopback(HANGS) as server,
        open_run(server, "--name", "main", "go") as one,
        open_run(server, "--name", "main", "go") as two,
    ):
        done = await sagent_process("stop", "main")
        await out("stop", f"{one.pid}:main")
        with trio.fail_after(20):
            code = await one.wait()
        goes_on = two.poll() is None

    assert done.returncode == 2
    assert f"say which, {one.pid}:main, {two.pid}:main" in one_line(done.stderr)
    assert (code, goes_on) == (130, True)


async def test_what_is_typed_while_attached_is_said_and_its_end_detaches(
    project: Path, home: Path
) -> None:
    ours, theirs = pty.openpty()
    async with (
        open_loopback(HANGS) as server,
        open_run(server, "--name", "main", "go") as process,
    ):
        os.write(ours, b"and this\n\x04")
        with trio.fail_after(30):
            done = await trio.run_process(
                [*COMMAND, "attach", "main"], stdin=theirs, env=clean(),
                capture_stdout=True, capture_stderr=True, check=False,
            )  # fmt: skip
        (running,) = await find_runs()
        tree = await running.tree()
        goes_on = process.poll() is None
    os.close(ours)
    os.close(theirs)

    assert (done.returncode, done.stderr) == (0, b"")
    assert goes_on
    assert [child.inbox for child in tree.children if child.name == "main"] == [1]
