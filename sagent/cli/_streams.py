"""Standard input, output and error of a command that may be cancelled at any time."""

import os
import sys

import trio

from sagent.errors import SagentError
from sagent.terminal import clean

_CHUNK_BYTES = 65_536


# Both go past Python's buffers: a thread that is left behind in one would hold its lock, and
# Python does not survive that at exit.


async def read_in() -> str:
    """Read standard input to its end; a writer that does not write cannot hold up a cancel."""
    return await trio.to_thread.run_sync(_read, abandon_on_cancel=True)


async def write_out(text: str) -> None:
    """Write *text* to standard output; a reader that does not read cannot hold up a cancel.

    Raises:
        BrokenPipeError: the reader has gone.
    """
    await trio.to_thread.run_sync(_write, text, abandon_on_cancel=True)


def print_out(text: str) -> None:
    """Write *text* to standard output, for commands that a signal ends at once.

    Raises:
        BrokenPipeError: the reader has gone.
    """
    _write(text)


def columns() -> int | None:
    """Tell how many columns standard output has; None if it is no terminal."""
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or None
    except OSError:
        return None


def _read() -> str:
    chunks: list[bytes] = []
    while chunk := os.read(sys.stdin.fileno(), _CHUNK_BYTES):
        chunks.append(chunk)
    return b"".join(chunks).decode(errors="replace")


def _write(text: str) -> None:
    rest = memoryview(text.encode(errors="replace"))
    while rest:
        rest = rest[os.write(sys.stdout.fileno(), rest) :]


def complain(text: str) -> None:
    """Write *text* as one line to standard error, where people look for errors."""
    line = " ".join(clean(text).split())
    sys.stderr.write(f"sagent: {line}\n")


def complain_of(error: Exception, way_on: str = "") -> None:
    """Write *error* as one line; one that nobody raised on purpose is told with its kind."""
    kind = "" if isinstance(error, SagentError) else f"{type(error).__name__}: "
    complain(f"{kind}{error}{way_on}")
