"""A server on loopback that says exactly the bytes it is told to."""

import json
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import attrs
import trio
from anyio.from_thread import start_blocking_portal

DONE = "[DONE]"


@attrs.frozen
class Reply:
    """What is written to one request: pieces, with a pause where a float or an event stands."""

    pieces: Sequence[bytes | float | trio.Event]
    hang: bool = False
    """Whether the connection stays open and silent afterwards, until the client goes."""


@attrs.define
class Seen:
    """A request that came in."""

    head: str
    body: Any  # JSON, as the test expects it
    octets: bytes = b""
    """The body as it came."""


@attrs.define
class Loopback:
    base_url: str
    replies: list[Reply]
    seen: list[Seen] = attrs.field(factory=list[Seen])
    asked: trio.Event = attrs.field(factory=trio.Event)
    """Set when the first request has come in."""
    gone: trio.Event = attrs.field(factory=trio.Event)
    """Set when a client went away from a reply that hangs."""

    async def serve(self, stream: trio.SocketStream) -> None:
        while True:
            request = await _read_request(stream)
            if request is None:
                return
            self.seen.append(request)
            self.asked.set()
            reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
            try:
                for piece in reply.pieces:
                    await _play(stream, piece)
                if reply.hang:
                    await stream.receive_some(1)
            except trio.BrokenResourceError:
                pass
            if reply.hang:
                self.gone.set()
            if reply.hang or not _keeps_open(reply):
                await stream.aclose()
                return


@asynccontextmanager
async def open_loopback(*replies: Reply) -> AsyncGenerator[Loopback, None]:
    """Serve *replies*, one for each request, the last one for ever."""
    async with trio.open_nursery() as nursery:
        listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
        port = listeners[0].socket.getsockname()[1]
        server = Loopback(f"http://127.0.0.1:{port}/v1", list(replies))
        nursery.start_soon(trio.serve_listeners, server.serve, listeners)
        yield server
        nursery.cancel_scope.cancel()


@contextmanager
def serve_loopback(*replies: Reply) -> Generator[Loopback]:
    """Serve *replies* in a thread, for what brings a trio of its own."""
    with (
        start_blocking_portal("trio") as portal,
        portal.wrap_async_context_manager(open_loopback(*replies)) as server,
    ):
        yield server


def chat(*chunks: dict[str, object] | str, hang: bool = False) -> Reply:
    """Stream *chunks* as an answer of Chat Completions."""
    return Reply([stream_head(), *(frame(chunk) for chunk in chunks)], hang=hang)


def answer(text: str, **usage: int) -> Reply:
    """Answer with *text*, a word a chunk."""
    words = text.split(" ")
    spaced = [*(f"{word} " for word in words[:-1]), words[-1]]
    said: list[dict[str, object]] = [{"choices": [{"delta": {"content": w}}]} for w in spaced]
    end: dict[str, object] = {"choices": [{"delta": {}, "finish_reason": "stop"}]}
    counted: dict[str, object] = {
        "choices": [],
        "usage": usage or {"prompt_tokens": 7, "completion_tokens": 2},
    }
    return chat(*said, end, counted, DONE)


def call(name: str, arguments: object, *, call_id: str = "c1") -> Reply:
    """Call a tool, its arguments cut into two pieces."""
    text = arguments if isinstance(arguments, str) else json.dumps(arguments)
    half = len(text) // 2
    first = {"index": 0, "id": call_id, "function": {"name": name, "arguments": text[:half]}}
    second = {"index": 0, "function": {"arguments": text[half:]}}
    return chat(
        {"choices": [{"delta": {"tool_calls": [first]}}]},
        {"choices": [{"delta": {"tool_calls": [second]}}]},
        {"choices": [{"delta": {}, "finish_reason": "tool_calls"}]},
        DONE,
    )


def refusal(
    status: str, body: bytes, *, kind: str = "application/json", final: bool = False
) -> Reply:
    """Answer with another status than 200, such as ``404 Not Found``; *final* forbids a retry."""
    head = f"HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {len(body)}\r\n"
    head += "x-should-retry: false\r\n\r\n" if final else "\r\n"
    return Reply([head.encode() + body])


def stream_head(kind: str = "text/event-stream") -> bytes:
    return (f"HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\nconnection: close\r\n\r\n").encode()


def frame(chunk: object) -> bytes:
    data = chunk if isinstance(chunk, str) else json.dumps(chunk)
    return f"data: {data}\n\n".encode()


async def _play(stream: trio.SocketStream, piece: bytes | float | trio.Event) -> None:
    if isinstance(piece, bytes):
        await stream.send_all(piece)
    elif isinstance(piece, trio.Event):
        await piece.wait()
    else:
        await trio.sleep(piece)


def _keeps_open(reply: Reply) -> bool:
    first = reply.pieces[0] if reply.pieces else b""
    return isinstance(first, bytes) and b"content-length" in first


async def _read_request(stream: trio.SocketStream) -> Seen | None:
    data = b""
    while b"\r\n\r\n" not in data:
        more = await stream.receive_some()
        if not more:
            return None
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.decode().lower().split("\r\n")
    length = next((int(line[15:]) for line in lines if line.startswith("content-length:")), 0)
    while len(body) < length:
        body += await stream.receive_some()
    return Seen(head.decode(), json.loads(body) if body else None, body)
