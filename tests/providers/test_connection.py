"""HTTP on one connection: TLS, deadlines, proxies, and heads that only announce an answer."""

import base64
import ssl
from functools import partial
from pathlib import Path

import httpx
import pytest
import trio
from certificate import server_context, trusting_context
from loopback import Reply, answer, open_loopback
from trio.testing import MockClock
from virtual_server import HELLO, ONCE

from sagent.errors import ConnectionFailedError, StreamCutError
from sagent.message import Descriptor, TextMessage, response_text
from sagent.model import ModelRequest, TextDelta
from sagent.providers import OpenAICompat
from sagent.providers._connection import Connection
from sagent.providers._connections import Connections

CHUNKED = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
)
FINE = b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nfine"
SO = b'data: {"choices": [{"delta": {"content": "so"}}]}\n\n'


def at(url: str, key: str = "") -> OpenAICompat:
    return OpenAICompat(base_url=url, key=key, retry=ONCE)


async def said_by(provider: OpenAICompat) -> str:
    return response_text((await provider.model("m").buffer(HELLO)).content)


async def fetched(connection: Connection, url: str) -> bytes:
    response = await connection.handle_async_request(httpx.Request("GET", url))
    body = await response.aread()
    await response.aclose()
    return body


async def answers_fine(stream: trio.SSLStream[trio.SocketStream]) -> None:
    try:
        while await stream.receive_some():
            await stream.send_all(FINE)
    except trio.BrokenResourceError:
        pass  # what a client does that trusts nobody


async def asked_twice_over_tls(folder: Path, context: ssl.SSLContext) -> list[bytes]:
    """Ask a server with a certificate of its own twice, over one connection."""
    async with trio.open_nursery() as nursery:
        serve = partial(trio.serve_ssl_over_tcp, host="127.0.0.1", https_compatible=True)
        (listener,) = await nursery.start(serve, answers_fine, 0, server_context(folder))
        url = f"https://127.0.0.1:{listener.transport_listener.socket.getsockname()[1]}/"
        try:
            async with Connection(lambda: context) as connection:
                return [await fetched(connection, url) for _ in range(2)]
        finally:
            nursery.cancel_scope.cancel()


async def test_a_server_is_spoken_to_over_tls(tmp_path: Path) -> None:
    with trio.fail_after(5):
        assert await asked_twice_over_tls(tmp_path, trusting_context()) == [b"fine", b"fine"]


async def test_a_certificate_that_nobody_trusts_is_no_connection(tmp_path: Path) -> None:
    with (
        trio.fail_after(5),
        pytest.RaisesGroup(pytest.RaisesExc(httpx.ConnectError, match="certificate verify failed")),
    ):
        await asked_twice_over_tls(tmp_path, ssl.create_default_context())


async def test_heads_that_only_announce_an_answer_are_passed_over() -> None:
    whole = answer("fine")
    hints = b"HTTP/1.1 103 Early Hints\r\nlink: </style.css>\r\n\r\n"
    async with open_loopback(Reply([hints, hints, *whole.pieces])) as server:
        assert await said_by(at(server.base_url)) == "fine"


async def test_what_came_before_a_broken_piece_is_shown() -> None:
    broken = b"%x\r\n%bno end of a chunk" % (len(SO), SO)
    async with (
        open_loopback(Reply([CHUNKED + broken])) as server,
        at(server.base_url).model("m").stream(HELLO) as events,
    ):
        shown = await anext(events)
        with pytest.raises(StreamCutError, match="broke off"):
            await anext(events)

    assert shown == TextDelta("so")


async def test_an_answer_that_nobody_asked_for_is_nobodys() -> None:
    surplus = Reply([FINE + FINE.replace(b"fine", b"fake")])
    async with (
        open_loopback(surplus, Reply([FINE])) as server,
        Connection(ssl.create_default_context) as connection,
    ):
        assert [await fetched(connection, server.base_url) for _ in range(2)] == [b"fine"] * 2


async def test_a_connection_that_is_never_made_is_given_up(
    monkeypatch: pytest.MonkeyPatch, autojump_clock: MockClock
) -> None:
    async def never(*_: object) -> trio.SocketStream:
        await trio.sleep_forever()
        raise AssertionError

    monkeypatch.setattr(trio, "open_tcp_stream", never)

    with pytest.raises(ConnectionFailedError, match="no connection within 10 s"):
        await said_by(at("http://127.0.0.1:1/v1"))
    assert trio.current_time() == pytest.approx(10)


async def test_nobody_is_connected_to_whose_certificate_could_not_be_checked() -> None:
    def no_context() -> ssl.SSLContext:
        raise FileNotFoundError("no such file: ca.pem")

    async def dial(host: str, port: int) -> trio.SocketStream:
        raise AssertionError(f"{host}:{port} was connected to")

    async with Connection(no_context, dial) as connection:
        with pytest.raises(httpx.ConnectError, match=r"ca\.pem"):
            await fetched(connection, "https://127.0.0.1:1/")


async def test_no_key_is_shown_by_what_holds_it() -> None:
    connections = Connections("http://me:pass-word@host/v1/", {"x-api-key": "sk-very-secret"})

    connections.request("models", b"{}")

    assert "sk-very-secret" not in repr(connections)
    assert "pass-word" not in repr(connections)


async def test_a_server_that_reads_nothing_is_given_up(autojump_clock: MockClock) -> None:
    long = ModelRequest(messages=(TextMessage("long" * 2_500_000, Descriptor.USER),))

    async def reads_nothing(stream: trio.SocketStream) -> None:
        await trio.sleep_forever()

    async with trio.open_nursery() as nursery:
        (listener,) = await trio.open_tcp_listeners(0, host="127.0.0.1")
        nursery.start_soon(trio.serve_listeners, reads_nothing, [listener])
        url = f"http://127.0.0.1:{listener.socket.getsockname()[1]}/v1"
        with pytest.raises(StreamCutError, match="could not be sent within 60 s"):
            await at(url).model("m").buffer(long)
        nursery.cancel_scope.cancel()


@pytest.mark.parametrize("name", ["HTTP_PROXY", "ALL_PROXY"])
async def test_a_proxy_that_the_environment_names_is_used(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_loopback(answer("by proxy")) as proxy:
        monkeypatch.setenv(name, proxy.base_url.removesuffix("/v1"))

        assert await said_by(at("http://vendor.example/v1")) == "by proxy"

    (seen,) = proxy.seen
    assert seen.head.startswith("POST http://vendor.example/v1/chat/completions HTTP/1.1")


async def test_loopback_is_never_asked_for_by_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    async with open_loopback(answer("fine")) as server:
        assert await said_by(at(server.base_url)) == "fine"


@pytest.mark.parametrize(
    ("key", "sent"),
    [
        ("", f"Authorization: Basic {base64.b64encode(b'user:p@ss').decode()}\r\n"),
        ("k", "Authorization: Bearer k\r\n"),
    ],
    ids=["no key", "a key"],
)
async def test_the_user_in_a_url_is_sent_unless_there_is_a_key(key: str, sent: str) -> None:
    async with open_loopback(answer("fine")) as server:
        await said_by(at(server.base_url.replace("//", "//user:p%40ss@"), key=key))

    (seen,) = server.seen
    assert sent in f"{seen.head}\r\n"
    assert "user" not in seen.head


async def test_a_request_that_http_cannot_carry_is_told_as_such() -> None:
    async with (
        open_loopback(answer("")) as server,
        Connection(ssl.create_default_context) as connection,
    ):
        request = httpx.Request("POST", server.base_url, headers={"x": "a\nb"})
        with pytest.raises(httpx.LocalProtocolError, match="header"):
            await connection.handle_async_request(request)
