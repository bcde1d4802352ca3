"""HTTP connections."""

import ssl
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from ipaddress import ip_address

import attrs
import httpx
import trio

CONNECT_S = 10.0
SILENCE_S = 600.0
"""How long a server may say nothing; the vendors' own clients wait as long."""
CLOSING_S = 2.0


@attrs.define(eq=False)
class ClientPool:
    """Many small clients, each with one request at a time.

    httpcore scans its whole pool at every request, so 200 streams on one client cost five times
    what they cost on clients of their own.
    """

    _base_url: str
    _headers: Mapping[str, str] = attrs.field(repr=False)
    _free: list[httpx.AsyncClient] = attrs.field(factory=list[httpx.AsyncClient], init=False)

    _context: ssl.SSLContext | None = attrs.field(default=None, init=False)

    @asynccontextmanager
    async def borrow(self) -> AsyncGenerator[httpx.AsyncClient, None]:
        """Lend a client that nobody else uses."""
        client = self._free.pop() if self._free else self._open()
        try:
            yield client
        finally:
            self._free.append(client)

    async def aclose(self) -> None:
        """Close all connections, within `CLOSING_S`."""
        with trio.move_on_after(CLOSING_S, shield=True):
            while self._free:
                await self._free.pop().aclose()

    def _open(self) -> httpx.AsyncClient:
        loopback = is_loopback(self._base_url)
        if self._context is None and not loopback:
            self._context = httpx.create_ssl_context()  # 25 ms and 0.7 MB: once for all clients
        return httpx.AsyncClient(
            base_url=self._base_url,
            headers={"Accept-Encoding": "identity", "User-Agent": "sagent", **self._headers},
            timeout=httpx.Timeout(SILENCE_S, connect=CONNECT_S),
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=1),
            trust_env=not loopback,  # a proxy cannot reach this machine's own loopback
            verify=self._context or False,  # only loopback has none
        )


def is_loopback(base_url: str) -> bool:
    """Tell whether *base_url* names this machine's loopback interface."""
    host = httpx.URL(base_url).host
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
