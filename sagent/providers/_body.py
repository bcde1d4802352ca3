"""The bytes of an answer, as they come over a connection."""

from collections.abc import AsyncIterator
from contextlib import suppress

import attrs
import httpx
import trio

from sagent.providers._connection import PieceStream
from sagent.providers._connections import CLOSING_S

LINGER_S = 0.1
"""How long the end of a finished answer is waited for, to keep its connection."""


@attrs.define(eq=False)
class Body(AsyncIterator[bytes]):
    """Iterate it once, and close it."""

    _stream: httpx.AsyncByteStream
    _chunks: AsyncIterator[bytes] = attrs.field(init=False)
    _over: bool = attrs.field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        self._chunks = aiter(self._stream)

    @classmethod
    def of(cls, response: httpx.Response) -> "Body":
        """Take the body of *response*, which a transport has given."""
        assert isinstance(response.stream, httpx.AsyncByteStream)  # as every such transport's is
        return cls(response.stream)

    async def __anext__(self) -> bytes:
        if self._over:
            raise StopAsyncIteration
        try:
            return await anext(self._chunks)
        except BaseException:
            self._over = True  # what it would do then is not said anywhere
            raise

    async def close(self, *, linger_s: float = 0) -> None:
        """Read what is left for *linger_s*, then cancel the reading, and give up the connection.

        Read to its end, a connection can serve the next request. And httpx's generators must not
        be dropped half-way: a cancel is the only way to unwind all of the chain at once.
        """
        stream = self._stream
        if isinstance(stream, PieceStream) and (self._over or stream.whole):
            stream.end()  # scopes round what does not wait would cost more than all that it does
            return
        with trio.move_on_after(CLOSING_S, shield=True):
            if not self._over:
                with trio.move_on_after(linger_s), suppress(httpx.HTTPError):
                    async for _ in self:
                        pass
            await stream.aclose()
