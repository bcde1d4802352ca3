"""The actor that owns a credential's connections and serves the requests of all its models."""

from collections.abc import AsyncIterator
from contextlib import aclosing, suppress

import attrs
import httpx
import trio

from sagent.actors import Actor, Exit, Request
from sagent.errors import ConnectionFailedError, ModelError, SagentError, StreamCutError
from sagent.providers._answer import Sink, interrupted
from sagent.providers._clients import CLOSING_S, ClientPool
from sagent.providers._content import decoded
from sagent.providers._fault import Endpoint, content_type_fault, status_fault
from sagent.providers._sse import EventDecoder
from sagent.providers._wire import Decoder

LINGER_S = 0.1
"""How long the end of a finished answer is waited for, to keep its connection."""
_LONGEST_REFUSAL_BYTES = 64 * 1024


@attrs.frozen(kw_only=True, eq=False)
class Call(Request[None]):
    """One request on the wire; the answer to the ask says only that it was taken on."""

    path: str
    body: bytes = attrs.field(repr=False)
    decoder: Decoder
    sink: Sink
    endpoint: Endpoint


class ProviderActor(Actor[Call]):
    """Serves calls, each in a task of its own that ends with the caller's interest in it."""

    def __init__(self, clients: ClientPool, *, concurrency: int) -> None:
        self._clients = clients
        self._limiter = trio.CapacityLimiter(concurrency)

    async def receive(self, message: Call) -> None:
        """Start to serve *message*."""
        self.context.nursery.start_soon(self._serve, message)

    async def stopped(self, exit: Exit) -> None:  # noqa: A002, ARG002  # OTP's word; any exit
        """Close the connections."""
        await self._clients.aclose()

    async def _serve(self, call: Call) -> None:
        sink = call.sink
        failure: Exception | None = interrupted()
        with sink.scope:
            try:
                async with self._limiter, self._clients.borrow() as client:
                    await _exchange(client, call)
                failure = None
            except trio.BrokenResourceError:
                failure = None  # the reader has gone
            except SagentError as told:
                told.args = (call.endpoint.hide(str(told)),)
                failure = told
            except httpx.HTTPError as fault:
                failure = _transport_fault(call.endpoint, fault)
            except Exception as fault:  # noqa: BLE001  # one call's failure is its own
                failure = _unexpected_fault(call.endpoint, fault)
            finally:
                sink.close(failure)


async def _exchange(client: httpx.AsyncClient, call: Call) -> None:
    request = client.build_request("POST", call.path, content=call.body)
    response = await client.send(request, stream=True)
    raw = response.aiter_raw()
    linger_s = 0.0
    try:
        async with aclosing(decoded(raw, response.headers.get("content-encoding", ""))) as chunks:
            await _read(response, chunks, call)
        linger_s = LINGER_S
    finally:
        with trio.move_on_after(CLOSING_S, shield=True):
            await _exhaust(raw, linger_s)
            await response.aclose()


async def _read(response: httpx.Response, chunks: AsyncIterator[bytes], call: Call) -> None:
    if not response.is_success:
        raise status_fault(
            call.endpoint,
            status=response.status_code,
            body=await _beginning(chunks),
            headers=response.headers,
        )
    kind = response.headers.get("content-type", "")
    if not kind.startswith("text/event-stream"):
        body = await _beginning(chunks)
        raise content_type_fault(call.endpoint, content_type=kind, body=body)
    await _decode(chunks, call)


async def _decode(chunks: AsyncIterator[bytes], call: Call) -> None:
    frames = EventDecoder()
    async for chunk in chunks:
        for frame in frames.feed(chunk):
            for event in call.decoder.feed(frame.data):
                await call.sink.send(event)
        if call.sink.done:
            return
    for frame in frames.close():
        for event in call.decoder.feed(frame.data):
            await call.sink.send(event)
    for event in call.decoder.close():
        await call.sink.send(event)


async def _exhaust(chunks: AsyncIterator[bytes], linger_s: float) -> None:
    """Read what is left for *linger_s*, then cancel the reading.

    Read to its end, a connection can serve the next request. And httpx's generators must not be
    dropped half-way: a cancel is the only way to unwind all of the chain at once.
    """
    with trio.move_on_after(linger_s), suppress(httpx.HTTPError):
        async for _ in chunks:
            pass


async def _beginning(chunks: AsyncIterator[bytes]) -> bytes:
    body = bytearray()
    async for chunk in chunks:
        body += chunk
        if len(body) >= _LONGEST_REFUSAL_BYTES:
            break
    return bytes(body)


def _unexpected_fault(endpoint: Endpoint, fault: Exception) -> SagentError:
    reason = endpoint.redact(f"{type(fault).__name__}: {fault}")
    return ModelError(
        f"the request to {endpoint.provider} at {endpoint.base_url} failed ({reason}): check proxy "
        "variables and the limit of open files"
    )


def _transport_fault(endpoint: Endpoint, fault: httpx.HTTPError) -> SagentError:
    reason = endpoint.redact(str(fault)) or type(fault).__name__
    where = f"{endpoint.provider} at {endpoint.base_url}"
    if isinstance(fault, httpx.ConnectError | httpx.ConnectTimeout | httpx.UnsupportedProtocol):
        return ConnectionFailedError(
            f"cannot reach {where} ({reason}): check the base URL and that the server runs"
        )
    return StreamCutError(f"{where} broke off ({reason}): try again")
