"""Agents below the one of a command that is killed."""

import signal
import subprocess
import sys
from pathlib import Path

import trio
from command import at, clean, sagent_process
from loopback import Seen, answer, call, chat, open_loopback


def said(seen: Seen) -> str:
    return str(seen.body["messages"][-1]["content"])


async def test_a_child_that_was_killed_with_its_command_is_back_with_it(project: Path) -> None:
    start = call("AgentSpawn", {"prompt": "look", "label": "scout", "persistent": True})
    hangs = chat({"choices": []}, hang=True)
    command = [sys.executable, "-m", "sagent"]
    # Parent and child ask next, in either order, and neither has its answer.
    async with open_loopback(start, hangs) as server:
        process = await trio.lowlevel.open_process(
            [*command, *at(server), "go"], stdout=subprocess.DEVNULL, env=clean(), cwd=project
        )
        with trio.fail_after(30):
            while len(server.seen) < 3:  # the server tells of its first only
                await trio.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        await process.wait()
    send = call("AgentSend", {"to": "scout", "content": "again"})

    async with open_loopback(send, answer("well")) as server:
        done = await sagent_process(*at(server), "--continue", "and now?", cwd=project)

    assert done.returncode == 0
    assert "[scout is back, and was not done with what it was told last" in said(server.seen[0])
    assert any(said(seen).endswith("[from Agent]: again") for seen in server.seen)
