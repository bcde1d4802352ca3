"""Content codings of an answer (RFC 9110, 8.4)."""

import zlib
from collections.abc import AsyncGenerator, AsyncIterator

from sagent.errors import ProtocolError, StreamCutError

PLAIN = frozenset({"", "identity"})
"""What codes nothing."""
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS
"""zlib's word for "find out which of the two it is"."""


async def decoded(chunks: AsyncIterator[bytes], coding: str) -> AsyncGenerator[bytes]:
    """Give the bytes that *chunks* carry, as they come.

    We ask for no coding, since a compressor holds back what it has; some proxies compress all
    the same. httpx's own decoding would leave its generators hanging at an error.

    Raises:
        ProtocolError: *coding* is not one of HTTP's old ones.
        StreamCutError: the bytes do not decode.
    """
    coding = coding.lower()
    if coding in PLAIN:
        async for chunk in chunks:
            yield chunk
    elif coding in {"gzip", "x-gzip", "deflate"}:
        inflate = zlib.decompressobj(_GZIP_OR_ZLIB)
        async for chunk in chunks:
            try:
                yield inflate.decompress(chunk)
                while inflate.eof and inflate.unused_data:  # another member (RFC 1952, 2.2)
                    rest, inflate = inflate.unused_data, zlib.decompressobj(_GZIP_OR_ZLIB)
                    yield inflate.decompress(rest)
            except zlib.error as error:
                raise StreamCutError(
                    f"the server's {coding} does not decode ({error}): try again"
                ) from error
    else:
        raise ProtocolError(f"the server sent content-encoding {coding}, which was not asked for")
