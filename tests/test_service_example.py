"""The web service of the examples: a client, a server and a vendor, each in its own process or task."""

import os
import re
import signal
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from subprocess import PIPE

import attrs
import httpx
import trio
from endless import Endless
from loopback import Reply, answer, chat, open_loopback

SERVICE = Path(__file__).parent.parent / "examples" / "starlette_service.py"
SAID: dict[str, object] = {"choices": [{"delta": {"content": "Once"}}]}


async def test_it_streams_what_a_script_says() -> None:
    async with open_service() as service:
        said = await service.client.post("/ask", content="What is an actor?")

    assert said.headers["content-type"].startswith("text/event-stream")
    assert said.text == (
        'event: text\ndata: "An actor is a task with an inbox.\\n"\n\n'
        'event: text\ndata: "This one has a script."\n\n'
        'event: done\ndata: {"tokens":2}\n\n'
    )


async def test_many_clients_are_answered_at_once() -> None:
    answers = list[str]()

    async with (
        open_loopback(answer("Hello.")) as vendor,
        open_service(vendor.base_url) as service,
        trio.open_nursery() as nursery,
    ):
        for _ in range(30):
            nursery.start_soon(service.ask, answers)

    assert len(answers) == 30
    assert {text.count("event: done") for text in answers} == {1}


async def test_a_client_that_goes_away_cancels_the_call_of_the_model() -> None:
    async with (
        open_loopback(chat(SAID, hang=True)) as vendor,
        open_service(vendor.base_url) as service,
    ):
        async with await service.begin_to_ask():
            tree = (await service.client.get("/agents")).text
        with trio.fail_after(5):
            await vendor.gone.wait()

    assert "clerk-1" in tree
    assert "provider:OpenAICompat" in tree


async def test_a_client_that_reads_nothing_holds_the_model_up() -> None:
    said = Endless()
    async with (
        open_loopback(Reply(said)) as vendor,
        open_service(vendor.base_url) as service,
        await service.begin_to_ask(),
    ):
        before = -1
        with trio.fail_after(30):
            while said.megabytes > before:  # until it stands still
                before = said.megabytes
                await trio.sleep(0.5)

    assert 0 < said.megabytes < 40


async def test_a_server_that_is_stopped_leaves_no_call_behind() -> None:
    async with (
        open_loopback(chat(SAID, hang=True)) as vendor,
        open_service(vendor.base_url) as service,
        await service.begin_to_ask(),
    ):
        service.process.send_signal(signal.SIGINT)
        with trio.fail_after(10):
            await vendor.gone.wait()
            code = await service.process.wait()

    assert code == 0


async def test_a_client_that_asks_nothing_is_refused() -> None:
    async with open_service() as service:
        refused = await service.client.post("/ask", content="")

    assert (refused.status_code, refused.text[:18]) == (400, "there is no prompt")


@attrs.define
class Service:
    process: trio.Process
    client: httpx.AsyncClient

    async def ask(self, answers: list[str]) -> None:
        answers.append((await self.client.post("/ask", content="Hello?")).text)

    async def begin_to_ask(self) -> trio.SocketStream:
        """Ask, and wait for the first words."""
        stream = await trio.open_tcp_stream("127.0.0.1", self.client.base_url.port or 0)
        await stream.send_all(b"POST /ask HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\nHi")
        said = b""
        while b"event: text" not in said:
            said += await stream.receive_some()
        return stream


@asynccontextmanager
async def open_service(vendor: str = "") -> AsyncGenerator[Service]:
    arguments: Sequence[str] = ["OpenAICompat", "m"] if vendor else []
    process = await trio.lowlevel.open_process(
        [sys.executable, "-W", "error", str(SERVICE), *arguments],
        stderr=PIPE,
        stdout=PIPE,
        env=os.environ | {"PORT": "0", "OPENAI_COMPAT_BASE_URL": vendor},
    )
    assert process.stderr is not None
    assert process.stdout is not None
    try:
        said = b""
        with trio.fail_after(30):
            while not (found := re.search(rb"running on (\S+)", said)):
                said += await process.stderr.receive_some()
        async with httpx.AsyncClient(base_url=found[1].decode(), timeout=30) as client:
            yield Service(process, client)
    finally:
        with trio.CancelScope(shield=True):
            process.kill()
            await process.wait()
            await process.stdout.aclose()
            await process.stderr.aclose()
