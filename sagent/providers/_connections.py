"""The connections to a server, and the requests that go over them."""

import base64
import ssl
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from ipaddress import ip_address
from urllib.request import getproxies

import attrs
import httpx
import trio

from sagent.providers._connection import CONNECT_S, KEPT_S, WRITE_S, Connection

CLOSING_S = 2.0

# How long the server may be silent is for the reader of the answer to say, who sees the events.
_TIMEOUT = httpx.Timeout(None, connect=CONNECT_S, write=WRITE_S)
_EXTENSIONS = {"timeout": _TIMEOUT.as_dict()}


type NewTransport = Callable[[], httpx.AsyncBaseTransport]


def _with_ours(headers: Mapping[str, str], url: httpx.URL) -> httpx.Headers:
    ours = {
        "Accept": "text/event-stream",
        "Accept-Encoding": "identity",
        "Content-Type": "application/json",
        "User-Agent": "sagent",
    }
    if url.userinfo:  # the key goes first, as it has the name of this
        user = f"{url.username}:{url.password}".encode()
        ours["Authorization"] = f"Basic {base64.b64encode(user).decode()}"
    merged = httpx.Headers(ours)
    merged.update(headers)
    return merged


@attrs.frozen(eq=False)
class _Idle:
    connection: httpx.AsyncBaseTransport
    until: float
    """The trio time from which on it is not worth keeping."""


@attrs.define(eq=False)
class Connections:
    """As many connections as there are requests at a time, each used by one.

    httpcore scans its whole pool at every request, so 200 streams on one client cost five times
    what they cost on clients of their own.
    """

    _base_url: str = attrs.field(repr=False)
    _given_headers: Mapping[str, str] = attrs.field(repr=False)
    _new_transport: NewTransport | None = None
    """Makes what stands in for the network."""
    _url: httpx.URL = attrs.field(init=False, repr=False)
    _headers: httpx.Headers = attrs.field(init=False, repr=False)
    _free: deque[_Idle] = attrs.field(factory=deque[_Idle], init=False)
    """Those that nobody uses, the one that was used last at the end."""
    _heads: dict[str, tuple[httpx.URL, httpx.Headers]] = attrs.field(
        factory=dict[str, tuple[httpx.URL, httpx.Headers]], init=False, repr=False
    )
    """The URL and the headers of all requests to a path, their length aside."""
    _context: ssl.SSLContext | None = attrs.field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        url = httpx.URL(self._base_url)
        self._url = url.copy_with(userinfo=b"") if url.userinfo else url
        self._headers = _with_ours(self._given_headers, url)

    def take(self) -> httpx.AsyncBaseTransport:
        """Lend a connection that nobody else uses; it is to be given back."""
        return self._free.pop().connection if self._free else self._open()

    def give_back(self, connection: httpx.AsyncBaseTransport) -> None:
        """Take *connection* back for the next request."""
        self._free.append(_Idle(connection, trio.current_time() + KEPT_S))

    async def close_idle(self) -> None:
        """Close each connection that nobody uses for `KEPT_S`, until there are none."""
        while self._free:
            await trio.sleep_until(self._free[0].until)
            while self._free and self._free[0].until <= trio.current_time():
                await _close(self._free.popleft().connection)

    def get(self, path: str) -> httpx.Request:
        """Make the GET of *path*, whose answer is JSON."""
        headers = httpx.Headers(self._headers)
        headers["Accept"] = "application/json"
        del headers["Content-Type"]
        url = self._url.join(path)
        return httpx.Request("GET", url, headers=headers, extensions=_EXTENSIONS)

    def request(self, path: str, body: bytes) -> httpx.Request:
        """Make the POST of *body* to *path*; its URL is not put together anew each time."""
        known = self._heads.get(path)
        if known is None:
            whole = httpx.Request("POST", self._url.join(path), headers=self._headers, content=b"")
            known = self._heads[path] = whole.url, whole.headers
        url, headers = known
        # With `content`, httpx would work out again what all requests have in common.
        stream = httpx.ByteStream(body)
        request = httpx.Request("POST", url, headers=headers, stream=stream, extensions=_EXTENSIONS)
        request.headers["Content-Length"] = str(len(body))
        return request

    async def aclose(self) -> None:
        """Close all connections, within `CLOSING_S`."""
        with trio.move_on_after(CLOSING_S, shield=True):
            while self._free:
                await self._free.pop().connection.aclose()

    def _open(self) -> httpx.AsyncBaseTransport:
        if self._new_transport is not None:
            return self._new_transport()
        proxies = {} if _is_loopback_host(self._url.host) else getproxies()
        if any(proxies.get(which) for which in ("http", "https", "all")):
            return _Proxied(self._tls())
        return Connection(self._tls)

    def _tls(self) -> ssl.SSLContext:
        if self._context is None:
            # 25 ms and 0.7 MB, and 0.3 ms even on loopback: once for all connections.
            self._context = httpx.create_ssl_context(verify=not _is_loopback_host(self._url.host))
            self._context.set_alpn_protocols(["http/1.1"])
        return self._context


class _Proxied(httpx.AsyncBaseTransport):
    """A connection by way of the proxy that the environment names for the server, if it does.

    A proxy cannot reach this machine's own loopback.
    """

    def __init__(self, context: ssl.SSLContext) -> None:
        limits = httpx.Limits(max_connections=1, max_keepalive_connections=1)
        self._client = httpx.AsyncClient(timeout=_TIMEOUT, limits=limits, verify=context)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send *request*, and wait for the head of its answer."""
        return await self._client.send(request, stream=True)

    async def aclose(self) -> None:
        """Close the connection."""
        await self._client.aclose()


async def _close(connection: httpx.AsyncBaseTransport) -> None:
    # Its server may have closed it long ago, of which nobody needs to hear.
    with (
        trio.move_on_after(CLOSING_S, shield=True),
        suppress(httpx.HTTPError, trio.BrokenResourceError, OSError),
    ):
        await connection.aclose()


def is_loopback(base_url: str) -> bool:
    """Tell whether *base_url* names this machine's loopback interface."""
    return _is_loopback_host(httpx.URL(base_url).host)


def _is_loopback_host(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
