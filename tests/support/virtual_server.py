"""A server without a socket: it lives in virtual time, where waits are exact and take none."""

import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager

import attrs
import httpx
import trio
from loopback import DONE, frame

from sagent.actors import Ref, open_system
from sagent.errors import ModelError
from sagent.message import Descriptor, TextMessage
from sagent.model import ModelRequest
from sagent.providers import OpenAICompat, ProviderStatus, RetryPolicy, Timeouts, WireModel
from sagent.providers._service import GetStatus, Work

HELLO = ModelRequest(messages=(TextMessage("hi", Descriptor.USER),))


@attrs.frozen(kw_only=True)
class Said:
    """What is answered to one request: pieces, with a pause where a float stands."""

    status: int = 200
    headers: Mapping[str, str] = attrs.field(factory=lambda: {"content-type": "text/event-stream"})
    pieces: Sequence[bytes | float] = ()
    after_s: float = 0
    """How long it takes until the answer begins."""
    ends: Exception | None = None
    """How the answer breaks off, if it does."""


@attrs.define(eq=False)
class VirtualServer:
    """Answers the first request with what *reply* gives for 1, the second with that for 2."""

    reply: Callable[[int], Said]
    at: list[float] = attrs.field(factory=list[float])
    """When each request came."""
    bodies: list[str] = attrs.field(factory=list[str])
    now: int = 0
    """How many requests it is answering."""
    most: int = 0
    """How many it was answering at once, at most."""
    closed_at: list[float] = attrs.field(factory=list[float])
    """When each connection was closed."""

    def provider(
        self,
        *,
        key: str = "",
        retry: RetryPolicy | None = None,
        timeouts: Timeouts | None = None,
        concurrency: int = 1000,
    ) -> OpenAICompat:
        return OpenAICompat(
            key=key,
            base_url="http://virtual/v1",
            retry=retry or RetryPolicy(),
            timeouts=timeouts or Timeouts(),
            concurrency=concurrency,
            new_transport=lambda: _Transport(self),
        )

    async def answer(self, request: httpx.Request) -> httpx.Response:
        self.at.append(trio.current_time())
        self.bodies.append(request.content.decode())
        said = self.reply(len(self.at))
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await trio.sleep(said.after_s)
        finally:
            self.now -= 1
        if said.ends is not None and not said.pieces:
            raise said.ends
        return httpx.Response(said.status, headers=said.headers, stream=_Pieces(said))


class _Transport(httpx.MockTransport):
    def __init__(self, server: VirtualServer) -> None:
        super().__init__(server.answer)
        self._closed_at = server.closed_at

    async def aclose(self) -> None:
        self._closed_at.append(trio.current_time())


@attrs.frozen(eq=False)
class _Pieces(httpx.AsyncByteStream):
    said: Said

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.said.pieces:
            if isinstance(piece, bytes):
                yield piece
            else:
                await trio.sleep(piece)
        if self.said.ends is not None:
            raise self.said.ends


def virtual_server(*replies: Said) -> VirtualServer:
    """Serve *replies*, one for each request, the last one for ever."""
    return VirtualServer(lambda number: replies[min(number, len(replies)) - 1])


def text(said: str) -> bytes:
    """Say more of an answer."""
    return frame({"choices": [{"delta": {"content": said}}]})


END = frame({"choices": [{"finish_reason": "stop"}]}) + frame(DONE)
FINE = Said(pieces=(text("fine"), END))
SILENT = Said(after_s=float("inf"))
ONCE = RetryPolicy(attempts=1)
UNREACHABLE = Said(ends=httpx.ConnectError("refused"))


def streams(*pieces: bytes | float) -> Said:
    return Said(pieces=pieces)


def refuses(status: int, body: object = None, **headers: str) -> Said:
    """Refuse with *body* and *headers*, in whose names "_" stands for "-"."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Said(status=status, headers=named, pieces=(json.dumps(body or {}).encode(),))


@attrs.frozen
class Calls:
    """A model in a system, and the actor that serves it."""

    model: WireModel
    service: Ref[Work]

    async def status(self) -> ProviderStatus:
        return await self.service.ask(GetStatus())

    async def outcome(self) -> str:
        """Ask the model; give the first part of its answer, or the name of the error."""
        try:
            response = await self.model.buffer(HELLO)
        except ModelError as error:
            return type(error).__name__
        return str(response.content.content[0].content)

    async def outcomes(self, count: int) -> Sequence[str]:
        """Ask *count* times at once."""
        gathered: list[str] = []

        async def gather() -> None:
            gathered.append(await self.outcome())

        async with trio.open_nursery() as nursery:
            for _ in range(count):
                nursery.start_soon(gather)
        return gathered


@asynccontextmanager
async def open_calls(
    server: VirtualServer, *, retry: RetryPolicy = ONCE, concurrency: int = 1000
) -> AsyncGenerator[Calls, None]:
    provider = server.provider(retry=retry, concurrency=concurrency)
    async with open_system() as system:
        service = await system.get_or_spawn(provider.service_name, provider)
        yield Calls(attrs.evolve(provider.model("m"), service=service), service)
