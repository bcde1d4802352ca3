"""The chunked transfer coding, from bytes (RFC 9112, 7.1).

Servers send a chunk for each event of a stream. h11 makes an event of its own of each, which takes
five times as long.
"""

import re
from typing import Literal

import attrs

_SIZE = re.compile(rb"([0-9A-Fa-f]{1,16})[ \t]*(?:;.*)?", re.DOTALL)
_LONGEST_LINE_BYTES = 16 * 1024
_MOST_TRAILER_BYTES = 64 * 1024


@attrs.define
class ChunkedDecoder:
    """Turns the bytes of a body, cut anywhere, into what they carry.

    Attributes:
        whole: whether all of the body has come.
        fault: what is wrong with it, after the pieces that were given; "" if nothing is.
        surplus: what came after it.
    """

    whole: bool = attrs.field(default=False, init=False)
    fault: str = attrs.field(default="", init=False)
    surplus: bytes = attrs.field(default=b"", init=False)
    _next: Literal["size", "data", "end", "trailer"] = attrs.field(default="size", init=False)
    _left: int = attrs.field(default=0, init=False)
    """How many bytes of the chunk in hand are yet to come."""
    _rest: bytes = attrs.field(default=b"", init=False)
    """The beginning of a line."""
    _trailer_bytes: int = attrs.field(default=0, init=False)

    def feed(self, data: bytes) -> list[bytes]:
        """Give the pieces that *data* carries; b"" says that nothing follows."""
        if not data:
            self.fault = self.fault or "the connection was closed before the last chunk"
        pieces: list[bytes] = []
        data = self._rest + data if self._rest else data
        at = 0
        while not (self.whole or self.fault):
            if self._next == "data":
                piece = data[at : at + self._left]
                if not piece:
                    break
                pieces.append(piece)
                at += len(piece)
                self._left -= len(piece)
                self._next = "data" if self._left else "end"
            else:
                end = data.find(b"\r\n", at)
                if end < 0:
                    self._wait_for_line(data[at:])
                    break
                self._take_line(data[at:end])
                at = end + 2
        self._rest = data[at:]
        if self.whole:
            self.surplus, self._rest = self._rest, b""
        return pieces

    def _take_line(self, line: bytes) -> None:
        if self._next == "size":
            size = _SIZE.fullmatch(line)
            if size is None:
                self.fault = f"a chunk has no size: {line[:20]!r}"
                return
            self._left = int(size[1], 16)
            self._next = "data" if self._left else "trailer"
        elif self._next == "end":
            self._next = "size"
            self.fault = f"a chunk is longer than it said: {line[:20]!r}" if line else ""
        else:
            self._trailer_bytes += len(line)
            self.whole = not line
            if self._trailer_bytes > _MOST_TRAILER_BYTES:
                self.fault = "the fields after the last chunk do not end"

    def _wait_for_line(self, start: bytes) -> None:
        if self._next == "end" and not b"\r\n".startswith(start):
            self.fault = f"a chunk is longer than it said: {start[:20]!r}"
        elif len(start) > _LONGEST_LINE_BYTES:
            self.fault = "a line between two chunks does not end"
