"""What a server says when it does not answer as it was asked to, as far as anybody reads it."""

from collections.abc import AsyncIterator
from contextlib import suppress

import httpx
import trio

from sagent.errors import ProtocolError, StreamCutError

_LONGEST_BYTES = 64 * 1024
_PATIENCE_S = 10.0
"""How long the words are waited for."""


async def refusal_in(chunks: AsyncIterator[bytes]) -> bytes:
    """Give as much as comes of the body of a refusal, whose status tells enough without it."""
    body = bytearray()
    with suppress(httpx.HTTPError, StreamCutError, ProtocolError):
        await _read_into(body, chunks)
    return bytes(body)


async def beginning_of(chunks: AsyncIterator[bytes]) -> bytes:
    """Give the beginning of a body.

    Raises:
        httpx.HTTPError: the connection broke.
        StreamCutError: the bytes do not decode.
        ProtocolError: nobody here can decode them.
    """
    body = bytearray()
    await _read_into(body, chunks)
    return bytes(body)


async def _read_into(body: bytearray, chunks: AsyncIterator[bytes]) -> None:
    with trio.move_on_after(_PATIENCE_S):
        async for chunk in chunks:
            body += chunk
            if len(body) >= _LONGEST_BYTES:
                return
