"""A server of Chat Completions that gives every request the same streamed answer.

It runs in a process of its own, so that it takes no time from its client, and ends with the one
that opened it. Under `LASTING`, an answer comes in two halves with `LASTS_S` between them. Under
`LIMITED` and a name of the caller's, the first request is told to slow down for `RETRY_AFTER_S`;
a GET there tells how many came before that had passed. Under `TURNS` and a number, a tool is called
until the conversation has so many results, in a stream or whole, as the request wants it. Under
`HANGING` an answer begins and never ends; a GET there tells how many did. Under `AWAITED` it is
the same, and a GET tells how many have a client that still waits.
"""

import heapq
import json
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Iterable
from contextlib import contextmanager, suppress
from functools import cache

WORDS = 20
LASTING = "lasting"
LASTS_S = 0.5
LIMITED = "limited"
RETRY_AFTER_S = 1
TURNS = "turns"
HANGING = "hanging"
AWAITED = "awaited"


def answer_chunks(words: int) -> list[bytes]:
    """Make an answer of *words* as server-sent events, each with what real servers send along."""
    deltas: list[object] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": f" word{number}"} for number in range(words)]
    return _chunks(deltas, "stop", words)


def _call(number: int) -> dict[str, object]:
    function = {"name": "nothing", "arguments": '{"text": "so"}'}
    return {"id": f"call_{number:016}", "type": "function", "function": function}


@cache
def _streamed_call(number: int) -> bytes:
    deltas: list[object] = [{"role": "assistant", "content": None}]
    deltas += [{"tool_calls": [{"index": 0, **_call(number)}]}]
    return HEAD + _chunked(_chunks(deltas, "tool_calls", 9)) + b"0\r\n\r\n"


@cache
def _whole_call(number: int) -> bytes:
    return _completion({"content": None, "tool_calls": [_call(number)]}, "tool_calls", 9)


def _chunks(deltas: list[object], reason: str, words: int) -> list[bytes]:
    choices: list[object] = [
        {"index": 0, "delta": delta, "finish_reason": None} for delta in deltas
    ]
    choices += [{"index": 0, "delta": {}, "finish_reason": reason}]
    return [_event([choice], None) for choice in choices] + [
        _event([], _usage(words)),
        b"data: [DONE]\n\n",
    ]


def _usage(words: int) -> dict[str, int]:
    return {"prompt_tokens": 20, "completion_tokens": words, "total_tokens": 20 + words}


@contextmanager
def open_chat_server() -> Generator[str]:
    """Start the server, and give its base URL; it ends with the block."""
    command = [sys.executable, __file__]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        port = int(server.stdout.readline())
        try:
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            server.stdin.close()  # how it learns to end


def _event(choices: list[object], usage: object) -> bytes:
    chunk = {
        "id": "chatcmpl-0123456789abcdef",
        "object": "chat.completion.chunk",
        "created": 1_700_000_000,
        "model": "canned",
        "choices": choices,
        "usage": usage,
    }
    return b"data: %b\n\n" % json.dumps(chunk, separators=(",", ":")).encode()


def _chunked(events: Iterable[bytes]) -> bytes:
    return b"".join(b"%x\r\n%b\r\n" % (len(event), event) for event in events)


def _whole(status: str, value: object, more: str = "") -> bytes:
    body = json.dumps(value)
    head = f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\n{more}"
    return f"{head}content-length: {len(body)}\r\n\r\n{body}".encode()


def _completion(message: dict[str, object], reason: str, words: int) -> bytes:
    choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": reason}
    return _whole(
        "200 OK",
        {
            "id": "chatcmpl-0123456789abcdef",
            "object": "chat.completion",
            "created": 1_700_000_000,
            "model": "canned",
            "choices": [choice],
            "usage": _usage(words),
        },
    )


HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
EVENTS = answer_chunks(WORDS)
FIRST_HALF = HEAD + _chunked(EVENTS[: WORDS // 2])
SECOND_HALF = _chunked(EVENTS[WORDS // 2 :]) + b"0\r\n\r\n"
WHOLE_ANSWER = _completion(
    {"content": "".join(f" word{number}" for number in range(WORDS))}, "stop", WORDS
)
REFUSAL = _whole(
    "429 Too Many Requests",
    {"error": {"message": "slow down", "type": "requests"}},
    f"retry-after: {RETRY_AFTER_S}\r\n",
)


class Server:
    """What it has promised to whom."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
        self._received: dict[socket.socket, bytearray] = {}
        self._due: list[tuple[float, int, socket.socket]] = []
        self._promised = 0
        self._hanging = 0
        self._awaited: set[socket.socket] = set()
        self._limits: dict[str, tuple[float, int]] = {}
        """Until when each limit holds, and how many requests came before."""

    def serve(self) -> None:
        self._selector.register(sys.stdin, selectors.EVENT_READ)
        self._selector.register(self._listener, selectors.EVENT_READ)
        print(self._listener.getsockname()[1], flush=True)
        while True:
            for key, _ in self._selector.select(self._finish()):
                source = key.fileobj
                if not isinstance(source, socket.socket):
                    return
                if source is self._listener:
                    client, _ = source.accept()
                    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    self._selector.register(client, selectors.EVENT_READ)
                    self._received[client] = bytearray()
                elif not self._answer(source):
                    self._selector.unregister(source)
                    del self._received[source]
                    self._awaited.discard(source)
                    source.close()

    def _finish(self) -> float | None:
        """Send the second halves that are due; tell in how long the next one is."""
        now = time.monotonic()
        while self._due and self._due[0][0] <= now:
            _, _, client = heapq.heappop(self._due)
            if client in self._received:
                _send(client, SECOND_HALF)
        return self._due[0][0] - now if self._due else None

    def _answer(self, client: socket.socket) -> bool:
        try:
            data = client.recv(65536)
        except ConnectionError:
            return False
        received = self._received[client]
        received += data
        for method, path, body in _take_requests(received):
            _send(client, self._first(client, method, path, body))
        return bool(data)

    def _first(self, client: socket.socket, method: str, path: str, body: bytes) -> bytes:
        _, _, kind, name, *_ = path.split("/")
        if kind == LASTING:
            self._promised += 1
            heapq.heappush(self._due, (time.monotonic() + LASTS_S, self._promised, client))
            return FIRST_HALF
        if kind == TURNS:
            return _turn(body, int(name))
        if kind in {HANGING, AWAITED}:
            return self._begin(client, kind, method)
        if kind == LIMITED:
            if name not in self._limits:
                self._limits[name] = (time.monotonic() + RETRY_AFTER_S, 0)
                return REFUSAL
            until, early = self._limits[name]
            if method == "GET":
                return _whole("200 OK", early)
            self._limits[name] = (until, early + (time.monotonic() < until))
        return FIRST_HALF + SECOND_HALF

    def _begin(self, client: socket.socket, kind: str, method: str) -> bytes:
        """Begin an answer that never ends, or tell how many there are."""
        if method == "GET":
            return _whole("200 OK", self._hanging if kind == HANGING else len(self._awaited))
        self._hanging += 1
        self._awaited.add(client)
        return FIRST_HALF


def _turn(body: bytes, turns: int) -> bytes:
    done = body.count(b'"tool_call_id"')
    if b'"stream":true' in body.replace(b" ", b""):
        return FIRST_HALF + SECOND_HALF if done >= turns else _streamed_call(done)
    return WHOLE_ANSWER if done >= turns else _whole_call(done)


def _take_requests(received: bytearray) -> list[tuple[str, str, bytes]]:
    taken: list[tuple[str, str, bytes]] = []
    while (end := received.find(b"\r\n\r\n")) >= 0:
        head = bytes(received[:end])
        _, _, length = head.lower().partition(b"content-length:")
        size = end + 4 + int(length.split(b"\r\n")[0] or 0)
        if len(received) < size:
            break
        body = bytes(received[end + 4 : size])
        del received[:size]
        method, path, _ = head.decode("latin-1").split(" ", 2)
        taken.append((method, path, body))
    return taken


def _send(client: socket.socket, answer: bytes) -> None:
    with suppress(ConnectionError):  # reading tells, too
        client.sendall(answer)


if __name__ == "__main__":
    Server().serve()
