"""HTTP connections."""

import ssl
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from ipaddress import ip_address

import attrs
import httpx
import trio

CONNECT_S = 10.0
WRITE_S = 60.0
CLOSING_S = 2.0

# How long the server may be silent is for the reader of the answer to say, who sees the events.
_TIMEOUT = httpx.Timeout(None, connect=CONNECT_S, write=WRITE_S)
_EXTENSIONS = {"timeout": _TIMEOUT.as_dict()}


type NewTransport = Callable[[], httpx.AsyncBaseTransport]


def _with_ours(headers: Mapping[str, str]) -> Mapping[str, str]:
    ours = {
        "Accept": "text/event-stream",
        "Accept-Encoding": "identity",
        "Content-Type": "application/json",
        "User-Agent": "sagent",
    }
    return httpx.Headers(ours | dict(headers))


@attrs.define(eq=False)
class ClientPool:
    """Many small clients, each with one request at a time.

    httpcore scans its whole pool at every request, so 200 streams on one client cost five times
    what they cost on clients of their own.
    """

    _base_url: str
    _headers: Mapping[str, str] = attrs.field(repr=False, converter=_with_ours)
    _new_transport: NewTransport | None = None
    """Makes what stands in for the network."""
    _free: list[httpx.AsyncClient] = attrs.field(factory=list[httpx.AsyncClient], init=False)
    _urls: dict[str, httpx.URL] = attrs.field(factory=dict[str, httpx.URL], init=False)
    _context: ssl.SSLContext | None = attrs.field(default=None, init=False)

    @asynccontextmanager
    async def borrow(self) -> AsyncGenerator[httpx.AsyncClient, None]:
        """Lend a client that nobody else uses."""
        client = self._free.pop() if self._free else self._open()
        try:
            yield client
        finally:
            self._free.append(client)

    def get(self, path: str) -> httpx.Request:
        """Make the GET of *path*, whose answer is JSON."""
        headers = httpx.Headers(self._headers)
        headers["Accept"] = "application/json"
        del headers["Content-Type"]
        url = httpx.URL(self._base_url).join(path)
        return httpx.Request("GET", url, headers=headers, extensions=_EXTENSIONS)

    def request(self, path: str, body: bytes) -> httpx.Request:
        """Make the POST of *body* to *path*; its URL is not put together anew each time."""
        url = self._urls.get(path)
        if url is None:
            url = self._urls[path] = httpx.URL(self._base_url).join(path)
        return httpx.Request(
            "POST", url, headers=self._headers, content=body, extensions=_EXTENSIONS
        )

    async def aclose(self) -> None:
        """Close all connections, within `CLOSING_S`."""
        with trio.move_on_after(CLOSING_S, shield=True):
            while self._free:
                await self._free.pop().aclose()

    def _open(self) -> httpx.AsyncClient:
        if self._new_transport is not None:
            return httpx.AsyncClient(
                auth=self._auth(), timeout=_TIMEOUT, transport=self._new_transport()
            )
        loopback = is_loopback(self._base_url)
        if self._context is None:
            # 25 ms and 0.7 MB, and 0.3 ms even on loopback: once for all clients.
            self._context = httpx.create_ssl_context(verify=not loopback)
        return httpx.AsyncClient(
            auth=self._auth(),
            timeout=_TIMEOUT,
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=1),
            trust_env=not loopback,  # a proxy cannot reach this machine's own loopback
            verify=self._context,
        )

    def _auth(self) -> Callable[[httpx.Request], httpx.Request] | None:
        """Keep httpx from putting the user of the URL in the place of the key."""
        return _as_it_is if "authorization" in self._headers else None


def _as_it_is(request: httpx.Request) -> httpx.Request:
    return request


def is_loopback(base_url: str) -> bool:
    """Tell whether *base_url* names this machine's loopback interface."""
    host = httpx.URL(base_url).host
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
