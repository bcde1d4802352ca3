"""One answer of each wire, as its vendor streams it: thinking, text and two calls.

What only the vendor may see again is marked: its thinking says "pondered by", its signatures say
"sealed-by", each with the wire's name. Arguments come as compactly as they are written again, which
Chat Completions does.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from sagent.lib.json import JSON
from sagent.model import ModelEvent, ModelRequest, ModelResponse, ResponseDone
from sagent.providers import (
    Anthropic,
    DashScope,
    Google,
    HttpProvider,
    MiniMax,
    Moonshot,
    OpenAI,
    OpenAICompat,
    SelfHosted,
)
from sagent.providers._wires.sse import EventDecoder
from sagent.providers._wires.wire import Decoder, Wire

type Event = dict[str, Any]  # as a server sends it

TEXT = "I look at both."
READ: tuple[str, JSON] = ("Read", {"file_path": "a.txt"})
NOW: tuple[str, JSON] = ("Now", {})
DONE = "[DONE]"


@attrs.frozen(kw_only=True, repr=False)
class Recording:
    """An answer, and how it goes back to the vendor that gave it."""

    name: str
    provider: HttpProvider
    model_id: str
    events: Sequence[Event | str]
    body_key: str
    """Where the body of a request has the conversation."""
    own: Sequence[Event]
    """What stands there for the answer when it goes back."""
    is_named: bool = False
    """Whether each event also says its type outside of its data."""
    speaks: bool = True
    """Whether the answer has a text beside its calls."""
    calls: Sequence[tuple[str, JSON]] = (READ, NOW)

    @property
    def secrets(self) -> tuple[bytes, bytes]:
        """What no other vendor may see: its thinking, and its signatures."""
        return f"pondered by {self.name}".encode(), f"sealed-by-{self.name}".encode()

    def wire(self) -> Wire:
        """Make the wire, which has written nothing yet."""
        return self.provider.wire(self.model_id)

    def stream(self, end: str = "\n") -> bytes:
        """Write the answer as bytes, with *end* at the end of each line."""
        return "".join(self._frame(event, end) for event in self.events).encode()

    def answer(self, request: ModelRequest) -> ModelResponse:
        """Decode the answer."""
        done = decoded(self.wire().decoder(request), self.stream())[-1]
        assert isinstance(done, ResponseDone)
        return done.response

    def _frame(self, event: Event | str, end: str) -> str:
        data = event if isinstance(event, str) else json.dumps(event, ensure_ascii=False)
        named = isinstance(event, dict) and self.is_named
        head = f"event: {event['type']}{end}" if named and isinstance(event, dict) else ""
        return f"{head}data: {data}{end}{end}"


def decoded(decoder: Decoder, *pieces: bytes) -> list[ModelEvent]:
    """Decode *pieces* of a stream to its end."""
    frames, got = EventDecoder(), list[ModelEvent]()
    for piece in pieces:
        for frame in frames.feed(piece):
            got += decoder.feed(frame.data)
    for frame in frames.close():
        got += decoder.feed(frame.data)
    return [*got, *decoder.close()]


def _delta(**delta: object) -> Event:
    return {"model": "m", "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}


def _call(index: int, call_id: str, name: str, arguments: str) -> Event:
    function = {"name": name, "arguments": arguments}
    return {"index": index, "id": call_id, "type": "function", "function": function}


def _chat(
    name: str,
    provider: HttpProvider,
    model_id: str,
    *,
    ids: tuple[str, str],
    thinking: Sequence[Mapping[str, object]] = (),
    echo: Mapping[str, object] | None = None,
) -> Recording:
    first = _call(0, ids[0], "Read", '{"file_path"')
    second = {"index": 0, "function": {"arguments": ':"a.txt"}'}}
    last = _call(1, ids[1], "Now", "{}")
    own = [
        {key: call[key] for key in ("id", "type", "function")}
        for call in (_call(0, ids[0], "Read", '{"file_path":"a.txt"}'), last)
    ]
    return Recording(
        name=name,
        provider=provider,
        model_id=model_id,
        events=(
            _delta(role="assistant", content=""),
            *(_delta(**delta) for delta in thinking),
            _delta(content="I look"),
            _delta(content=" at both."),
            _delta(tool_calls=[first]),
            _delta(tool_calls=[second]),
            _delta(tool_calls=[last]),
            {"model": "m", "choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]},
            {"model": "m", "choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 5}},
            DONE,
        ),
        body_key="messages",
        own=[{"role": "assistant", "content": TEXT, **(echo or {}), "tool_calls": own}],
    )


def _block(index: int, block: Event, *deltas: Event) -> list[Event]:
    at: Event = {"index": index}
    return [
        {"type": "content_block_start", **at, "content_block": block},
        *({"type": "content_block_delta", **at, "delta": delta} for delta in deltas),
        {"type": "content_block_stop", **at},
    ]


def _use(call_id: str, name: str, directive: Event) -> Event:
    return {"type": "tool_use", "id": call_id, "name": name, "input": directive}


ANTHROPIC = Recording(
    name="anthropic",
    provider=Anthropic(key="k"),
    model_id="claude-opus-4-8",
    events=(
        {"type": "message_start", "message": {"model": "m", "usage": {"input_tokens": 9}}},
        *_block(
            0,
            {"type": "thinking", "thinking": "", "signature": ""},
            {"type": "thinking_delta", "thinking": "pondered by "},
            {"type": "thinking_delta", "thinking": "anthropic"},
            {"type": "signature_delta", "signature": "sealed-by-anthropic"},
        ),
        *_block(1, {"type": "redacted_thinking", "data": "sealed-by-anthropic-too"}),
        *_block(
            2,
            {"type": "text", "text": ""},
            {"type": "text_delta", "text": "I look"},
            {"type": "text_delta", "text": " at both."},
        ),
        *_block(
            3,
            _use("toolu_01A", "Read", {}),
            {"type": "input_json_delta", "partial_json": '{"file_path"'},
            {"type": "input_json_delta", "partial_json": ': "a.txt"}'},
        ),
        *_block(4, _use("toolu_01B", "Now", {}), {"type": "input_json_delta", "partial_json": ""}),
        {
            "type": "message_delta",
            "delta": {"stop_reason": "tool_use"},
            "usage": {"output_tokens": 5},
        },
        {"type": "message_stop"},
    ),
    is_named=True,
    body_key="messages",
    own=[
        {
            "role": "assistant",
            "content": [
                {
                    "type": "thinking",
                    "thinking": "pondered by anthropic",
                    "signature": "sealed-by-anthropic",
                },
                {"type": "redacted_thinking", "data": "sealed-by-anthropic-too"},
                {"type": "text", "text": TEXT},
                _use("toolu_01A", "Read", {"file_path": "a.txt"}),
                _use("toolu_01B", "Now", {}),
            ],
        }
    ],
)

_SAID: Event = {"type": "output_text", "text": TEXT, "annotations": [], "logprobs": []}
_ITEMS: tuple[Event, ...] = (
    {
        "type": "reasoning",
        "id": "rs_1",
        "summary": [{"type": "summary_text", "text": "pondered by responses"}],
        "encrypted_content": "sealed-by-responses",
    },
    {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": [_SAID]},
    {"type": "function_call", "id": "fc_1", "call_id": "call_r1", "name": "Read", "arguments": '{"file_path": "a.txt"}', "status": "completed"},
    {"type": "function_call", "id": "fc_2", "call_id": "call_r2", "name": "Now", "arguments": "{}", "status": "completed"},
)  # fmt: skip
RESPONSES = Recording(
    name="responses",
    provider=OpenAI(key="k"),
    model_id="gpt-5.5",
    events=(
        {"type": "response.created", "response": {"id": "resp_1", "model": "m"}},
        {"type": "response.reasoning_summary_part.added", "summary_index": 0},
        {"type": "response.reasoning_summary_text.delta", "delta": "pondered by responses"},
        {"type": "response.output_item.done", "output_index": 0, "item": _ITEMS[0]},
        {"type": "response.output_text.delta", "delta": "I look"},
        {"type": "response.output_text.delta", "delta": " at both."},
        *(
            {"type": "response.output_item.done", "output_index": index, "item": item}
            for index, item in enumerate(_ITEMS[1:], start=1)
        ),
        {
            "type": "response.completed",
            "response": {"model": "m", "usage": {"input_tokens": 9, "output_tokens": 5}},
        },
    ),
    is_named=True,
    body_key="input",
    own=_ITEMS,
)


def _candidate(*parts: Event, **fields: object) -> Event:
    return {"modelVersion": "m", "candidates": [{"content": {"parts": [*parts]}, **fields}]}


_SIGNED: Event = {
    "functionCall": {"id": "fc-g1", "name": "Read", "args": {"file_path": "a.txt"}},
    "thoughtSignature": "sealed-by-google",
}
_UNSIGNED: Event = {"functionCall": {"name": "Now", "args": {}}}
GOOGLE = Recording(
    name="google",
    provider=Google(key="k"),
    model_id="gemini-3.1-pro-preview",
    events=(
        _candidate({"text": "pondered by ", "thought": True}),
        _candidate({"text": "google", "thought": True}),
        _candidate({"text": "I look"}),
        _candidate({"text": " at both."}),
        _candidate(_SIGNED, _UNSIGNED),
        {
            **_candidate({"text": "", "thoughtSignature": "sealed-by-google"}, finishReason="STOP"),
            "usageMetadata": {"promptTokenCount": 9, "candidatesTokenCount": 5},
        },
    ),
    body_key="contents",
    own=[
        {
            "role": "model",
            "parts": [
                {"text": "pondered by google", "thought": True},
                {"text": TEXT},
                _SIGNED,
                _UNSIGNED,
                {"text": "", "thoughtSignature": "sealed-by-google"},
            ],
        }
    ],
)

_DETAIL: Event = {
    "type": "reasoning.text",
    "id": "r1",
    "text": "pondered by minimax",
    "signature": "sealed-by-minimax",
}
_STEP = '{"tool": "Read", "arguments": {"file_path": "a.txt"}}'

RECORDINGS: Mapping[str, Recording] = {
    each.name: each
    for each in (
        ANTHROPIC,
        RESPONSES,
        _chat("chat", OpenAI(key="k", api="chat"), "gpt-5.5", ids=("call_c1", "call_c2")),
        GOOGLE,
        _chat(
            "moonshot",
            Moonshot(key="k"),
            "kimi-k2.6",
            ids=("functions.Read:0", "functions.Now:1"),
            thinking=[{"reasoning_content": "pondered by "}, {"reasoning_content": "moonshot"}],
            echo={"reasoning_content": "pondered by moonshot"},
        ),
        _chat(
            "dashscope",
            DashScope(key="k"),
            "qwen3.7-max",
            ids=("call_d1", "call_d2"),
            thinking=[{"reasoning_content": "pondered by "}, {"reasoning_content": "dashscope"}],
            echo={"reasoning_content": "pondered by dashscope"},
        ),
        _chat(
            "minimax",
            MiniMax(key="k"),
            "MiniMax-M3",
            ids=("call_function_m1", "call_function_m2"),
            thinking=[{"reasoning_details": [_DETAIL]}],
            echo={"reasoning_details": [_DETAIL]},
        ),
        _chat(
            "selfhosted",
            SelfHosted(),
            "Qwen/Qwen3.6-27B",
            ids=("chatcmpl-tool-1", "chatcmpl-tool-2"),
            thinking=[{"reasoning": "pondered by "}, {"reasoning": "selfhosted"}],
            echo={"reasoning": "pondered by selfhosted"},
        ),
        Recording(
            name="constrained",
            provider=OpenAICompat(base_url="http://127.0.0.1/v1", tool_protocol="constrained"),
            model_id="m",
            events=(
                _delta(reasoning_content="pondered by constrained"),
                *(_delta(content=_STEP[at : at + 7]) for at in range(0, len(_STEP), 7)),
                {"model": "m", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
                {"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 5}},
                DONE,
            ),
            body_key="messages",
            own=[{"role": "assistant", "content": _STEP}],
            speaks=False,
            calls=(READ,),
        ),
    )
}
"""By the wires' names."""
