"""When a call is made again, and when not: the whole provider, in virtual time."""

import json
import random
import sys
from datetime import datetime, tzinfo
from typing import Self

import httpx
import pytest
import trio
from loopback import Reply, answer, open_loopback
from trio.testing import MockClock
from virtual_server import (
    FINE,
    HELLO,
    UNREACHABLE,
    Said,
    VirtualServer,
    refuses,
    streams,
    text,
    virtual_server,
)

from sagent.actors import open_system
from sagent.agent import Agent, Done
from sagent.agent import Retrying as RetryTold
from sagent.errors import (
    AuthenticationError,
    ConnectionFailedError,
    ContextOverflowError,
    ModelError,
    NotFoundError,
    QuotaError,
    RateLimitError,
    ServerError,
    StatusError,
    StreamCutError,
)
from sagent.model import ModelEvent, ModelStream, ResponseDone, Retrying, TextDelta
from sagent.providers import RetryPolicy, _fault, _pacer
from sagent.providers._service import GetStatus

CUT = httpx.ReadError("connection reset")


class Noon(datetime):
    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        return cls(2026, 11, 22, 12, 0, 0, tzinfo=tz)


@pytest.fixture(autouse=True)
def no_jitter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(random, "random", lambda: 0.0)


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (_fault, _pacer):
        monkeypatch.setattr(module, "datetime", Noon)


async def answered(server: VirtualServer, retry: RetryPolicy | None = None) -> str:
    response = await server.provider(retry=retry).model("m").buffer(HELLO)
    return str(response.content.content[0].content)


async def told(stream: ModelStream) -> list[ModelEvent]:
    async with stream as events:
        return [event async for event in events]


@pytest.mark.parametrize(
    ("refusal", "wait_s"),
    [
        (refuses(429, retry_after="7"), 7),
        (refuses(429, retry_after="1.5"), 1.5),
        (refuses(429, retry_after="60", retry_after_ms="1500"), 1.5),
        (refuses(429, retry_after="Sun, 22 Nov 2026 12:01:30 GMT"), 90),
        (refuses(429, {"error": {"details": [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "37.5s"}]}}), 37.5),
        (refuses(429, [{"error": {"details": [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "59s"}]}}]), 59),
        (refuses(429, x_ratelimit_remaining_requests="0", x_ratelimit_reset_requests="1m30s"), 90),
        (refuses(429, x_ratelimit_remaining_tokens="0", x_ratelimit_reset_tokens="120ms"), 0.12),
        (refuses(429, anthropic_ratelimit_tokens_remaining="0", anthropic_ratelimit_tokens_reset="2026-11-22T12:00:59Z"), 59),
        (refuses(429, {"error": {"message": "Rate limit reached. Please try again in 20s."}}), 20),
        (refuses(429, {"error": {"message": "Please retry in 59.6s."}}), 59.6),
        (refuses(503, retry_after="9"), 9),
        (refuses(529, {"type": "error", "error": {"type": "overloaded_error"}}, retry_after="3"), 3),
    ],
)  # fmt: skip
async def test_a_call_waits_exactly_as_long_as_the_server_asks(
    refusal: Said, wait_s: float, autojump_clock: MockClock
) -> None:
    server = virtual_server(refusal, FINE)

    assert await answered(server) == "fine"
    assert server.at == [0, pytest.approx(wait_s)]


@pytest.mark.parametrize("wait", ["0", "Sun, 22 Nov 2026 11:00:00 GMT"])
@pytest.mark.parametrize("status", [429, 503])
async def test_a_server_that_asks_for_no_wait_is_not_asked_again_at_once(
    status: int, wait: str, autojump_clock: MockClock
) -> None:
    server = virtual_server(refuses(status, retry_after=wait), FINE)

    assert await answered(server) == "fine"
    assert server.at == [0, 0.5]


async def test_a_wait_beyond_the_wall_is_told_at_once(autojump_clock: MockClock) -> None:
    server = virtual_server(refuses(429, retry_after="4000"))

    with pytest.raises(RateLimitError) as caught:
        await answered(server)

    assert caught.value.retry_after_s == 4000
    assert trio.current_time() == 0


async def test_a_wait_beyond_the_wall_is_told_in_words(autojump_clock: MockClock) -> None:
    with pytest.raises(RateLimitError, match="4000"):
        await answered(virtual_server(refuses(429, retry_after="4000")))


@pytest.mark.parametrize(
    "refusal",
    [
        *map(refuses, [408, 409, 425, 429, 500, 502, 503, 504, 529]),
        refuses(400, x_should_retry="true"),
    ],
)
async def test_what_passes_is_tried_again(refusal: Said, autojump_clock: MockClock) -> None:
    assert await answered(virtual_server(refusal, FINE)) == "fine"


@pytest.mark.parametrize(
    ("refusal", "error"),
    [
        (refuses(400), StatusError),
        (refuses(401), AuthenticationError),
        (refuses(402), QuotaError),
        (refuses(403), AuthenticationError),
        (refuses(404), NotFoundError),
        (refuses(413), ContextOverflowError),
        (refuses(422), StatusError),
        (refuses(501), ServerError),
        (refuses(307, location="http://elsewhere/v1"), StatusError),
        (refuses(429, {"error": {"code": "insufficient_quota"}}, retry_after="1"), QuotaError),
        (refuses(500, x_should_retry="false"), ServerError),
        (refuses(429, x_should_retry="false"), RateLimitError),
    ],
)
async def test_what_waiting_does_not_help_is_not_tried_again(
    refusal: Said, error: type[ModelError], autojump_clock: MockClock
) -> None:
    server = virtual_server(refusal)

    with pytest.raises(error):
        await answered(server)

    assert server.at == [0]


async def test_a_server_that_is_not_there_is_given_up_after_three_attempts(
    autojump_clock: MockClock,
) -> None:
    server = virtual_server(UNREACHABLE)

    with pytest.raises(ConnectionFailedError, match="cannot reach"):
        await answered(server)

    assert server.at == [0, 0.5, 1.5]


async def test_a_server_that_was_there_in_between_is_not_given_up(
    autojump_clock: MockClock,
) -> None:
    server = virtual_server(*[UNREACHABLE] * 2, refuses(500), *[UNREACHABLE] * 2, FINE)

    assert await answered(server) == "fine"


async def test_a_stream_that_broke_before_it_showed_anything_is_asked_for_again(
    autojump_clock: MockClock,
) -> None:
    assert await answered(virtual_server(Said(ends=CUT), FINE)) == "fine"
    assert await answered(virtual_server(streams(b": hello\n\n"), FINE)) == "fine"


@pytest.mark.parametrize(
    "shown", [text("so"), b'data: {"choices":[{"delta":{"reasoning_content":"so"}}]}\n\n']
)
async def test_what_the_reader_saw_is_not_said_again(
    shown: bytes, autojump_clock: MockClock
) -> None:
    server = virtual_server(Said(pieces=(shown,), ends=CUT), FINE)

    with pytest.raises(StreamCutError):
        await answered(server)

    assert server.at == [0]


async def test_a_reader_that_forgets_sees_the_answer_from_its_start(
    autojump_clock: MockClock,
) -> None:
    server = virtual_server(Said(pieces=(text("so"),), ends=CUT), FINE)
    model = server.provider(retry=RetryPolicy(after_output=True)).model("m")

    first, again, *rest, done = await told(model.stream(HELLO))

    assert (first, rest) == (TextDelta("so"), [TextDelta("fine")])
    assert again == Retrying(
        2, 0.5, "OpenAICompat at http://virtual/v1/ broke off (connection reset): try again"
    )
    assert isinstance(done, ResponseDone)
    assert [part.content for part in done.response.content.content] == ["fine"]


async def test_each_attempt_sends_the_same_request(autojump_clock: MockClock) -> None:
    server = virtual_server(refuses(500), UNREACHABLE, refuses(429, retry_after="1"), FINE)

    await answered(server)

    assert len(server.bodies) == 4
    assert len(set(server.bodies)) == 1


async def test_the_reader_is_told_of_each_wait(autojump_clock: MockClock) -> None:
    server = virtual_server(refuses(500), refuses(429, retry_after="7"), FINE)

    events = await told(server.provider().model("m").stream(HELLO))

    assert events[:-2] == [
        Retrying(2, 0.5, "OpenAICompat at http://virtual/v1/ broke off (500)"),
        Retrying(3, 7, "the vendor asked to slow down"),
    ]


async def test_a_runs_events_tell_of_each_wait(autojump_clock: MockClock) -> None:
    server = virtual_server(refuses(503), FINE)

    events = [event async for event in Agent(model=server.provider().model("m")).run("go")]

    assert [event.delay_s for event in events if isinstance(event, RetryTold)] == [0.5]
    assert isinstance(events[-1], Done)


async def test_stream_json_tells_of_each_wait() -> None:
    busy = Reply([b"HTTP/1.1 503 Busy\r\nretry-after-ms: 10\r\ncontent-length: 0\r\n\r\n"])
    async with open_loopback(busy, answer("fine")) as server:
        at = ["--base-url", server.base_url, "--model", "m"]
        ran = await trio.run_process(
            [sys.executable, "-m", "sagent", *at, "--output-format", "stream-json", "go"],
            stdin=b"",
            capture_stdout=True,
        )

    lines = [json.loads(line) for line in ran.stdout.splitlines()]
    assert [line["delay_s"] for line in lines if "delay_s" in line] == [0.01]


async def test_a_call_that_is_cancelled_while_it_waits_leaves_nothing(
    autojump_clock: MockClock,
) -> None:
    server = virtual_server(refuses(500, retry_after="100"), FINE)
    provider = server.provider()
    async with open_system() as system:
        model = await provider.model("m").served(system)
        service = await system.get_or_spawn(provider.service_name, provider)
        with trio.move_on_after(5):
            await model.buffer(HELLO)
        await trio.sleep(1000)

        status = await service.ask(GetStatus())

    assert server.at == [0]
    assert (status.in_flight, status.waiting) == (0, 0)
