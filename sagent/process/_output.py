import codecs

import attrs

_CONTINUATION = range(0x80, 0xC0)


@attrs.frozen(kw_only=True)
class Output:
    """What a process wrote, its middle left out where it was too long to keep.

    Standard output and standard error are interleaved as they came through one pipe.

    Attributes:
        head: its beginning.
        tail: its end; empty where the beginning is all.
        total_bytes: how much it was, with what was left out.
    """

    head: bytes = attrs.field(repr=False)
    tail: bytes = attrs.field(repr=False)
    total_bytes: int

    @property
    def omitted_bytes(self) -> int:
        """How many bytes between head and tail were not kept; 0 when all were."""
        return self.total_bytes - len(self.head) - len(self.tail)

    @property
    def text(self) -> str:
        """The output as UTF-8, undecodable bytes replaced, a gap told in a line of its own."""
        if not self.omitted_bytes:
            return (self.head + self.tail).decode(errors="replace")
        head = codecs.getincrementaldecoder("utf-8")(errors="replace").decode(self.head)
        start = 0
        while start < min(3, len(self.tail)) and self.tail[start] in _CONTINUATION:
            start += 1
        tail = self.tail[start:].decode(errors="replace")
        return f"{head}\n[... {self.omitted_bytes} bytes omitted ...]\n{tail}"

    @property
    def last_line(self) -> str:
        """The last line that is not blank, stripped; empty when there is none."""
        return next((line.strip() for line in reversed(self.text.splitlines()) if line.strip()), "")


@attrs.define
class OutputBuffer:
    """Keeps the first and the last half of *max_bytes* of a stream of any length.

    Holds at most 1.5 times *max_bytes*.
    """

    _max_bytes: int
    _head: bytearray = attrs.field(factory=bytearray, init=False)
    _tail: bytearray = attrs.field(factory=bytearray, init=False)
    _total_bytes: int = attrs.field(default=0, init=False)

    @property
    def total_bytes(self) -> int:
        """How many bytes were fed so far."""
        return self._total_bytes

    @property
    def _head_bytes(self) -> int:
        return (self._max_bytes + 1) // 2

    @property
    def _tail_bytes(self) -> int:
        return self._max_bytes // 2

    def feed(self, chunk: bytes | bytearray) -> None:
        """Take in what came next."""
        self._total_bytes += len(chunk)
        room = self._head_bytes - len(self._head)
        if room > 0:
            self._head += chunk[:room]
            chunk = chunk[room:]
        self._tail += chunk[-self._tail_bytes :] if self._tail_bytes else b""
        # Cut rarely: deleting from the front moves the rest.
        if len(self._tail) > 2 * self._tail_bytes:
            del self._tail[: -self._tail_bytes]

    def snapshot(self) -> Output:
        """Give what is kept at this moment."""
        kept = self._tail[-self._tail_bytes :] if self._tail_bytes else b""
        return Output(head=bytes(self._head), tail=bytes(kept), total_bytes=self._total_bytes)
