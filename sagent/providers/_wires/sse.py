"""Server-sent events, from bytes (WHATWG HTML, 9.2).

Lines end at LF, CR or CRLF and nowhere else, as `bytes.splitlines` has it: JSON may carry U+2028,
U+0085 and their kind, at which `str.splitlines` would cut.
"""

from collections.abc import Sequence

import attrs

from sagent.errors import ProtocolError

_BOM = b"\xef\xbb\xbf"
MAX_EVENT_BYTES = 64 * 1024 * 1024
"""A longer event, or line, is not an answer but a fault, or an attack."""


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
    _data_bytes: int = attrs.field(default=0, init=False)
    """About how much of an event that is not all there was taken in."""

    def feed(self, chunk: bytes) -> Sequence[ServerSentEvent]:
        """Give the events that *chunk* completes.

        Raises:
            ProtocolError: what came before of an event is longer than `MAX_EVENT_BYTES`.
        """
        if self._after_cr and chunk:
            self._after_cr = False
            chunk = chunk.removeprefix(b"\n")
        lines = chunk.splitlines()
        if chunk.endswith(b"\n"):
            rest = b""
        elif chunk.endswith(b"\r"):
            self._after_cr = True
            rest = b""
        else:
            rest = lines.pop() if lines else b""
        if lines and self._tail:
            lines[0] = self._with_tail(lines[0])
        if rest:
            self._keep(rest)
        return self._take(lines) if lines else ()

    def close(self) -> Sequence[ServerSentEvent]:
        """Give the event whose blank line the end of the stream cut off, if there is one."""
        return self._take([self._with_tail(b""), b""])

    def _with_tail(self, end: bytes) -> bytes:
        line = b"".join((*self._tail, end))
        self._tail.clear()
        self._tail_bytes = 0
        return line

    def _keep(self, rest: bytes) -> None:
        if self._tail_bytes > MAX_EVENT_BYTES:
            raise ProtocolError(f"a line of the stream is longer than {MAX_EVENT_BYTES} bytes")
        self._tail.append(rest)
        self._tail_bytes += len(rest)

    def _take(self, lines: list[bytes]) -> Sequence[ServerSentEvent]:
        if self._at_start:
            self._at_start = False
            lines[0] = lines[0].removeprefix(_BOM)
        events: list[ServerSentEvent] = []
        data = self._data
        for line in lines:
            if line.startswith(b"data: "):  # as nearly all do
                data.append(line[6:].decode("utf-8", "replace"))
            elif line:
                self._take_field(line)
            else:
                if data:
                    events.append(ServerSentEvent(self._event or "message", "\n".join(data)))
                    data.clear()
                self._event = ""
        self._data_bytes = self._data_bytes + sum(map(len, lines)) if data else 0
        if self._data_bytes > MAX_EVENT_BYTES:
            raise ProtocolError(f"an event of the stream is longer than {MAX_EVENT_BYTES} bytes")
        return events

    def _take_field(self, line: bytes) -> None:
        field, _, value = line.partition(b":")
        text = value.removeprefix(b" ").decode("utf-8", "replace")
        if field == b"data":
            self._data.append(text)
        elif field == b"event":
            self._event = text
        # comments, ids and reconnection times are of no use to a single request
