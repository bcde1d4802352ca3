"""What is piped in beside a prompt, as in ``git diff | sagent "Review this."``."""

import os
import stat
import sys

import trio

from sagent.cli._streams import complain, read_in

PATIENCE_S = 3
"""How long a pipe may be silent: some who start a program leave it one that nobody closes."""


async def read_piped() -> str:
    """Read standard input to its end if it is a file or a pipe; else give "".

    A file that somebody has begun to read is theirs, as in ``while read``. A pipe in which nothing
    happens for `PATIENCE_S` is told, and left alone.

    Raises:
        UsageError: it is longer than `MOST_INPUT_BYTES`.
    """
    descriptor = sys.stdin.fileno()
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode):
        is_given = os.lseek(descriptor, 0, os.SEEK_CUR) == 0
    elif stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode):
        is_given = await _is_written(descriptor)
    else:
        is_given = False
    return await read_in() if is_given else ""


async def _is_written(descriptor: int) -> bool:
    with trio.move_on_after(PATIENCE_S):
        await trio.lowlevel.wait_readable(descriptor)
        return True
    complain(
        f"nothing came on standard input in {PATIENCE_S} s, so the prompt goes without it; "
        "</dev/null says so at once"
    )
    return False
