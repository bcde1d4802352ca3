"""Standard input, output and error of a command that may be cancelled at any time."""

import os
import sys
import threading
from contextlib import suppress

import trio

from sagent.errors import OutputError, SagentError, UsageError
from sagent.terminal import clean

MOST_INPUT_BYTES = 64_000_000
"""Far more than any model takes."""
_CHUNK_BYTES = 65_536


# Both go past Python's buffers: a thread that is left behind in one would hold its lock, and
# Python does not survive that at exit. A lock of our own it does survive: a line that a cancel has
# left to its thread is not written into, which no machine could read.
_WRITING = threading.Lock()


async def read_in() -> str:
    """Read standard input to its end; a writer that does not write cannot hold up a cancel.

    Raises:
        UsageError: it is longer than `MOST_INPUT_BYTES`.
    """
    return await trio.to_thread.run_sync(_read, abandon_on_cancel=True)


async def write_out(text: str) -> None:
    """Write *text* to standard output; a reader that does not read cannot hold up a cancel.

    Raises:
        BrokenPipeError: the reader has gone.
        OutputError: nothing can be written there, to a disk that is full perhaps.
    """
    await trio.to_thread.run_sync(_write, text, abandon_on_cancel=True)


def print_out(text: str) -> None:
    """Write *text* to standard output, for commands that a signal ends at once.

    Raises:
        BrokenPipeError: the reader has gone.
        OutputError: nothing can be written there, to a disk that is full perhaps.
    """
    _write(text)


def columns() -> int | None:
    """Tell how many columns standard output has; None if it is no terminal."""
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or None
    except (OSError, ValueError):  # it may be closed
        return None


def _read() -> str:
    held = bytearray()
    while chunk := os.read(sys.stdin.fileno(), _CHUNK_BYTES):
        held += chunk
        if len(held) > MOST_INPUT_BYTES:
            raise UsageError(
                f"standard input is longer than {MOST_INPUT_BYTES:,} bytes: name a file in the "
                "prompt, of which the agent reads what it needs"
            )
    return held.decode(errors="replace")


def _write(text: str) -> None:
    rest = memoryview(text.encode(errors="replace"))
    try:
        with _WRITING:
            while rest:
                rest = rest[os.write(sys.stdout.fileno(), rest) :]
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(
            f"standard output could not be written ({error.strerror}): make room, or write "
            "elsewhere"
        ) from error


def complain(text: str) -> None:
    """Write *text* as one line to standard error, where people look for errors."""
    line = " ".join(clean(text).split())
    with suppress(OSError):  # there is nowhere else to say so
        sys.stderr.write(f"sagent: {line}\n")


def complain_of(error: Exception, way_on: str = "") -> None:
    """Write *error* as one line; one that nobody raised on purpose is told with its kind."""
    if isinstance(error, FileNotFoundError) and error.filename is None and not _is_somewhere():
        complain(f"the current directory is gone: cd to another one{way_on}")
        return
    kind = "" if isinstance(error, SagentError) else f"{type(error).__name__}: "
    complain(f"{kind}{error}{way_on}")


def _is_somewhere() -> bool:
    try:
        os.getcwd()  # noqa: PTH109  # pathlib asks the same
    except OSError:
        return False
    return True
