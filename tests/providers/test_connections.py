"""Connections that die under a call, or between two."""

import socket
import struct
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
import trio
from loopback import DONE, frame
from trio.testing import MockClock, wait_all_tasks_blocked
from virtual_server import FINE, HELLO, ONCE, open_calls, virtual_server

from sagent.actors import open_system
from sagent.errors import StreamCutError
from sagent.message import response_text
from sagent.providers import OpenAICompat, RetryPolicy

CHUNKED = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
)
LONG = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: %d\r\n\r\n"
SO = frame({"choices": [{"delta": {"content": "so"}}]})

type Conversation = Callable[[trio.SocketStream], Awaitable[None]]


@asynccontextmanager
async def open_connections(*conversations: Conversation) -> AsyncGenerator[str, None]:
    """Give each connection its own conversation; yields the base URL."""
    left = list(conversations)

    async def converse(stream: trio.SocketStream) -> None:
        async with stream:
            await left.pop(0)(stream)

    async with trio.open_nursery() as nursery:
        listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
        nursery.start_soon(trio.serve_listeners, converse, listeners)
        yield f"http://127.0.0.1:{listeners[0].socket.getsockname()[1]}/v1"
        nursery.cancel_scope.cancel()


async def request(stream: trio.SocketStream) -> None:
    seen = b""
    while not seen.endswith(b"}"):
        seen += await stream.receive_some()


def reset(stream: trio.SocketStream) -> None:
    """Let the close to come be a reset."""
    stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


async def resets_in_the_answer(stream: trio.SocketStream) -> None:
    await request(stream)
    await stream.send_all(CHUNKED + b"%x\r\n%b\r\n" % (len(SO), SO))
    await trio.sleep(0.05)  # a reset that comes at once would overtake what was sent
    reset(stream)


async def answers_once(stream: trio.SocketStream) -> None:
    body = frame({"choices": [{"delta": {"content": "fine"}}]}) + frame(DONE)
    await request(stream)
    await stream.send_all(LONG % len(body) + body)


async def answers_twice(stream: trio.SocketStream) -> None:
    await answers_once(stream)
    await answers_once(stream)


async def answers_once_and_resets_at_the_next_request(stream: trio.SocketStream) -> None:
    await answers_once(stream)
    await request(stream)
    reset(stream)


async def test_a_connection_serves_one_call_after_another() -> None:
    with trio.fail_after(5):
        async with open_connections(answers_twice) as url, open_system() as system:
            model = await OpenAICompat(base_url=url, retry=ONCE).model("m").served(system)
            answers = [await model.buffer(HELLO), await model.buffer(HELLO)]

    assert [response_text(answer.content) for answer in answers] == ["fine"] * 2


async def test_row_3_a_reset_is_a_cut() -> None:
    async with open_connections(resets_in_the_answer) as url:
        model = OpenAICompat(base_url=url, retry=ONCE).model("m")
        with trio.fail_after(5), pytest.raises(StreamCutError, match="broke off"):
            await model.buffer(HELLO)


@pytest.mark.parametrize(
    ("first", "retry"),
    [
        (answers_once, ONCE),
        (answers_once_and_resets_at_the_next_request, RetryPolicy(attempts=2, first_s=0)),
    ],
    ids=["closed", "reset"],
)
async def test_row_24_a_connection_that_died_while_idle_is_made_anew(
    first: Conversation, retry: RetryPolicy
) -> None:
    with trio.fail_after(5):
        async with open_connections(first, answers_once) as url, open_system() as system:
            model = await OpenAICompat(base_url=url, retry=retry).model("m").served(system)
            await model.buffer(HELLO)
            await wait_all_tasks_blocked(0.02)

            assert response_text((await model.buffer(HELLO)).content) == "fine"


async def test_connections_that_nobody_uses_for_five_seconds_are_closed(
    autojump_clock: MockClock,
) -> None:
    server = virtual_server(FINE)
    async with open_calls(server) as calls:
        await calls.outcomes(3)
        await trio.sleep(3)
        await calls.outcome()
        await trio.sleep(100)

        assert server.closed_at == pytest.approx([5, 5, 8])
        assert await calls.outcome() == "fine"


async def test_connections_are_closed_with_their_system(autojump_clock: MockClock) -> None:
    server = virtual_server(FINE)
    async with open_calls(server) as calls:
        await calls.outcomes(3)

    assert server.closed_at == [0, 0, 0]
