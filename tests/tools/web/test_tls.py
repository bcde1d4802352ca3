"""Whom an encrypted page is taken from."""

import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
import trio
from certificate import PEM, server_context
from web_server import WebServer, page

from sagent.tools._refusal import Refusal
from sagent.tools.web import AddressPolicy
from sagent.tools.web._dialer import Dialer
from sagent.tools.web._fetcher import Fetcher
from sagent.tools.web._target import target_of


@asynccontextmanager
async def open_tls_server(context: ssl.SSLContext) -> AsyncGenerator[str]:
    web = WebServer("", {"/": page("private matters")})

    async def serve(stream: trio.SSLStream[trio.SocketStream]) -> None:
        await web.serve(stream)

    async with trio.open_nursery() as nursery:
        run = partial(trio.serve_ssl_over_tcp, host="127.0.0.1", https_compatible=True)
        (listener,) = await nursery.start(run, serve, 0, context)
        yield f"https://127.0.0.1:{listener.transport_listener.socket.getsockname()[1]}/"
        nursery.cancel_scope.cancel()


async def fetched(url: str) -> bytes:
    fetcher = Fetcher(Dialer(AddressPolicy(["127.0.0.1"])), 1000)
    return (await fetcher.get(target_of(url))).body


async def test_a_server_that_the_user_trusts_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusted = tmp_path / "trusted.pem"
    trusted.write_text(PEM[PEM.index("-----BEGIN CERT") :])
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))

    async with open_tls_server(server_context(tmp_path)) as url:
        assert await fetched(url) == b"private matters"


async def test_a_certificate_that_nobody_vouches_for_is_told(tmp_path: Path) -> None:
    async with open_tls_server(server_context(tmp_path)) as url:
        with pytest.raises(Refusal, match=r"certificate of 127\.0\.0\.1 is not trusted: self-sign"):
            await fetched(url)


async def test_a_server_that_does_not_encrypt_is_told() -> None:
    async def answer(stream: trio.SocketStream) -> None:
        await stream.receive_some()
        await stream.send_all(page("hello"))
        await stream.aclose()

    async with trio.open_nursery() as nursery:
        (listener,) = await trio.open_tcp_listeners(0, host="127.0.0.1")
        nursery.start_soon(trio.serve_listeners, answer, [listener])
        url = f"https://127.0.0.1:{listener.socket.getsockname()[1]}/"

        with pytest.raises(Refusal, match=r"no encrypted connection to 127\.0\.0\.1"):
            await fetched(url)
        nursery.cancel_scope.cancel()
