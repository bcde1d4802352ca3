import attrs
import trio

_CHUNK_BYTES = 1 << 16


@attrs.define(eq=False)
class Conversation:
    """The standard input and output of a running git.

    Everything here raises ``trio.BrokenResourceError`` when git ends before it should.
    """

    _stream: trio.SocketStream
    _buffer: bytearray = attrs.field(factory=bytearray, init=False)

    async def say(self, words: bytes) -> None:
        """Send *words*."""
        await self._stream.send_all(words)

    async def finish(self) -> None:
        """Say nothing more."""
        await self._stream.send_eof()

    async def line(self) -> bytes:
        """Receive a line, without its end."""
        while (end := self._buffer.find(b"\n")) < 0:
            await self._more()
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return line

    async def exactly(self, size_bytes: int) -> bytes:
        """Receive so many bytes."""
        while len(self._buffer) < size_bytes:
            await self._more()
        taken = bytes(self._buffer[:size_bytes])
        del self._buffer[:size_bytes]
        return taken

    async def chunk(self) -> bytes:
        """Receive whatever comes next; nothing at the end."""
        return bytes(await self._stream.receive_some(_CHUNK_BYTES))

    async def _more(self) -> None:
        chunk = await self.chunk()
        if not chunk:
            raise trio.BrokenResourceError("git ended early")
        self._buffer += chunk
