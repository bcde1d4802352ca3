"""What servers are known to send that is odd but does no harm, as bytes on a socket.

The rows are those of the list of faults that the providers are built to; `test_fault_matrix` has
those that end in an error.
"""

import gzip
import json
import zlib
from collections.abc import Mapping

import attrs
import pytest
import trio
from loopback import DONE, Reply, chat, frame, open_loopback, stream_head
from virtual_server import HELLO, ONCE

from sagent.agent import Agent
from sagent.lib.json import JSON
from sagent.message import (
    Descriptor,
    TextMessage,
    get_directive,
    get_tool_name,
    response_text,
    response_tool_calls,
)
from sagent.model import ModelResponse, StopReason, TextDelta, Usage
from sagent.providers import OpenAICompat
from sagent.providers._anthropic import Anthropic
from sagent.providers._google import Google
from sagent.providers._minimax import MiniMax
from sagent.providers._moonshot import Moonshot
from sagent.providers._openai import OpenAI
from sagent.providers._provider import HttpProvider
from sagent.testing import RecordingTool

CHUNKED = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
)
GZIPPED = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-encoding: gzip\r\nconnection: close\r\n\r\n"
STOP: dict[str, object] = {"choices": [{"finish_reason": "stop"}]}
END = frame(STOP) + frame(DONE)


@attrs.frozen
class Told:
    """What a response says, for a comparison."""

    text: str = ""
    thinking: str = ""
    calls: tuple[tuple[str, JSON], ...] = ()
    why: StopReason = StopReason.FINISHED


def told(response: ModelResponse) -> Told:
    thoughts = [
        part.content
        for part in response.content.content
        if isinstance(part, TextMessage) and part.descriptor == Descriptor.THINKING
    ]
    calls = response_tool_calls(response.content)
    return Told(
        response_text(response.content),
        "".join(thoughts),
        tuple((get_tool_name(call), get_directive(call)) for call in calls),
        response.stop_reason,
    )


async def response_to(reply: Reply, make: type[HttpProvider] = OpenAICompat) -> ModelResponse:
    with trio.fail_after(5):
        async with open_loopback(reply) as server:
            return await make(base_url=server.base_url, retry=ONCE).model("m").buffer(HELLO)


def said(*deltas: Mapping[str, object], finish: str | None = "stop", **usage: object) -> Reply:
    chunks: list[dict[str, object]] = [{"choices": [{"delta": delta}]} for delta in deltas]
    return chat(*chunks, {"choices": [{"finish_reason": finish}], **usage}, DONE)


def called(*pieces: Mapping[str, object], finish: str | None = "tool_calls") -> Reply:
    return said(*({"tool_calls": [piece]} for piece in pieces), finish=finish)


def delta(text: str) -> bytes:
    return frame({"choices": [{"delta": {"content": text}}]})


def raw(*pieces: bytes | float) -> Reply:
    return Reply([stream_head(), *pieces])


def in_bytes(data: bytes) -> Reply:
    return Reply([CHUNKED, b"".join(b"1\r\n%c\r\n" % byte for byte in data), b"0\r\n\r\n"])


def event(name: str, **fields: object) -> bytes:
    return f"event: {name}\n".encode() + frame({"type": name, **fields})


def unescaped(text: str) -> bytes:
    chunk = {"choices": [{"delta": {"content": text}}]}
    return b"data: " + json.dumps(chunk, ensure_ascii=False).encode() + b"\n\n"


ODD = "x\u2028y\x85z\u2029\ufeffq"
A_CALL = Told(calls=(("f", {"x": 1}),), why=StopReason.TOOL_USE)
TWO_CALLS = Told(calls=(("f", {"x": 1}), ("g", {})), why=StopReason.TOOL_USE)
F = {"name": "f", "arguments": '{"x":1}'}
G = {"name": "g", "arguments": ""}

CHAT = [
    ("row-2-end-without-the-last-chunk", Reply([CHUNKED, b"%x\r\n%b\r\n" % (len(delta("ok") + END), delta("ok") + END)]), Told("ok")),
    ("row-2-reason-without-the-last-chunk", Reply([CHUNKED, b"%x\r\n%b\r\n" % (len(delta("ok") + frame(STOP)), delta("ok") + frame(STOP))]), Told("ok")),
    ("row-9-line-ends-of-unicode", raw(unescaped(ODD), END), Told(ODD)),
    ("row-10-a-byte-at-a-time", in_bytes(unescaped("é\u2028🙂") + END), Told("é\u2028🙂")),
    ("row-11-crlf-cut-in-two", raw(delta("o").rstrip() + b"\r", 0.01, b"\n\r", 0.01, b"\n" + (delta("k") + END).replace(b"\n", b"\r\n")), Told("ok")),
    ("row-12-carriage-returns", raw((delta("o") + delta("k") + END).replace(b"\n", b"\r")), Told("ok")),
    ("row-13-byte-order-mark", raw(b"\xef\xbb\xbf" + delta("ok"), END), Told("ok")),
    ("row-14-fields-and-comments", raw(b'event: x\ndata: {"choices":\ndata: [{"delta":{"content":"o"}}]}\nid: 7\nretry: 10\n\n: ping\n\ndata:' + delta("k")[6:], END), Told("ok")),
    ("row-15-no-blank-line-at-the-end", raw(delta("ok"), frame(STOP)[:-1]), Told("ok")),
    ("row-15-no-line-end-at-the-end", raw(delta("ok"), frame(STOP)[:-2]), Told("ok")),
    ("row-16-invalid-utf-8", raw(delta("a?b").replace(b"?", b"\xff\xfe"), END), Told("a\ufffd\ufffdb")),
    ("row-17-a-long-line", raw(delta("x" * 8_000_000), END), Told("x" * 8_000_000)),
    ("row-21-another-case", Reply([stream_head("Text/Event-Stream; charset=UTF-8"), delta("ok"), END]), Told("ok")),
    ("row-32-no-choices", chat({"choices": []}, {"choices": None}, {"id": "x"}, {"choices": [{"delta": None}]}, {"choices": [None]}, {"choices": [{"delta": {"content": "ok"}}]}, STOP, DONE), Told("ok")),
    ("row-34-no-index", called({"id": "a", "function": F}, {"id": "b", "function": G}), TWO_CALLS),
    ("row-34-one-index-two-ids", called({"index": 0, "id": "a", "function": F}, {"index": 0, "id": "b", "function": G}), TWO_CALLS),
    ("row-34-id-and-name-repeated", called({"index": 0, "id": "a", "function": {"name": "f", "arguments": '{"x"'}}, {"index": 0, "id": "a", "function": {"name": "f", "arguments": ":1}"}}), A_CALL),
    ("row-34-name-null", called({"index": 0, "id": "a", "function": {"name": "f", "arguments": None}}, {"index": 0, "function": {"name": None, "arguments": '{"x":1}'}}), A_CALL),
    ("row-34-arguments-are-an-object", called({"index": 0, "id": "a", "function": {"name": "f", "arguments": {"x": 1}}}), A_CALL),
    ("row-36-stop-with-calls", called({"id": "a", "function": F}, finish="stop"), A_CALL),
    ("row-36-no-reason", called({"id": "a", "function": F}, finish=None), A_CALL),
    ("row-36-an-unknown-reason", said({"content": "ok"}, finish="whatever"), Told("ok")),
    ("row-36-an-old-reason", called({"id": "a", "function": F}, finish="FUNCTION_CALL"), A_CALL),
    ("row-36-the-window", said({"content": "ok"}, finish="model_context_window_exceeded"), Told("ok", why=StopReason.MAX_TOKENS)),
    ("row-39-thinking-between", said({"reasoning_content": "a"}, {"content": "o"}, {"reasoning_content": ""}, {"reasoning_content": "b"}, {"content": "k"}), Told("ok", "ab")),
    ("row-39-tags", said({"content": "<thi"}, {"content": "nk>ab</think>"}, {"content": "ok"}), Told("ok", "ab")),
    ("row-41-numbers-that-json-lacks", raw(b'data: {"choices":[{"delta":{"content":"ok"},"logprobs":NaN,"x":-Infinity}]}\n\n', END), Told("ok")),
    ("row-41-keys-twice", raw(b'data: {"choices":[],"choices":[{"delta":{"content":"ok"}}]}\n\n', END), Told("ok")),
    ("row-41-half-characters", raw(delta("\ud83d"), delta("\ude42"), END), Told("🙂")),
    ("row-42-bytes-after-the-end", raw(delta("ok"), END, b"data: {bad\n\n", delta("no")), Told("ok")),
]  # fmt: skip
OTHERS = [
    ("row-37-Anthropic", Anthropic, raw(
        event("ping"),
        event("message_start", message={}),
        event("brand_new"),
        event("content_block_start", index=1, content_block={"type": "unheard_of"}),
        event("content_block_delta", index=1, delta={"type": "unheard_of_delta"}),
        event("content_block_start", index=7, content_block={"type": "tool_use", "id": "t", "name": "f"}),
        event("content_block_delta", index=7, delta={"type": "input_json_delta", "partial_json": '{"x":1}'}),
        event("content_block_stop", index=7),
        event("message_delta", delta={"stop_reason": "tool_use"}),
        event("message_stop"),
    ), A_CALL),
    ("row-42-Anthropic", Anthropic, raw(event("content_block_start", content_block={"type": "text", "text": "ok"}), event("message_stop"), event("message_stop"), delta("no"), frame(DONE)), Told("ok")),
    ("row-31-Responses-unknown-events", OpenAI, raw(event("response.web_search_call.searching"), event("response.output_text.delta", delta="ok"), event("response.completed", response={}), frame(DONE)), Told("ok")),
    ("row-38-blocked", Google, chat({"promptFeedback": {"blockReason": "SAFETY"}}), Told(why=StopReason.FILTERED)),
    ("row-38-no-parts", Google, chat({"candidates": [{"content": {"parts": [{"text": "ok"}]}}]}, {"candidates": [{"content": {}, "finishReason": "STOP"}]}), Told("ok")),
    ("row-38-signature-in-an-empty-text", Google, chat({"candidates": [{"content": {"parts": [{"text": "ok"}, {"text": "", "thoughtSignature": "YQ=="}]}, "finishReason": "STOP"}]}), Told("ok")),
    ("row-38-stop-with-calls", Google, chat({"candidates": [{"content": {"parts": [{"functionCall": {"name": "f", "args": {"x": 1}}}]}, "finishReason": "STOP"}]}), A_CALL),
    ("row-2-Gemini-reason-without-the-last-chunk", Google, Reply([CHUNKED, b"%x\r\n%b\r\n" % (len(raw_end := frame({"candidates": [{"content": {"parts": [{"text": "ok"}]}, "finishReason": "STOP"}]})), raw_end)]), Told("ok")),
    ("row-39-MiniMax-cumulative", MiniMax, said({"reasoning_content": "a"}, {"reasoning_content": "ab"}, {"content": "o"}, {"content": "ok"}), Told("ok", "ab")),
    ("row-32-MiniMax-no-choices", MiniMax, chat({"base_resp": {"status_code": 0, "status_msg": ""}, "choices": None}, {"choices": [{"delta": {"content": "ok"}}]}, STOP, DONE), Told("ok")),
    ("row-39-Moonshot-empty-thinking", Moonshot, said({"reasoning_content": ""}, {"content": "ok"}), Told("ok")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("make", "reply", "expected"),
    [
        *(pytest.param(OpenAICompat, reply, expected, id=row) for row, reply, expected in CHAT),
        *(pytest.param(make, reply, expected, id=row) for row, make, reply, expected in OTHERS),
    ],
)
async def test_what_does_no_harm_is_read(
    make: type[HttpProvider], reply: Reply, expected: Told
) -> None:
    assert told(await response_to(reply, make)) == expected


COUNTED = {"prompt_tokens": 7, "completion_tokens": 2}


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(chat(STOP, {"choices": [], "usage": COUNTED}, DONE), id="row-33-after-the-end"),
        pytest.param(said(usage=COUNTED), id="row-33-beside-the-reason"),
        pytest.param(chat({"choices": [{"finish_reason": "stop", "usage": COUNTED}]}, DONE), id="row-33-in-the-choice"),
        pytest.param(chat({"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 1}}, {**STOP, "usage": COUNTED}, DONE), id="row-33-in-each-chunk"),
    ],
)  # fmt: skip
async def test_tokens_are_counted_wherever_the_server_says_them(reply: Reply) -> None:
    assert (await response_to(reply)).usage == Usage(input_tokens=7, output_tokens=2)


@pytest.mark.parametrize("arguments", ['{"city": "Par', "666666", "[]", "null"])
async def test_row_35_the_model_is_told_of_arguments_that_are_none(arguments: str) -> None:
    tool = RecordingTool("f", "42")
    calling = called({"id": "a", "function": {"name": "f", "arguments": arguments}})
    with trio.fail_after(5):
        async with open_loopback(calling, said({"content": "sorry"})) as server:
            model = OpenAICompat(base_url=server.base_url).model("m")
            final = await Agent(model=model, tools=[tool]).run("go")

    assert final.content == "sorry"
    assert "JSON object" in server.seen[1].body["messages"][-1]["content"]


async def test_row_35_arguments_that_were_cut_for_their_length_are_a_call() -> None:
    cut = called({"id": "a", "function": {"name": "f", "arguments": '{"ci'}}, finish="length")
    response = await response_to(cut)

    assert [get_tool_name(call) for call in response_tool_calls(response.content)] == ["f"]
    assert response.stop_reason is StopReason.MAX_TOKENS


async def test_row_8_an_answer_that_a_proxy_compressed_is_read_as_it_comes() -> None:
    deflate = zlib.compressobj(wbits=31)
    packed = deflate.compress(delta("a")) + deflate.flush(zlib.Z_SYNC_FLUSH)
    async with open_loopback(Reply([GZIPPED + packed], hang=True)) as server:
        model = OpenAICompat(base_url=server.base_url).model("m")
        with trio.fail_after(5):
            async with model.stream(HELLO) as events:
                assert await anext(events) == TextDelta("a")


async def test_row_8_each_event_may_be_compressed_by_itself() -> None:
    members = Reply([GZIPPED + gzip.compress(delta("ok")), gzip.compress(END)])

    assert told(await response_to(members)) == Told("ok")


@pytest.mark.parametrize("coding", [b"GZIP", b"X-Gzip", b"Identity"])
async def test_row_8_codings_are_named_in_any_case(coding: bytes) -> None:
    whole = delta("ok") + END
    sent = whole if coding == b"Identity" else gzip.compress(whole)

    assert told(await response_to(Reply([GZIPPED.replace(b"gzip", coding), sent]))) == Told("ok")


async def test_row_42_a_server_that_stays_on_after_the_end_is_not_waited_for() -> None:
    whole = chat({"choices": [{"delta": {"content": "ok"}}]}, DONE, hang=True)

    assert told(await response_to(whole)) == Told("ok")
