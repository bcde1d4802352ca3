"""What a person sees at a terminal while a map runs."""

import os
import termios
from pathlib import Path

import trio
from command import at, clean
from loopback import Reply, call, chat, frame, open_loopback
from maps import REVIEW, notes
from terminal import open_terminal


async def test_a_long_name_leaves_room_for_the_rest_of_its_row(project: Path) -> None:
    (project / f"{'x' * 100}.txt").write_text("a note")
    ours, its = os.openpty()
    termios.tcsetwinsize(its, (24, 60))
    shown = b""
    async with open_loopback(chat({"choices": []}, hang=True)) as server:
        process = await trio.lowlevel.open_process(
            [*REVIEW, *at(server)], stderr=its, env=clean() | {"TERM": "xterm"}, cwd=project
        )
        os.close(its)
        with trio.fail_after(30):
            while b"xxx" not in shown:
                shown += await trio.to_thread.run_sync(os.read, ours, 4_096)
        process.kill()
        await process.wait()
    os.close(ours)

    row = next(line for line in shown.splitlines() if b"xxx" in line)
    assert b"thinking" in row
    assert b"$0.0000" in row


async def test_the_summary_counts_what_those_at_work_have_spent(project: Path) -> None:
    notes(project, 1)
    *said, done = call("List", {"path": "."}).pieces
    spent: dict[str, object] = {
        "choices": [],
        "usage": {"prompt_tokens": 700, "completion_tokens": 77},
    }
    looks = Reply([*said, frame(spent), done])
    async with (
        open_loopback(looks, chat({"choices": []}, hang=True)) as server,
        open_terminal(*at(server), command=REVIEW, columns=120, cwd=project) as terminal,
    ):
        await terminal.shows("0 of 1 done, 1 at work")
        await terminal.shows("0 waiting · 777 tokens")
