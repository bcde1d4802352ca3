"""Signals, and what is left after them."""

import json
import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
import trio
from command import at, clean
from loopback import call, chat, open_loopback
from sleepers import sleepers


async def test_an_interrupted_run_ends_its_machine_output_with_a_line_that_says_so() -> None:
    async with open_loopback(chat({"choices": []}, hang=True)) as server:
        command = [sys.executable, "-m", "sagent", *at(server), "--output-format", "stream-json"]
        process = await trio.lowlevel.open_process(
            [*command, "go"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=clean()
        )
        await server.asked.wait()
        process.send_signal(signal.SIGINT)
        assert process.stdout is not None
        output = b"".join([chunk async for chunk in process.stdout])
        code = await process.wait()

    assert code == 130
    last = json.loads(output.splitlines()[-1])
    assert (last["descriptor"], last["content"]) == ("text/x-error", "interrupted")


@pytest.mark.parametrize("flag", ["--output-format", "--input-format"])
@pytest.mark.parametrize("form", ["text", "stream-json"])
async def test_ctrl_c_ends_the_wait_for_a_prompt_that_does_not_come(flag: str, form: str) -> None:
    process = await trio.lowlevel.open_process(
        [sys.executable, "-m", "sagent", "--provider", "Local", flag, form],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=clean(),
    )
    assert process.stderr is not None
    with trio.fail_after(20):
        while not waits_in_read(process.pid):
            await trio.sleep(0.02)
    process.send_signal(signal.SIGINT)
    with trio.fail_after(5):
        complaint = b"".join([chunk async for chunk in process.stderr])
        code = await process.wait()

    assert (code, complaint) == (130, b"")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
async def test_invariant_3_a_signal_leaves_no_process_of_a_tool_behind(
    number: signal.Signals, tmp_path: Path
) -> None:
    mark = f"30{os.getpid()}{number}"
    tree = f"setsid sleep {mark} & sh -c 'sleep {mark}; true' & (sleep {mark}; true); wait"
    async with open_loopback(call("Bash", {"command": tree})) as server:
        command = [sys.executable, "-m", "sagent", *at(server), "go"]
        async with trio.open_nursery() as nursery:
            start = partial(
                trio.run_process, command, stdin=b"", check=False, env=clean(),
                capture_stdout=True, capture_stderr=True,
            )  # fmt: skip
            process = await nursery.start(start)
            with trio.fail_after(20):
                while len(sleepers(mark)) < 3:
                    await trio.sleep(0.02)
            process.send_signal(number)
            with trio.fail_after(5):
                code = await process.wait()
            with trio.move_on_after(0.5):
                while sleepers(mark):
                    await trio.sleep(0.01)

    assert sleepers(mark) == []
    assert code == (-number if number == signal.SIGKILL else 130)


def waits_in_read(pid: int) -> bool:
    """Tell whether a thread of the process *pid* is parked in a read of its standard input."""
    return any(
        (task / "syscall").read_text().split()[:2] in (["0", "0x0"], ["63", "0x0"])  # x86, Arm
        for task in Path(f"/proc/{pid}/task").iterdir()
    )
