"""Standard output and standard error of a command that may be cancelled at any time."""

import re
import sys

import trio

_ACTIVE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f]"  # control characters, of which a tab and a line end stay
    r"|[\u202a-\u202e\u2066-\u2069]"  # bidirectional controls
    r"|[\U000e0000-\U000e007f]"  # tags
)


async def write_out(text: str) -> None:
    """Write *text* to standard output; a reader that does not read cannot hold up a cancel.

    Raises:
        BrokenPipeError: the reader has gone.
    """
    await trio.to_thread.run_sync(_write, text, abandon_on_cancel=True)


def _write(text: str) -> None:
    sys.stdout.buffer.write(text.encode(errors="replace"))
    sys.stdout.buffer.flush()


def complain(text: str) -> None:
    """Write *text* as one line to standard error, where people look for errors."""
    line = " ".join(clean(text).split())
    sys.stderr.write(f"sagent: {line}\n")


def clean(text: str) -> str:
    """Take out what a terminal would act on: control, bidirectional and tag characters."""
    return _ACTIVE.sub("", text)
