"""Server-sent events, from bytes (WHATWG HTML, 9.2).

Lines end at LF, CR or CRLF and nowhere else: JSON may carry U+2028, U+0085 and their kind, at
which `str.splitlines` would cut.
"""

from collections.abc import Iterator

import attrs

from sagent.errors import ProtocolError

_BOM = b"\xef\xbb\xbf"
MAX_LINE_BYTES = 64 * 1024 * 1024
"""A longer line is not an answer but a fault, or an attack."""


@attrs.frozen
class ServerSentEvent:
    """One event: its type, which defaults to "message", and its data lines joined by LF."""

    event: str
    data: str


@attrs.define
class EventDecoder:
    """Turns the bytes of a stream, cut anywhere, into its events."""

    _tail: list[bytes] = attrs.field(factory=list[bytes], init=False)
    _tail_bytes: int = attrs.field(default=0, init=False)
    _after_cr: bool = attrs.field(default=False, init=False)
    _at_start: bool = attrs.field(default=True, init=False)
    _event: str = attrs.field(default="", init=False)
    _data: list[str] = attrs.field(factory=list[str], init=False)

    def feed(self, chunk: bytes) -> Iterator[ServerSentEvent]:
        """Give the events that *chunk* completes.

        Raises:
            ProtocolError: a line is longer than `MAX_LINE_BYTES`.
        """
        *lines, rest = self._unified(chunk).split(b"\n")
        if lines and self._tail:
            lines[0] = b"".join((*self._tail, lines[0]))
            self._tail.clear()
            self._tail_bytes = 0
        for line in lines:
            event = self._take(line)
            if event is not None:
                yield event
        if rest:
            self._tail.append(rest)
            self._tail_bytes += len(rest)
            if self._tail_bytes > MAX_LINE_BYTES:
                raise ProtocolError(f"a line of the stream is longer than {MAX_LINE_BYTES} bytes")

    def close(self) -> Iterator[ServerSentEvent]:
        """Give the event whose blank line the end of the stream cut off, if there is one."""
        for line in (b"".join(self._tail), b""):
            event = self._take(line)
            if event is not None:
                yield event
        self._tail.clear()

    def _unified(self, chunk: bytes) -> bytes:
        """Give *chunk* with LF for every end of a line."""
        if self._after_cr and chunk:
            self._after_cr = False
            chunk = chunk.removeprefix(b"\n")
        if b"\r" in chunk:
            self._after_cr = chunk.endswith(b"\r")
            chunk = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        return chunk

    def _take(self, line: bytes) -> ServerSentEvent | None:
        if self._at_start:
            self._at_start = False
            line = line.removeprefix(_BOM)
        if not line:
            return self._dispatch()
        field, _, value = line.partition(b":")
        if field == b"data":
            self._data.append(value.removeprefix(b" ").decode(errors="replace"))
        elif field == b"event":
            self._event = value.removeprefix(b" ").decode(errors="replace")
        return None  # comments, ids and reconnection times are of no use to a single request

    def _dispatch(self) -> ServerSentEvent | None:
        event, data = self._event, self._data
        self._event, self._data = "", []
        return ServerSentEvent(event or "message", "\n".join(data)) if data else None
