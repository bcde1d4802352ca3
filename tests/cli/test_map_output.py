"""What a map prints, to readers that are slow, leave, or have no room."""

import json
import signal
import subprocess
from pathlib import Path

import pytest
import trio
from command import at, clean, one_line
from loopback import answer, chat, open_loopback, serve_loopback
from maps import REVIEW, notes

from sagent.home import Home


@pytest.mark.parametrize("times", [1, 2])
async def test_ctrl_c_keeps_what_is_done(project: Path, home: Path, times: int) -> None:
    notes(project, 3)
    hangs = chat({"choices": []}, hang=True)
    async with open_loopback(answer("fine"), hangs) as server:
        process = await trio.lowlevel.open_process(
            [*REVIEW, "--limit", "1", *at(server)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=clean(),
            cwd=project,
        )
        assert process.stdout is not None
        assert process.stderr is not None
        output = b""
        with trio.fail_after(30):
            while not output.endswith(b"\n"):  # a second signal waits for nobody to write it
                output += await process.stdout.receive_some()
        for _ in range(times):
            process.send_signal(signal.SIGINT)
        output += b"".join([chunk async for chunk in process.stdout])
        complaint = b"".join([chunk async for chunk in process.stderr])
        code = await process.wait()

    assert code == 130
    assert [json.loads(line)["value"] for line in output.splitlines()] == ["fine"]
    if times == 1:  # a second one does not wait for a word
        assert "stopped: 1 of 3 are done and kept" in one_line(complaint)
    assert [path.stat().st_mode & 0o777 for path in _journals(home, project)] == [0o600]


def _journals(home: Path, project: Path) -> list[Path]:
    return list((Home(home).project(project) / "maps").iterdir())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no disk that is full")
def test_a_disk_that_is_full_is_one_line_and_what_is_done_is_kept(project: Path) -> None:
    names = notes(project, 2)
    with serve_loopback(answer("fine")) as server, Path("/dev/full").open("w") as full:
        work = [*REVIEW, *at(server)]
        first = subprocess.run(
            work, cwd=project, env=clean(), stdout=full, stderr=subprocess.PIPE, check=False
        )
        second = subprocess.run(work, cwd=project, env=clean(), capture_output=True, check=False)

    assert first.returncode == 1
    assert "No space left on device" in one_line(first.stderr)
    again = [json.loads(line) for line in second.stdout.splitlines()]
    assert sorted(line["item"] for line in again) == names
    assert any(line["from_journal"] for line in again)


async def test_a_reader_that_leaves_ends_the_work(project: Path) -> None:
    notes(project, 20)
    async with open_loopback(answer("fine")) as server:
        process = await trio.lowlevel.open_process(
            [*REVIEW, "--limit", "1", *at(server)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=clean(),
            cwd=project,
        )
        assert process.stdout is not None
        await process.stdout.receive_some(1)
        await process.stdout.aclose()
        with trio.fail_after(30):
            code = await process.wait()

    assert code == 1


async def test_results_come_in_order_however_slowly_they_are_read(
    project: Path, tmp_path: Path
) -> None:
    notes(project, 2)
    trace = tmp_path / "trace.jsonl"
    long = "x" * 100_000  # more than a pipe holds
    async with open_loopback(answer(long), answer(long), answer("whole")) as server:
        process = await trio.lowlevel.open_process(
            [*REVIEW, "--reduce", "Join.", "--trace", str(trace), *at(server)],
            stdout=subprocess.PIPE,
            env=clean(),
            cwd=project,
        )
        assert process.stdout is not None
        with trio.fail_after(30):
            while not (trace.exists() and trace.read_bytes().count(b'"turn"') == 3):
                await trio.sleep(0.02)
            output = b"".join([chunk async for chunk in process.stdout])
            await process.wait()

    *items, last = [json.loads(line) for line in output.splitlines()]
    assert [item["value"] for item in items] == [long, long]
    assert last["reduced"] == "whole"
