"""Standard output of a command that may be cancelled while it writes."""

import fcntl
import os
import struct
import sys
import termios

import pytest
import trio
from trio.testing import wait_all_tasks_blocked

from sagent.cli._streams import write_out

PIPE_BYTES = 65_536
"""What a pipe holds, if nobody has said otherwise (pipe(7))."""


def held_bytes(pipe: int) -> int:
    return int(struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, b"\0" * 4))[0])


async def test_a_line_that_was_cut_off_by_a_cancel_is_not_written_into(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read, write = os.pipe()
    with open(read, "rb") as ours, open(write, "w") as theirs:  # noqa: ASYNC230, PTH123  # pipes
        monkeypatch.setattr(sys, "stdout", theirs)
        async with trio.open_nursery() as nursery:
            with trio.CancelScope() as scope:
                nursery.start_soon(_cancel_when_full, read, scope)
                await write_out("x" * (3 * PIPE_BYTES) + "\n")
            nursery.start_soon(write_out, "the end\n")
            await wait_all_tasks_blocked(0.05)
            lines = [await trio.to_thread.run_sync(ours.readline) for _ in range(2)]

    assert [len(lines[0]), lines[1]] == [3 * PIPE_BYTES + 1, b"the end\n"]


async def _cancel_when_full(pipe: int, scope: trio.CancelScope) -> None:
    while held_bytes(pipe) < PIPE_BYTES:
        await trio.sleep(0.01)
    scope.cancel()
