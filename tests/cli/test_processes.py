"""Sessions, and processes that end as no one planned, or are two."""

import signal
import subprocess
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
import trio
from command import COMMAND, at, clean, one_line, sagent_process
from loopback import Loopback, Reply, answer, call, chat, open_loopback

HANGS = chat({"choices": [{"delta": {"content": "wait"}}]}, hang=True)


@asynccontextmanager
async def open_run(server: Loopback, *arguments: str) -> AsyncGenerator[trio.Process, None]:
    """Let a process run the command until the end of the block."""
    command = [*COMMAND, *at(server), *arguments]
    start = partial(
        trio.run_process, command, stdin=b"", check=False, env=clean(),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    async with trio.open_nursery() as nursery:
        yield await nursery.start(start)
        nursery.cancel_scope.cancel()


def kept(home: Path) -> str:
    """Give all that stands in the sessions of a home."""
    return "".join(path.read_text() for path in home.rglob("session.jsonl"))


async def test_invariant_8_a_session_goes_on_after_kill_9_and_its_open_calls_have_results(
    project: Path, home: Path
) -> None:
    async with open_loopback(call("Bash", {"command": "sleep 60"}), answer("ok")) as server:
        async with open_run(server, "go") as process:
            with trio.fail_after(20):
                while "x-tool-call" not in kept(home):
                    await trio.sleep(0.02)
            process.send_signal(signal.SIGKILL)
            await process.wait()
        done = await sagent_process(*at(server), "--continue", "go on")

    assert (done.returncode, done.stdout, done.stderr) == (0, b"ok\n", b"")
    roles = [message["role"] for message in server.seen[1].body["messages"][1:]]
    assert roles == ["user", "assistant", "tool", "user"]
    assert "interrupted, outcome unknown" in server.seen[1].body["messages"][3]["content"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_session_goes_on_after_a_signal(number: signal.Signals, project: Path) -> None:
    async with open_loopback(HANGS, answer("ok")) as server:
        async with open_run(server, "go") as process:
            with trio.fail_after(20):
                await server.asked.wait()
            process.send_signal(number)
            with trio.fail_after(5):
                code = await process.wait()
        done = await sagent_process(*at(server), "--continue", "go on")

    said = [message["content"] for message in server.seen[1].body["messages"][1:]]
    assert code == 130
    assert (done.returncode, done.stderr) == (0, b"")
    assert said[0].startswith("go")
    assert said[-1].endswith("go on")


async def test_a_session_that_another_process_writes_is_refused_and_can_be_forked(
    project: Path,
) -> None:
    replies: list[Reply] = [HANGS, answer("hello")]
    async with open_loopback(*replies) as server, open_run(server, "one") as process:
        with trio.fail_after(20):
            await server.asked.wait()
        refused = await sagent_process(*at(server), "--continue", "two")
        forked = await sagent_process(*at(server), "--continue", "--fork", "two")

    line = one_line(refused.stderr)
    assert refused.returncode == 1
    assert f"process {process.pid}" in line
    assert "--fork" in line
    assert (forked.returncode, forked.stdout) == (0, b"hello\n")
    assert server.seen[1].body["messages"][-1]["content"] == "one\n\ntwo"
