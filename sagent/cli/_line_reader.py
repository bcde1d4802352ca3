import os
import sys

import attrs
import trio

MOST_LINE_BYTES = 64_000_000
"""Some images have room in it."""
_CHUNK_BYTES = 65_536


@attrs.frozen
class Line:
    """A line of standard input.

    Attributes:
        number: the first is 1.
        text: without its end; None for one that is longer than `MOST_LINE_BYTES`.
    """

    number: int
    text: bytes | None


@attrs.define(eq=False)
class LineReader:
    """Reads standard input a line at a time; who does not write cannot hold up a cancel."""

    _number: int = attrs.field(default=0, init=False)
    _held: bytearray = attrs.field(factory=bytearray, init=False)
    _searched: int = attrs.field(default=0, init=False)
    _too_long: bool = attrs.field(default=False, init=False)

    async def next(self) -> Line | None:
        """Wait for the next line; None at the end."""
        while (end := self._held.find(b"\n", self._searched)) < 0:
            self._bound()
            if not (chunk := await trio.to_thread.run_sync(_read, abandon_on_cancel=True)):
                has_rest = bool(self._held) or self._too_long
                return self._take(len(self._held)) if has_rest else None
            self._held += chunk
        await trio.lowlevel.checkpoint()
        return self._take(end)

    def _bound(self) -> None:
        if len(self._held) > MOST_LINE_BYTES:
            self._too_long = True
            self._held.clear()
        self._searched = len(self._held)

    def _take(self, end: int) -> Line:
        text = None if self._too_long or end > MOST_LINE_BYTES else bytes(self._held[:end])
        del self._held[: end + 1]
        self._number, self._searched, self._too_long = self._number + 1, 0, False
        return Line(self._number, text)


def _read() -> bytes:
    return os.read(sys.stdin.fileno(), _CHUNK_BYTES)
