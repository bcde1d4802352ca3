"""One connection to one server, in the place of httpx's own transport.

That one leads each request through a pool, three locks and two writes, and each piece of an answer
through seven generators and an event of h11's: 0.7 ms for an answer of twenty pieces. Here a
request is written at once, h11 sees to the heads, and all that was received is one piece: 0.2 ms.
"""

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from http import HTTPStatus

import attrs
import h11
import httpx
import trio

from sagent.providers._chunked import ChunkedDecoder
from sagent.providers._framing import Framing, PlainFraming

CONNECT_S = 10.0
WRITE_S = 60.0
KEPT_S = 5.0
"""How long a connection is kept that nobody uses, as httpx has it: servers soon close theirs."""
_RECEIVED_BYTES = 64 * 1024
_LONGEST_HEAD_BYTES = 100 * 1024
_WITHOUT_BODY = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})
_PORTS = {"http": 80, "https": 443}

type NewContext = Callable[[], ssl.SSLContext]
"""Makes the context of a connection, or gives it again; not asked for without TLS."""

type Dial = Callable[[str, int], Awaitable[trio.SocketStream]]
"""Connects to the port of a host, or raises OSError."""


async def _dial_anyone(host: str, port: int) -> trio.SocketStream:
    return await trio.open_tcp_stream(host, port)


@attrs.define(eq=False)
class Connection(httpx.AsyncBaseTransport):
    """Carries one request at a time to the server of the first; opened anew when it was closed.

    It raises httpx's errors. The connecting, the TLS handshake and the writing have deadlines of
    their own; how long the server may be silent is for the reader to say.
    """

    _new_context: NewContext
    _dial: Dial = _dial_anyone
    _channel: "_Channel | None" = attrs.field(default=None, init=False)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send *request*, and wait for the head of its answer."""
        channel = self._channel
        if channel is None or channel.is_stale():
            self._close()
            channel = await _open_channel(request.url, self._new_context, self._dial)
            self._channel = channel
        try:
            await channel.send(request, await _body_of(request))
            head = await channel.head()
        except BaseException:
            self._close()
            raise
        framing, pieces = channel.framing(head)
        stream = PieceStream(channel, framing, pieces, self._close)
        return httpx.Response(head.status_code, headers=list(head.headers), stream=stream)

    async def aclose(self) -> None:
        """Close the connection; it does not wait, so that it needs no shield."""
        self._close()

    def _close(self) -> None:
        channel, self._channel = self._channel, None
        if channel is not None:
            channel.close()


async def _body_of(request: httpx.Request) -> bytes:
    if isinstance(request.stream, httpx.ByteStream):  # to iterate it is dear under trio
        return request.read()
    return await request.aread()


def _new_http() -> h11.Connection:
    return h11.Connection(h11.CLIENT, max_incomplete_event_size=_LONGEST_HEAD_BYTES)


@attrs.define(eq=False)
class _Channel:
    """A stream, and how far the conversation on it has come."""

    _stream: trio.abc.Stream
    _socket: trio.socket.SocketType
    _http: h11.Connection = attrs.field(factory=_new_http, init=False)
    _kept_until: float = attrs.field(default=float("inf"), init=False)

    def is_stale(self) -> bool:
        """Tell whether the server has closed its end, or is about to."""
        # Between two answers there is nothing to be read but the end.
        return trio.current_time() > self._kept_until or self._socket.is_readable()

    async def send(self, request: httpx.Request, body: bytes) -> None:
        """Write *request* with *body*, at once."""
        try:
            head = h11.Request(
                method=request.method, target=request.url.raw_path, headers=request.headers.raw
            )
            data = self._http.send(head) + self._http.send(h11.Data(data=body))
            self._http.send(h11.EndOfMessage())
        except h11.LocalProtocolError as error:
            raise httpx.LocalProtocolError(str(error)) from error
        # A server may answer, and close, before it has read all: its answer tells more.
        with trio.move_on_after(WRITE_S) as writing, suppress(trio.BrokenResourceError):
            await self._stream.send_all(data)
        if writing.cancelled_caught:
            raise httpx.WriteTimeout(f"the request could not be sent within {WRITE_S:g} s")

    async def head(self) -> h11.Response:
        """Read the head of the answer; those that only announce it are passed over."""
        while True:
            try:
                event = self._http.next_event()
            except h11.RemoteProtocolError as error:
                raise httpx.RemoteProtocolError(str(error)) from error
            if isinstance(event, h11.Response):
                return event
            if event is h11.NEED_DATA:
                data = await self.receive()
                if not data:
                    raise httpx.RemoteProtocolError(
                        "the server closed the connection without an answer"
                    )
                self._http.receive_data(data)

    def framing(self, head: h11.Response) -> tuple[Framing, list[bytes]]:
        """Give what makes a body of all that follows *head*, and the pieces that came with it."""
        coded = (b"transfer-encoding", b"chunked") in head.headers
        if coded and head.status_code not in _WITHOUT_BODY:
            chunked, (first, _) = ChunkedDecoder(), self._http.trailing_data
            return chunked, chunked.feed(first) if first else []
        plain = PlainFraming(self._http)
        return plain, plain.held()

    async def receive(self) -> bytes:
        """Wait for more; b"" is the end."""
        try:
            return bytes(await self._stream.receive_some(_RECEIVED_BYTES))
        except trio.BrokenResourceError as error:
            raise httpx.ReadError(_reason(error)) from error

    def rests(self) -> bool:
        """Make ready for the next request; tell whether the server takes one."""
        if self._http.our_state is not h11.DONE:
            return False
        self._http = _new_http()
        self._kept_until = trio.current_time() + KEPT_S
        return True

    def close(self) -> None:
        """Close the socket. HTTP says itself where an answer ends, so TLS need not say it too."""
        self._socket.close()


@attrs.define(eq=False)
class PieceStream(httpx.AsyncByteStream):
    """The body of an answer, a piece for all that was received at a time."""

    _channel: _Channel
    _framing: Framing
    _pieces: list[bytes]
    """What came with the head."""
    _close: Callable[[], object]
    _closed: bool = attrs.field(default=False, init=False)

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        framing = self._framing
        while not self._pieces:
            if framing.fault:
                raise httpx.RemoteProtocolError(framing.fault)
            if framing.whole:
                raise StopAsyncIteration
            self._pieces = framing.feed(await self._channel.receive())
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)

    @property
    def whole(self) -> bool:
        """Whether all of it has come, read or not."""
        return self._framing.whole

    async def aclose(self) -> None:
        """Keep the connection if all of the answer has come, else close it."""
        self.end()

    def end(self) -> None:
        """Do what `aclose` does, which does not wait."""
        if not self._closed:
            self._closed = True
            # What nobody asked for would be taken for the next answer.
            if not (self._framing.whole and not self._framing.surplus and self._channel.rests()):
                self._close()


async def _open_channel(url: httpx.URL, new_context: NewContext, dial: Dial) -> _Channel:
    host, port = url.raw_host.decode("ascii"), url.port or _PORTS[url.scheme]
    try:
        context = new_context() if url.scheme == "https" else None  # its files may be missing
        with trio.fail_after(CONNECT_S):
            tcp = await dial(host, port)
        if context is None:
            return _Channel(tcp, tcp.socket)
        return _Channel(await _encrypted(tcp, host, context), tcp.socket)
    except trio.TooSlowError as error:
        raise httpx.ConnectTimeout(f"no connection within {CONNECT_S:g} s") from error
    except (OSError, trio.BrokenResourceError) as error:
        raise httpx.ConnectError(_reason(error)) from error


async def _encrypted(
    tcp: trio.SocketStream, host: str, context: ssl.SSLContext
) -> trio.SSLStream[trio.SocketStream]:
    stream = trio.SSLStream(tcp, context, server_hostname=host, https_compatible=True)
    try:
        with trio.fail_after(CONNECT_S):
            await stream.do_handshake()
    except BaseException:
        tcp.socket.close()
        raise
    return stream


def _reason(error: Exception) -> str:
    return str(error) or str(error.__cause__)
