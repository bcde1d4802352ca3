import json
from contextlib import suppress
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagent.errors import (
    ContextOverflowError,
    ModelError,
    ProtocolError,
    SagentError,
    ServerError,
    StreamCutError,
    UsageError,
)
from sagent.message import (
    Descriptor,
    get_directive,
    get_queue_id,
    get_tool_name,
    response_text,
    response_tool_calls,
)
from sagent.model import (
    ModelEvent,
    ModelResponse,
    ResponseDone,
    StopReason,
    TextDelta,
    ThinkingDelta,
    ToolCallReady,
    Usage,
)
from sagent.providers._wires.anthropic.decoder import AnthropicDecoder
from sagent.providers._wires.fields import objects_in
from sagent.providers._wires.sse import EventDecoder

type Event = dict[str, Any]

STOP: Event = {"type": "message_stop"}


def start(**usage: object) -> Event:
    message: Event = {"model": "claude-x", "content": [], "stop_reason": None, "usage": usage}
    return {"type": "message_start", "message": message}


def begin(index: int, kind: str, **fields: object) -> Event:
    block = {"type": kind, **fields}
    return {"type": "content_block_start", "index": index, "content_block": block}


def delta(index: int, kind: str, **fields: object) -> Event:
    return {"type": "content_block_delta", "index": index, "delta": {"type": kind, **fields}}


def end(index: int) -> Event:
    return {"type": "content_block_stop", "index": index}


def ended(reason: str | None, **usage: object) -> Event:
    return {"type": "message_delta", "delta": {"stop_reason": reason}, "usage": usage}


def text(index: int, *pieces: str) -> list[Event]:
    deltas = [delta(index, "text_delta", text=piece) for piece in pieces]
    return [begin(index, "text", text=""), *deltas, end(index)]


def call(index: int, call_id: str, name: str, *pieces: str) -> list[Event]:
    deltas = [delta(index, "input_json_delta", partial_json=piece) for piece in pieces]
    return [begin(index, "tool_use", id=call_id, name=name, input={}), *deltas, end(index)]


WHOLE = [
    start(input_tokens=5, cache_read_input_tokens=100, cache_creation_input_tokens=20, output_tokens=1),
    {"type": "ping"},
    begin(0, "thinking", thinking="", signature=""),
    delta(0, "thinking_delta", thinking="hm\u2028"),
    delta(0, "signature_delta", signature="sig"),
    end(0),
    *text(1, "I ", "look"),
    *call(2, "toolu_1", "Read", "", '{"file_path"', ': "a"}'),
    *call(3, "toolu_2", "Now"),
    ended("tool_use", output_tokens=30, output_tokens_details={"thinking_tokens": 12}),
    STOP,
]  # fmt: skip


def decoded(*chunks: object) -> list[ModelEvent]:
    decoder = AnthropicDecoder("anthropic")
    pieces = [chunk if isinstance(chunk, str) else json.dumps(chunk) for chunk in chunks]
    events = [event for piece in pieces for event in decoder.feed(piece)]
    return [*events, *decoder.close()]


def response(*chunks: object) -> ModelResponse:
    last = decoded(*chunks)[-1]
    assert isinstance(last, ResponseDone)
    return last.response


def said(*chunks: object) -> str:
    return response_text(response(*chunks).content)


def directives(*chunks: object) -> list[tuple[str, dict[str, object]]]:
    calls = response_tool_calls(response(*chunks).content)
    return [(get_tool_name(each), dict(get_directive(each))) for each in calls]


def test_thinking_text_and_calls_come_as_they_are_written() -> None:
    thinking, one, two, read, now, done = decoded(*WHOLE)

    assert (thinking, one, two) == (ThinkingDelta("hm\u2028"), TextDelta("I "), TextDelta("look"))
    assert isinstance(read, ToolCallReady)
    assert isinstance(now, ToolCallReady)
    assert isinstance(done, ResponseDone)
    assert [part.descriptor for part in done.response.content] == [
        Descriptor.THINKING,
        Descriptor.TEXT,
        Descriptor.TOOL_CALL,
        Descriptor.TOOL_CALL,
        Descriptor.ECHO,
    ]


def test_the_response_says_what_it_took() -> None:
    got = response(*WHOLE)

    assert (got.stop_reason, got.model_id) == (StopReason.TOOL_USE, "claude-x")
    assert directives(*WHOLE) == [("Read", {"file_path": "a"}), ("Now", {})]
    assert got.usage == Usage(
        input_tokens=125,
        output_tokens=30,
        cached_tokens=100,
        cache_write_tokens=20,
        thinking_tokens=12,
    )


def test_counts_grow_and_what_is_not_told_anew_stays() -> None:
    got = response(start(input_tokens=9, output_tokens=1), ended(None, output_tokens=4, input_tokens=None), ended("end_turn", output_tokens=6, input_tokens=0), STOP)  # fmt: skip

    assert got.usage == Usage(input_tokens=9, output_tokens=6)


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("end_turn", StopReason.FINISHED),
        ("stop_sequence", StopReason.FINISHED),
        ("tool_use", StopReason.FINISHED),
        ("max_tokens", StopReason.MAX_TOKENS),
        ("model_context_window_exceeded", StopReason.MAX_TOKENS),
        ("pause_turn", StopReason.MAX_TOKENS),
        ("refusal", StopReason.REFUSAL),
        ("something new", StopReason.FINISHED),
        (None, StopReason.FINISHED),
    ],
)
def test_stop_reasons_are_mapped(word: str | None, reason: StopReason) -> None:
    assert response(*text(0, "a"), ended(word), STOP).stop_reason is reason


@pytest.mark.parametrize("word", ["end_turn", None, "something new"])
def test_with_calls_an_end_is_a_wish_for_their_results(word: str | None) -> None:
    assert response(*call(0, "c", "A"), ended(word), STOP).stop_reason is StopReason.TOOL_USE


def test_a_refusal_without_words_says_why() -> None:
    details = {"type": "refusal", "category": "cyber", "explanation": "This looks like malware."}
    refused = {"stop_reason": "refusal", "stop_details": details}
    got = response(start(), {"type": "message_delta", "delta": refused}, STOP)

    assert response_text(got.content) == "This looks like malware."
    assert got.stop_reason is StopReason.REFUSAL


@pytest.mark.parametrize(
    "chunks",
    [
        [begin(0, "tool_use", id="a", name="A"), delta(0, "input_json_delta", partial_json='{"x":1}'), end(0)],
        [begin(0, "tool_use", id="a", name="A", input={"x": 1}), end(0)],
        [begin(0, "tool_use", id="a", name="A", input={"x": 1})],
        [begin(0, "tool_use", id="a", name="A", input={"x": 1}), delta(0, "input_json_delta", partial_json=" ")],
        [begin(7, "tool_use", id="a", name="A", input={}), delta(7, "input_json_delta", partial_json='{"x":1}')],
        [{"type": "message_start", "message": {"content": [{"type": "tool_use", "id": "a", "name": "A", "input": {"x": 1}}]}}] * 2,
    ],
    ids=["no input", "input at once", "no stop", "empty delta", "index gap", "in the message"],
)  # fmt: skip
def test_calls_are_read_however_servers_write_them(chunks: list[Event]) -> None:
    assert directives(*chunks, ended("tool_use"), STOP) == [("A", {"x": 1})]


@pytest.mark.parametrize("raw", ['{"city": "Par', "666666", "[1]", "nonsense", '{"a": NaN}'])
def test_arguments_that_are_no_object_are_kept_for_the_dispatcher_to_refuse(raw: str) -> None:
    (made,) = response_tool_calls(response(*call(0, "c", "A", raw), ended("max_tokens"), STOP).content)  # fmt: skip

    with pytest.raises(UsageError, match="not a JSON object"):
        get_directive(made)


def test_calls_without_ids_or_with_the_same_id_get_ids_of_their_own() -> None:
    calls = [*call(0, "", "A"), *call(1, "x", "B"), *call(2, "x", "C")]
    ids = [get_queue_id(each) for each in response_tool_calls(response(*calls, STOP).content)]

    assert len(set(ids)) == 3
    assert all(ids)


ODD: list[Event | str] = [
    {},
    {"type": "ping"},
    {"type": "something_new", "delta": {"type": "text_delta", "text": "no"}},
    {"type": "content_block_delta", "index": 9, "delta": {"type": "something_new", "text": "no"}},
    {"type": "content_block_delta", "index": 9, "delta": {"type": "input_json_delta"}},
    {"type": "content_block_delta"},
    {"type": "content_block_stop", "index": 9},
    {"type": "message_delta", "delta": None, "usage": None},
    {"type": "message_start", "message": None},
    "[DONE]",
]


@pytest.mark.parametrize("odd", ODD)
def test_events_that_say_nothing_are_skipped(odd: Event | str) -> None:
    begun, piece, closed = text(0, "a")

    assert said(odd, begun, odd, piece, odd, closed, odd, ended("end_turn"), odd, STOP) == "a"


def test_text_whose_beginning_is_missing_is_read() -> None:
    assert said(delta(0, "text_delta", text="a"), STOP) == "a"
    assert said({"type": "content_block_delta", "delta": {"type": "text_delta", "text": "a"}}, STOP) == "a"  # fmt: skip


def test_a_character_cut_in_two_is_whole_in_the_response() -> None:
    assert said(*text(0, "\ud83d", "\ude00"), STOP) == "\U0001f600"


def test_blocks_without_anything_in_them_are_left_out() -> None:
    empty = [*text(0), begin(1, "thinking", thinking="", signature=""), end(1)]

    assert response(*empty, ended("end_turn"), STOP).content.content == ()


@pytest.mark.parametrize("length", range(len(WHOLE)))
def test_a_stream_that_ends_before_its_end_is_an_error(length: int) -> None:
    with pytest.raises(StreamCutError):
        decoded(*WHOLE[:length])


def test_nothing_counts_after_the_end() -> None:
    assert len(decoded(*text(0, "a"), STOP, *text(1, "b"), STOP, "[DONE]", "garbage")) == 2


@pytest.mark.parametrize(
    ("chunk", "error"),
    [
        ({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}, ServerError),
        ({"type": "error", "error": {"type": "invalid_request_error", "message": "prompt is too long: 9 tokens > 8 maximum"}}, ContextOverflowError),
        ({"type": "error"}, ModelError),
        ({"error": {"message": "engine died", "code": 500}}, ServerError),
        ("{bad json", ProtocolError),
        ("[1]", ProtocolError),
    ],
)  # fmt: skip
def test_an_error_in_the_stream_is_raised_with_its_type(
    chunk: object, error: type[ModelError]
) -> None:
    with pytest.raises(error):
        decoded(start(), *text(0, "a"), chunk, STOP)


@given(st.lists(st.integers(0, 10_000), max_size=40), st.sampled_from(["\n", "\r\n", "\r"]))
def test_events_are_the_same_however_the_stream_is_cut(cuts: list[int], newline: str) -> None:
    frames = [
        f"event: {event['type']}\ndata: {json.dumps(event, ensure_ascii=False)}\n\n"
        for event in WHOLE
    ]
    stream = "".join(frames).replace("\n", newline).encode()
    places = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    frame_decoder, decoder = EventDecoder(), AnthropicDecoder("anthropic")
    got = [
        event
        for one, other in pairwise(places)
        for frame in frame_decoder.feed(stream[one:other])
        for event in decoder.feed(frame.data)
    ]

    assert shown(got) == shown(decoded(*WHOLE))


def shown(events: list[ModelEvent]) -> list[str]:
    return [repr(event) for event in events]  # ids of messages are not in their reprs


NAMES = ["type", "index", "message", "content", "content_block", "delta", "text", "thinking", "signature", "data", "id", "name", "input", "partial_json", "usage", "input_tokens", "output_tokens_details", "stop_reason", "stop_details", "citations", "citation", "error", "x"]  # fmt: skip
WORDS = ["message_start", "content_block_start", "content_block_delta", "content_block_stop", "message_delta", "message_stop", "error", "text", "thinking", "tool_use", "redacted_thinking", "server_tool_use", "text_delta", "thinking_delta", "input_json_delta", "signature_delta", "citations_delta", "refusal"]  # fmt: skip
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(WORDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner),
    max_leaves=12,
)


@given(st.lists(ANYTHING, max_size=5))
def test_garbage_gives_events_or_errors_of_ours_and_never_a_crash(chunks: list[object]) -> None:
    with suppress(SagentError):
        decoded(*map(json.dumps, chunks), STOP)


@given(st.data())
def test_a_stream_with_a_few_wrong_fields_gives_events_or_errors_of_ours(
    data: st.DataObject,
) -> None:
    chunks = [json.loads(json.dumps(event)) for event in WHOLE]
    for _ in range(data.draw(st.integers(1, 4))):
        holder: Any = data.draw(st.sampled_from(chunks))
        for _ in range(data.draw(st.integers(0, 3))):
            inner = objects_in([*holder.values()])
            holder = data.draw(st.sampled_from(inner)) if inner else holder
        holder[data.draw(st.sampled_from([*map(str, holder), *NAMES]))] = data.draw(ANYTHING)

    with suppress(SagentError):
        decoded(*map(json.dumps, chunks), STOP)
