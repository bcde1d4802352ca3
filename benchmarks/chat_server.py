"""A server of Chat Completions that gives every request the same streamed answer.

It runs in a process of its own, so that it takes no time from its client, and ends with the one
that opened it.
"""

import json
import selectors
import socket
import subprocess
import sys
from collections.abc import Generator, Iterable
from contextlib import contextmanager

WORDS = 20


def answer_chunks(words: int) -> list[bytes]:
    """Make an answer of *words* as server-sent events, each with what real servers send along."""
    deltas: list[object] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": f" word{number}"} for number in range(words)]
    choices: list[object] = [
        {"index": 0, "delta": delta, "finish_reason": None} for delta in deltas
    ]
    choices += [{"index": 0, "delta": {}, "finish_reason": "stop"}]
    return [_event([choice], None) for choice in choices] + [
        _event([], {"prompt_tokens": 20, "completion_tokens": words, "total_tokens": 20 + words}),
        b"data: [DONE]\n\n",
    ]


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


def _response(events: Iterable[bytes]) -> bytes:
    head = (
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    )
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(event), event) for event in events)
    return head + chunks + b"0\r\n\r\n"


def _take_requests(received: bytearray) -> int:
    count = 0
    while (end := received.find(b"\r\n\r\n")) >= 0:
        head = bytes(received[:end]).lower()
        _, _, length = head.partition(b"content-length:")
        size = end + 4 + int(length.split(b"\r\n")[0] or 0)
        if len(received) < size:
            break
        del received[:size]
        count += 1
    return count


def _serve() -> None:
    response = _response(answer_chunks(WORDS))
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    selector = selectors.DefaultSelector()
    selector.register(sys.stdin, selectors.EVENT_READ)
    selector.register(listener, selectors.EVENT_READ)
    print(listener.getsockname()[1], flush=True)
    received: dict[socket.socket, bytearray] = {}
    while True:
        for key, _ in selector.select():
            source = key.fileobj
            if not isinstance(source, socket.socket):
                return
            if source is listener:
                client, _ = listener.accept()
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                selector.register(client, selectors.EVENT_READ)
                received[client] = bytearray()
            elif not _answer(source, received[source], response):
                selector.unregister(source)
                del received[source]
                source.close()


def _answer(client: socket.socket, received: bytearray, response: bytes) -> bool:
    try:
        data = client.recv(65536)
        received += data
        for _ in range(_take_requests(received)):
            client.sendall(response)
    except ConnectionError:
        return False
    return bool(data)


if __name__ == "__main__":
    _serve()
