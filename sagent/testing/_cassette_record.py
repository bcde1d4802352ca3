"""Requests that go to the vendor, and what comes back, kept for a cassette."""

import zlib
from collections.abc import AsyncIterator, Callable, Sequence
from ipaddress import ip_address
from pathlib import Path

import attrs
import httpx

from sagent.errors import UsageError
from sagent.testing._cassette_request import asked
from sagent.testing._cassette_secrets import Scrubber, kept, secrets_of
from sagent.testing._cassette_tape import LEFT, WHOLE, Answered, Taped, save

_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS

type NewTransport = Callable[[], httpx.AsyncBaseTransport]
"""Makes a connection."""


@attrs.define(eq=False)
class Recorder:
    """Keeps the exchanges as they come; what it writes is free of secrets."""

    _path: Path
    _secrets: Sequence[str] = attrs.field(repr=False)
    _new_transport: NewTransport | None
    _takes: list["_Take"] = attrs.field(factory=list["_Take"], init=False)
    _closed: bool = attrs.field(default=False, init=False)

    def transport(self) -> httpx.AsyncBaseTransport:
        """Make a connection to the vendor."""
        return _Recording(self, self._new_transport)

    def begin(self, request: httpx.Request) -> "_Take":
        """Start to keep the exchange that *request* begins."""
        if self._closed:
            raise UsageError(f"the block of the cassette {self._path} ended before this request")
        take = _Take(request)
        self._takes.append(take)
        return take

    def finish(self) -> None:
        """Write what has come, in the order of the requests."""
        if not self._takes:
            raise UsageError(
                f"no request came to record in {self._path}: pass the cassette's transport as "
                "new_transport="
            )
        secrets = [*self._secrets]
        for take in self._takes:
            secrets += take.secrets()
        scrubber = Scrubber(secrets)
        save(self._path, tuple(take.taped(scrubber) for take in self._takes))

    def close(self) -> None:
        """Take no further request."""
        self._closed = True


@attrs.define(eq=False)
class _Take:
    """An exchange under way."""

    _request: httpx.Request
    _response: httpx.Response | None = None
    _pieces: list[bytes] = attrs.field(factory=list[bytes], init=False)
    _decode: Callable[[bytes], bytes] = attrs.field(default=bytes, init=False)
    _end: str = attrs.field(default=LEFT, init=False)

    def answered(self, response: httpx.Response) -> None:
        """Note the head of the answer.

        Raises:
            UsageError: secrets could not be found in what follows.
        """
        coding = response.headers.get("content-encoding", "identity")
        if coding in {"gzip", "x-gzip", "deflate"}:
            self._decode = zlib.decompressobj(_GZIP_OR_ZLIB).decompress
        elif coding != "identity":
            raise UsageError(
                f"{response.url.host} answers in content-encoding {coding}, in which no secrets "
                "can be found: ask for gzip or none"
            )
        self._response = response

    def heard(self, piece: bytes) -> None:
        if self._end != LEFT:
            return
        try:
            self._pieces.append(self._decode(piece))
        except zlib.error as error:
            self.broken(httpx.DecodingError(str(error)))

    def broken(self, error: httpx.HTTPError) -> None:
        self.ended(f"{type(error).__name__}: {error}")

    def ended(self, end: str) -> None:
        if self._end == LEFT:
            self._end = end

    def secrets(self) -> Sequence[str]:
        both = (self._request, self._response)
        return [secret for message in both if message is not None for secret in secrets_of(message)]

    def taped(self, scrubber: Scrubber) -> Taped:
        response = None
        if self._response is not None:
            pieces = filter(None, scrubber.scrub_pieces(self._pieces))
            headers = kept(self._response.headers).items()
            response = Answered(
                status=self._response.status_code,
                headers={name: scrubber.scrub_text(value) for name, value in headers},
                pieces=tuple(piece.decode(errors="surrogateescape") for piece in pieces),
            )
        return Taped(
            request=asked(self._request, scrubber),
            response=response,
            end=scrubber.scrub_text(self._end),
        )


class _Recording(httpx.AsyncBaseTransport):
    def __init__(self, recorder: Recorder, new_transport: NewTransport | None) -> None:
        self._recorder = recorder
        self._new_transport = new_transport
        self._client: httpx.AsyncClient | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        take = self._recorder.begin(request)
        if self._client is None:
            self._client = self._open(request.url.host)
        try:
            response = await self._client.send(request, stream=True)
        except httpx.HTTPError as error:
            take.broken(error)
            raise
        try:
            take.answered(response)
        except UsageError:
            await response.aclose()
            raise
        return httpx.Response(
            response.status_code,
            headers=response.headers.raw,
            stream=_Listener(take, response),
            extensions=response.extensions,
        )

    async def aclose(self) -> None:
        if self._client is not None:
            await self._client.aclose()

    def _open(self, host: str) -> httpx.AsyncClient:
        # A client and no mere transport, since it knows the proxies that the environment names.
        transport = None if self._new_transport is None else self._new_transport()
        return httpx.AsyncClient(
            transport=transport,
            trust_env=not _is_loopback(host),
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=1),
        )


@attrs.define(eq=False)
class _Listener(httpx.AsyncByteStream):
    """Passes an answer on, and keeps it."""

    _take: _Take
    _response: httpx.Response
    _raw: AsyncIterator[bytes] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        # Not by `aiter_raw`, to which an answer that was never a stream is used up.
        assert isinstance(self._response.stream, httpx.AsyncByteStream)
        self._raw = aiter(self._response.stream)

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        try:
            piece = await anext(self._raw)
        except StopAsyncIteration:
            self._take.ended(WHOLE)
            raise
        except httpx.HTTPError as error:
            self._take.broken(error)
            raise
        self._take.heard(piece)
        return piece

    async def aclose(self) -> None:
        await self._response.aclose()


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
