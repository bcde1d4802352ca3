"""A web server on loopback whose pages are tables of paths, and what may fetch them."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

import attrs
import trio

type Play = Callable[[trio.abc.Stream], Awaitable[None]]
type Page = bytes | Play
"""The whole of what is said, head and all, or who says it."""


def page(
    body: bytes | str = b"",
    *,
    status: str = "200 OK",
    kind: str = "text/html; charset=utf-8",
    headers: Mapping[str, str] | None = None,
) -> bytes:
    """Say *body* with its length."""
    octets = body.encode() if isinstance(body, str) else body
    head = {"Content-Type": kind, "Content-Length": str(len(octets)), **(headers or {})}
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in head.items())]
    return "\r\n".join([*lines, "", ""]).encode() + octets


def redirect(location: str, *, status: str = "302 Found") -> bytes:
    return page(status=status, headers={"Location": location})


@attrs.define
class WebServer:
    origin: str
    pages: dict[str, Page]
    seen: list[str] = attrs.field(factory=list[str])
    """The heads of the requests, and their bodies."""

    async def serve(self, stream: trio.abc.Stream) -> None:
        data = b""
        try:
            while b"\r\n\r\n" not in data:
                more = await stream.receive_some()
                if not more:
                    return
                data += more
            head, _, body = data.partition(b"\r\n\r\n")
            while len(body) < _length(head):
                body += await stream.receive_some()
            self.seen.append(f"{head.decode()}\n\n{body.decode()}")
            path = head.split(b" ")[1].decode().partition("?")[0]
            said = self.pages.get(path) or page("No such page.", status="404 Not Found")
            await (stream.send_all(said) if isinstance(said, bytes) else said(stream))
            await stream.aclose()
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            pass  # the client has gone


@asynccontextmanager
async def open_web_server(
    pages: Mapping[str, Page], *, host: str = "127.0.0.1"
) -> AsyncGenerator[WebServer]:
    """Serve *pages*, by their paths."""
    async with trio.open_nursery() as nursery:
        listeners = await trio.open_tcp_listeners(0, host=host)
        port = listeners[0].socket.getsockname()[1]
        server = WebServer(f"http://{host}:{port}", dict(pages))
        nursery.start_soon(trio.serve_listeners, server.serve, listeners)
        yield server
        nursery.cancel_scope.cancel()


def _length(head: bytes) -> int:
    lines = head.decode().lower().split("\r\n")
    return next((int(line[15:]) for line in lines if line.startswith("content-length:")), 0)
