"""What servers and networks are known to do wrong, as bytes on a socket: each a typed error.

The rows are those of the list of faults that the providers are built to; `test_tolerance` has the
rows that do no harm.
"""

import gzip
from collections.abc import Mapping

import pytest
import trio
from loopback import DONE, Reply, answer, chat, frame, open_loopback, refusal, stream_head
from trio.lowlevel import Task, current_root_task
from trio.testing import wait_all_tasks_blocked
from virtual_server import HELLO, ONCE

from sagent.actors import open_system
from sagent.errors import (
    AuthenticationError,
    ContextOverflowError,
    ModelError,
    NotFoundError,
    ProtocolError,
    QuotaError,
    RateLimitError,
    ServerError,
    StatusError,
    StreamCutError,
)
from sagent.message import response_text
from sagent.model import TextDelta
from sagent.providers import OpenAICompat
from sagent.providers._anthropic import Anthropic
from sagent.providers._google import Google
from sagent.providers._minimax import MiniMax
from sagent.providers._openai import OpenAI
from sagent.providers._provider import HttpProvider
from sagent.providers._service import GetStatus

KEY = "sk-very-secret-0123456789"
CHUNKED = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
)
GZIPPED = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-encoding: gzip\r\nconnection: close\r\n\r\n"
LONG = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nContent-Length: 100\r\n\r\n"
NO = b"HTTP/1.1 401 No\r\ncontent-type: application/json\r\nconnection: close\r\n%b\r\n\r\n"
ERROR = b"HTTP/1.1 500 Oh\r\ncontent-type: text/plain\r\nconnection: close\r\n\r\n"
SO = frame({"choices": [{"delta": {"content": "so"}}]})
FINE: Mapping[type[HttpProvider], Reply] = {
    OpenAICompat: answer("fine"),
    MiniMax: answer("fine"),
    Anthropic: chat(
        {"type": "content_block_start", "content_block": {"type": "text", "text": "fine"}},
        {"type": "message_stop"},
    ),
    OpenAI: chat(
        {"type": "response.output_text.delta", "delta": "fine"}, {"type": "response.completed"}
    ),
    Google: chat(
        {"candidates": [{"content": {"parts": [{"text": "fine"}]}, "finishReason": "STOP"}]}
    ),
}


def chunk(piece: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(piece), piece)


def event(name: str, **fields: object) -> bytes:
    return f"event: {name}\n".encode() + frame({"type": name, **fields})


def streamed(*pieces: bytes) -> Reply:
    return Reply([stream_head(), *pieces])


def tasks(task: Task | None = None) -> int:
    """Count the tasks below *task*, or all."""
    root = task or current_root_task()
    assert root is not None
    return 1 + sum(
        tasks(child) for nursery in root.child_nurseries for child in nursery.child_tasks
    )


async def error_of(provider: HttpProvider, fine: str = "fine") -> ModelError:
    """Give the error of a first call; a second one, by the same actor, is answered."""
    async with open_system() as system:
        model = await provider.model("m").served(system)
        with pytest.raises(ModelError) as caught:
            await model.buffer(HELLO)
        service = await system.get_or_spawn(provider.service_name, provider)
        status = await service.ask(GetStatus())
        assert (status.in_flight, status.waiting) == (0, 0)
        if not isinstance(caught.value, RateLimitError):  # which would hold the second back
            assert response_text((await model.buffer(HELLO)).content) == fine
    return caught.value


def at(server_url: str, make: type[HttpProvider] = OpenAICompat) -> HttpProvider:
    return make(key=KEY, base_url=server_url, retry=ONCE, concurrency=1)


ROWS = [
    ("row-1-cut-in-an-event", Reply([CHUNKED, chunk(SO), chunk(b'data: {"a":')]), StreamCutError, "broke off"),
    ("row-2-cut-after-an-event", Reply([CHUNKED, chunk(SO)]), StreamCutError, "broke off"),
    ("row-4-shorter-than-it-said", Reply([LONG, SO[:15]]), StreamCutError, "broke off"),
    ("row-5-closed-in-an-event", streamed(SO, b'data: {"half'), StreamCutError, "cut off"),
    ("row-5-closed-after-an-event", streamed(SO), StreamCutError, "cut off"),
    ("row-5-closed-at-once", streamed(), StreamCutError, "cut off"),
    ("row-6-gzip-cut", Reply([GZIPPED, gzip.compress(SO * 50)[:-9]]), StreamCutError, "cut off"),
    ("row-7-gzip-that-is-none", Reply([GZIPPED, SO]), StreamCutError, "does not decode"),
    ("row-7-another-coding", Reply([GZIPPED.replace(b"gzip", b"br"), SO]), ProtocolError, "content-encoding br"),
    ("row-20-html", Reply([b"HTTP/1.1 429 No\r\ncontent-type: text/html\r\nRetry-After: 2\r\ncontent-length: 15\r\n\r\n<html>no</html>"]), RateLimitError, r"slow down \(429\); it asks to wait 2 s$"),
    ("row-21-json-with-200", refusal("200 OK", b'{"base_resp":{"status_code":1002,"status_msg":"rpm"}}'), RateLimitError, "rpm"),
    ("row-21-error-with-200", refusal("200 OK", f'{{"error":{{"message":"inner {KEY}"}}}}'.encode()), ServerError, "inner"),
    ("row-21-html-with-200", refusal("200 OK", b"<html>hi</html>", kind="text/html"), ProtocolError, "text/html instead of a stream"),
    ("row-21-nothing-with-200", refusal("200 OK", b"{}"), ProtocolError, "check the base URL"),
    ("row-21-no-type", Reply([b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi"]), ProtocolError, "nothing recognisable"),
    ("row-21-no-content", Reply([b"HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n"]), ProtocolError, "check the base URL"),
    ("row-22-bad-chunk-size", Reply([CHUNKED, b"zz\r\n"]), StreamCutError, "broke off"),
    ("row-22-no-http", Reply([b"not http at all\r\n\r\n"]), StreamCutError, "broke off"),
    ("row-22-endless-headers", Reply([CHUNKED[:-2] + b"x: " + b"y" * 200_000]), StreamCutError, "broke off"),
    ("row-23-closed-before-headers", Reply([]), StreamCutError, "broke off"),
    ("row-27-no-quota", refusal("429 No", b'{"error":{"code":"insufficient_quota","message":"pay"}}'), QuotaError, "used up.*pay"),
    ("row-27-no-quota-Moonshot", refusal("429 No", b'{"error":{"type":"exceeded_current_quota_error","message":"pay"}}'), QuotaError, "pay"),
    ("row-27-no-quota-DashScope", refusal("429 No", b'{"error":{"message":"Free allocated quota exceeded."}}'), QuotaError, "Free"),
    ("row-28-overloaded", refusal("529 Oh", b'{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}'), ServerError, r"\(529\): Overloaded"),
    ("row-29-error-in-the-stream", streamed(event("error", error={"type": "overloaded_error", "message": f"Over {KEY}"})), ServerError, "Over "),
    ("row-30-vLLM-dies", chat({"error": {"message": "EngineCore", "type": "InternalServerError", "code": 500}}, DONE), ServerError, "EngineCore"),
    ("row-30-error-is-a-text", chat({"error": f"it {KEY}\nbroke"}, DONE), ServerError, "it .* broke"),
    ("row-40-no-json", streamed(f"data: {{bad json {KEY}\n\n".encode()), ProtocolError, "not JSON"),
    ("row-40-no-object", streamed(b"data: [1]\n\n"), ProtocolError, "no object"),
    ("row-40-too-deep", streamed(b"data: " + b'{"a":' * 99_999 + b"\n\n"), ProtocolError, "not JSON"),
    ("row-43-refusal-cut", Reply([NO % b"Content-Length: 100", b'{"error":']), AuthenticationError, r"refused the key \(401\)"),
    ("row-43-refusal-in-gzip-that-is-none", Reply([NO % b"content-encoding: gzip", b"{}"]), AuthenticationError, r"refused the key \(401\)$"),
    ("row-43-refusal-in-another-coding", Reply([NO % b"content-encoding: br", b"{}"]), AuthenticationError, r"refused the key \(401\)$"),
    ("row-43-moved", Reply([b"HTTP/1.1 301 Moved\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n"]), StatusError, "301"),
    ("row-43-key-echoed", refusal("401 No", f'{{"error":{{"message":"bad key {KEY}"}}}}'.encode()), AuthenticationError, r"refused the key \(401\): bad key \[key\]"),
    ("row-43-forbidden", refusal("403 Forbidden", b"{}"), AuthenticationError, "403"),
    ("row-43-no-model", refusal("404 No", f'{{"error":{{"message":"no m for {KEY}"}}}}'.encode()), NotFoundError, "no m"),
    ("row-43-no-page", refusal("404 No", b"<html>nope</html>", kind="text/html"), NotFoundError, r"base URL is wrong \(404\)$"),
    ("row-43-too-large", refusal("413 No", b"<html>", kind="text/html"), ContextOverflowError, "does not fit m"),
    ("row-43-too-many-tokens", refusal("400 No", f'{{"error":"maximum context length is 10 tokens {KEY}"}}'.encode()), ContextOverflowError, "does not fit m"),
    ("row-43-gateway", refusal("504 No", b"<html>", kind="text/html"), ServerError, r"broke off \(504\)$"),
    ("row-43-plain-text", refusal("500 No", f"boom\n\t{KEY}".encode(), kind="text/plain"), ServerError, r"boom \[key\]"),
    ("row-43-a-list", refusal("400 No", f'[{{"error":{{"message":"odd {KEY}"}}}}]'.encode()), StatusError, "odd"),
    ("row-43-deep-json", refusal("400 No", b'{"error":' * 900 + b"1" + b"}" * 900), StatusError, "400"),
    ("row-43-endless-body", Reply([ERROR, b"x" * 1_000_000], hang=True), ServerError, "500"),
    ("row-43-bytes", refusal("500 No", bytes(range(256)), kind="application/octet-stream"), ServerError, "500"),
]  # fmt: skip
OTHERS = [
    ("row-5-Anthropic", Anthropic, streamed(event("content_block_start", content_block={"type": "text"})), StreamCutError, "cut off"),
    ("row-5-Responses", OpenAI, streamed(event("response.output_text.delta", delta="so")), StreamCutError, "cut off"),
    ("row-5-Gemini", Google, chat({"candidates": [{"content": {"parts": [{"text": "so"}]}}]}), StreamCutError, "cut off"),
    ("row-21-MiniMax", MiniMax, refusal("200 OK", b'{"base_resp":{"status_code":1004,"status_msg":"who"},"choices":null}'), AuthenticationError, "who"),
    ("row-21-MiniMax-stream", MiniMax, chat({"base_resp": {"status_code": 1000, "status_msg": "unknown"}, "choices": None}), ServerError, "unknown"),
    ("row-27-Gemini", Google, refusal("429 No", b'{"error":{"code":429,"message":"pay","status":"RESOURCE_EXHAUSTED","details":[{"violations":[{"quotaId":"GenerateRequestsPerDay"}]}]}}'), QuotaError, "pay"),
    ("row-27-MiniMax", MiniMax, refusal("200 OK", b'{"base_resp":{"status_code":1008,"status_msg":"insufficient balance"}}'), QuotaError, "insufficient"),
    ("row-27-Anthropic", Anthropic, refusal("429 No", b'{"type":"error","error":{"type":"rate_limit_error","message":"spent","details":{"error_code":"enforced_spend_limit_reached"}}}'), QuotaError, "spent"),
    ("row-28-Anthropic", Anthropic, refusal("529 Oh", b'{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}'), ServerError, r"\(529\): Overloaded"),
    ("row-29-Anthropic", Anthropic, streamed(event("ping"), event("error", error={"type": "overloaded_error", "message": "Overloaded"})), ServerError, "Overloaded"),
    ("row-31-flat", OpenAI, streamed(event("error", code="rate_limit_exceeded", message="slow", param=None)), RateLimitError, "slow"),
    ("row-31-nested", OpenAI, streamed(event("error", error={"type": "insufficient_quota", "code": "insufficient_quota", "message": "pay"}), event("response.failed", response={"error": {"code": "server_error", "message": "later"}})), QuotaError, "pay"),
    ("row-31-failed", OpenAI, streamed(event("response.failed", response={"error": {"code": "server_error", "message": "died"}})), ServerError, "died"),
    ("row-31-failed-without-a-word", OpenAI, streamed(event("response.failed", response={})), ServerError, "failed"),
    ("row-38-list", Google, refusal("400 No", f'[{{"error":{{"code":400,"message":"odd {KEY}","status":"INVALID_ARGUMENT"}}}}]'.encode()), StatusError, "odd"),
    ("row-38-list-in-the-stream", Google, streamed(b'data: [{"error":{"code":503,"message":"busy","status":"UNAVAILABLE"}}]\n\n'), ServerError, "busy"),
    ("row-38-overflow", Google, refusal("400 No", b'{"error":{"code":400,"message":"The input token count (11) exceeds the maximum number of tokens allowed (10)."}}'), ContextOverflowError, "input token count"),
    ("row-38-malformed-call", Google, chat({"candidates": [{"finishReason": "MALFORMED_FUNCTION_CALL", "finishMessage": f"call {KEY}"}]}), ServerError, "MALFORMED_FUNCTION_CALL"),
    ("row-40-Anthropic", Anthropic, streamed(b"data: {bad\n\n"), ProtocolError, "not JSON"),
    ("row-40-Responses", OpenAI, streamed(b"data: {bad\n\n"), ProtocolError, "not JSON"),
    ("row-40-Gemini", Google, streamed(b"data: {bad\n\n"), ProtocolError, "not JSON"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("make", "reply", "error", "said"),
    [
        *(pytest.param(OpenAICompat, *fault, id=row) for row, *fault in ROWS),
        *(pytest.param(*fault, id=row) for row, *fault in OTHERS),
    ],
)
async def test_each_fault_is_one_typed_line_without_the_key_and_harms_no_later_call(
    make: type[HttpProvider], reply: Reply, error: type[ModelError], said: str
) -> None:
    with trio.fail_after(5):
        async with open_loopback(reply, FINE[make]) as server:
            await wait_all_tasks_blocked()
            before = tasks()
            told = await error_of(at(server.base_url, make))
            await wait_all_tasks_blocked(0.01)
            after = tasks()

    assert type(told) is error
    assert_line(str(told), said)
    assert after == before


def assert_line(line: str, said: str) -> None:
    with pytest.raises(ModelError, match=said):
        raise ModelError(line)
    assert KEY not in line
    assert len(line.splitlines()) == 1
    assert len(line) < 600
    assert "httpx" not in line
    assert "Traceback" not in line


@pytest.mark.parametrize(
    "reply",
    [
        chat({"error": {"message": "x" * 285 + KEY}}),
        streamed(b"data: {bad " + b"x" * 60 + KEY.encode() + b"\n\n"),
    ],
    ids=["row-30", "row-40"],
)
async def test_no_part_of_a_key_is_told_where_a_message_is_cut_short(reply: Reply) -> None:
    async with open_loopback(reply, answer("fine")) as server:
        told = await error_of(at(server.base_url))

    assert KEY[:8] not in str(told)


@pytest.mark.parametrize(
    ("make", "reply", "error"),
    [
        pytest.param(
            OpenAICompat,
            refusal("429 No", b'{"error":{"message":"Too many tokens, please wait."}}'),
            RateLimitError,
            id="row-26-too-many-tokens-a-minute",
        ),
        pytest.param(
            Google,
            chat(
                {
                    "candidates": [
                        {"finishReason": "MALFORMED_RESPONSE", "finishMessage": "a\n" * 999}
                    ]
                }
            ),
            ServerError,
            id="row-38-a-long-message",
        ),
    ],
)
async def test_a_fault_is_told_as_what_it_is(
    make: type[HttpProvider], reply: Reply, error: type[ModelError]
) -> None:
    async with open_loopback(reply, FINE[make]) as server:
        told = await error_of(at(server.base_url, make))

    assert type(told) is error
    assert_line(str(told), ":")


async def test_row_1_what_came_before_the_cut_is_seen() -> None:
    cut = Reply([CHUNKED, chunk(SO), chunk(b"data: {")])
    async with (
        open_loopback(cut) as server,
        at(server.base_url).model("m").stream(HELLO) as events,
    ):
        assert await anext(events) == TextDelta("so")
        with pytest.raises(StreamCutError):
            await anext(events)


async def test_row_20_the_wait_that_a_server_asks_for_is_told() -> None:
    head = b"HTTP/1.1 429 No\r\nretry-after: 7\r\ncontent-length: 0\r\n\r\n"
    async with open_loopback(Reply([head])) as server:
        told = await error_of(at(server.base_url))

    assert isinstance(told, RateLimitError)
    assert told.retry_after_s == 7


async def test_row_43_a_redirect_takes_the_key_nowhere() -> None:
    async with open_loopback(answer("elsewhere")) as elsewhere:
        moved = f"HTTP/1.1 307 Moved\r\nlocation: {elsewhere.base_url}\r\ncontent-length: 0\r\n\r\n"
        async with open_loopback(Reply([moved.encode()]), answer("fine")) as server:
            told = await error_of(at(server.base_url))

        assert elsewhere.seen == []
    assert isinstance(told, StatusError)
    assert told.status == 307
