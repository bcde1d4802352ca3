"""One connection to one server, in the place of httpx's own transport.

That one leads each request through a pool, three locks and two writes, and each piece of an answer
through seven generators, which takes 0.7 ms for an answer of twenty pieces. Here h11 speaks
HTTP/1.1 as it does there, trio carries it, and nothing stands between them: 0.3 ms.
"""

import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from functools import partial

import attrs
import h11
import httpx
import trio

CONNECT_S = 10.0
WRITE_S = 60.0
_KEPT_S = 5.0
"""How long a connection is kept that nobody uses, as httpx has it: servers soon close theirs."""
_RECEIVED_BYTES = 64 * 1024
_LONGEST_HEAD_BYTES = 100 * 1024
_PORTS = {"http": 80, "https": 443}


@attrs.define(eq=False)
class Connection(httpx.AsyncBaseTransport):
    """Carries one request at a time to the server of the first; opened anew when it was closed.

    It raises httpx's errors. The connecting, the TLS handshake and the writing have deadlines of
    their own; how long the server may be silent is for the reader to say.
    """

    _context: ssl.SSLContext
    _channel: "_Channel | None" = attrs.field(default=None, init=False)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send *request*, and wait for the head of its answer."""
        channel = self._channel
        if channel is None or channel.is_stale():
            self._close()
            channel = self._channel = await _open_channel(request.url, self._context)
        try:
            await channel.send(request, await request.aread())
            head = await channel.head()
        except BaseException:
            self._close()
            raise
        return httpx.Response(
            head.status_code, headers=list(head.headers), stream=_Body(channel, self._close)
        )

    async def aclose(self) -> None:
        """Close the connection; it does not wait, so that it needs no shield."""
        self._close()

    def _close(self) -> None:
        channel, self._channel = self._channel, None
        if channel is not None:
            channel.close()


@attrs.define(eq=False)
class _Channel:
    """A stream, and how far the conversation on it has come."""

    _stream: trio.abc.Stream
    _socket: trio.socket.SocketType
    _http: h11.Connection = attrs.field(
        factory=partial(h11.Connection, h11.CLIENT, _LONGEST_HEAD_BYTES), init=False
    )
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
            event = self.next_event()
            if isinstance(event, h11.Response):
                return event
            if event is h11.NEED_DATA:
                await self.receive()

    def next_event(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        """Give what comes next in what was received."""
        try:
            return self._http.next_event()
        except h11.RemoteProtocolError as error:
            raise httpx.RemoteProtocolError(str(error)) from error

    async def receive(self) -> None:
        """Wait for more, or for the end."""
        try:
            data = await self._stream.receive_some(_RECEIVED_BYTES)
        except trio.BrokenResourceError as error:
            raise httpx.ReadError(_reason(error)) from error
        if not data and self._http.their_state is h11.SEND_RESPONSE:
            raise httpx.RemoteProtocolError("the server closed the connection without an answer")
        self._http.receive_data(bytes(data))

    def rests(self) -> bool:
        """Make ready for the next request; tell whether there can be one."""
        http = self._http
        if http.our_state is not h11.DONE or http.their_state is not h11.DONE:
            return False
        if http.trailing_data[0]:  # what nobody asked for would be the next answer
            return False
        http.start_next_cycle()
        self._kept_until = trio.current_time() + _KEPT_S
        return True

    def close(self) -> None:
        """Close the socket. HTTP says itself where an answer ends, so TLS need not say it too."""
        self._socket.close()


@attrs.define(eq=False)
class _Body(httpx.AsyncByteStream):
    """The body of an answer, a piece for all that was received at a time."""

    _channel: _Channel
    _close: Callable[[], object]
    _whole: bool = attrs.field(default=False, init=False)
    _fault: httpx.RemoteProtocolError | None = attrs.field(default=None, init=False)
    _closed: bool = attrs.field(default=False, init=False)

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        while not (pieces := self._received()):
            if self._whole:
                raise StopAsyncIteration
            await self._channel.receive()
        return b"".join(pieces)

    async def aclose(self) -> None:
        """Keep the connection if the answer was read to its end, else close it."""
        if not self._closed:
            self._closed = True
            if not self._channel.rests():
                self._close()

    def _received(self) -> list[bytes]:
        pieces: list[bytes] = []
        while not (self._whole or self._fault):
            try:
                event = self._channel.next_event()
            except httpx.RemoteProtocolError as error:
                self._fault = error
                break
            if event is h11.NEED_DATA:
                return pieces
            if isinstance(event, h11.Data):
                pieces.append(event.data)
            else:
                self._whole = True
        if self._fault is not None and not pieces:  # what came before it counts
            raise self._fault
        return pieces


async def _open_channel(url: httpx.URL, context: ssl.SSLContext) -> _Channel:
    host, port = url.raw_host.decode("ascii"), url.port or _PORTS[url.scheme]
    try:
        with trio.fail_after(CONNECT_S):
            tcp = await trio.open_tcp_stream(host, port)
        if url.scheme == "http":
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
