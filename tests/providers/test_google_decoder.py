import json
from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagent.errors import (
    ModelError,
    ProtocolError,
    RateLimitError,
    ServerError,
    StreamCutError,
    UsageError,
)
from sagent.message import (
    Descriptor,
    Message,
    TextMessage,
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
from sagent.providers._wires.google.decoder import GoogleDecoder
from sagent.providers._wires.sse import EventDecoder

STOP: dict[str, object] = {"candidates": [{"finishReason": "STOP"}]}
SIGNED = {"thoughtSignature": "c2lnbmVk"}


def events(*chunks: object) -> list[ModelEvent]:
    decoder = GoogleDecoder()
    return [
        *(event for chunk in chunks for event in decoder.feed(written(chunk))),
        *decoder.close(),
    ]


def response(*chunks: object) -> ModelResponse:
    last = events(*chunks)[-1]
    assert isinstance(last, ResponseDone)
    return last.response


def written(chunk: object) -> str:
    return chunk if isinstance(chunk, str) else json.dumps(chunk)


def parts(*parts: object) -> dict[str, object]:
    return {"candidates": [{"content": {"role": "model", "parts": parts}}]}


def finished(reason: str, *said: object, **more: object) -> dict[str, object]:
    return {"candidates": [{"content": {"parts": said}, "finishReason": reason, **more}]}


def call(name: str, **fields: object) -> dict[str, object]:
    return {"functionCall": {"name": name, **fields}}


def plain(content: Sequence[Message]) -> list[tuple[str, str]]:
    return [(part.descriptor, part.content) for part in content if isinstance(part, TextMessage)]


def test_text_comes_as_it_is_written_and_whole_at_the_end() -> None:
    got = events(parts({"text": "Hel"}), finished("STOP", {"text": "lo"}))

    assert got[:2] == [TextDelta("Hel"), TextDelta("lo")]
    assert len(got) == 3
    last = got[-1]
    assert isinstance(last, ResponseDone)
    assert plain(last.response.content.content) == [("text/plain", "Hello")]
    assert last.response.stop_reason is StopReason.FINISHED


def test_thoughts_are_kept_apart_from_the_answer() -> None:
    got = response(
        parts({"text": "h", "thought": True}),
        parts({"text": "m", "thought": True}, {"text": "so"}),
        STOP,
    )

    assert plain(got.content.content) == [(Descriptor.THINKING, "hm"), (Descriptor.TEXT, "so")]
    assert events(parts({"text": "hm", "thought": True}), STOP)[0] == ThinkingDelta("hm")


def test_signed_text_is_never_joined_with_other_text() -> None:
    said = [{"text": "a"}, {"text": "b"}, {"text": "c", **SIGNED}, {"text": "d"}, {"text": "e"}]

    got = response(*(parts(part) for part in said), STOP)

    assert plain(got.content.content) == [("text/plain", text) for text in ("ab", "c", "de")]


def test_a_signature_on_empty_text_leaves_no_empty_message() -> None:
    got = response(parts({"text": "a"}), finished("STOP", {"text": "", **SIGNED}))

    assert plain(got.content.content) == [("text/plain", "a")]
    assert [part.descriptor for part in got.content][1:] == [Descriptor.ECHO]


def test_calls_come_whole_and_make_the_answer_a_tool_use() -> None:
    got = events(parts(call("Read", id="c1", args={"file_path": "a"})), finished("STOP"))

    ready, done = got
    assert isinstance(ready, ToolCallReady)
    assert (get_tool_name(ready.call), get_queue_id(ready.call)) == ("Read", "c1")
    assert get_directive(ready.call) == {"file_path": "a"}
    assert isinstance(done, ResponseDone)
    assert done.response.stop_reason is StopReason.TOOL_USE


def test_calls_without_ids_or_with_the_same_id_get_ids_of_their_own() -> None:
    got = response(parts(call("A"), call("B"), call("C", id="x"), call("D", id="x")), STOP)

    ids = [get_queue_id(call) for call in response_tool_calls(got.content)]
    assert ids[2] == "x"
    assert len(set(ids)) == 4
    assert all(ids)


@pytest.mark.parametrize("arguments", [{}, {"args": None}, {"args": {}}])
def test_a_call_without_arguments_has_none(arguments: dict[str, object]) -> None:
    (got,) = response_tool_calls(response(parts(call("A", **arguments)), STOP).content)

    assert get_directive(got) == {}


@pytest.mark.parametrize("arguments", ['"text"', "[1]", '{"a": NaN}', "6", '{"a": ' * 500 + "1" + "}" * 500])  # fmt: skip
def test_arguments_that_are_no_object_are_kept_for_the_dispatcher_to_refuse(arguments: str) -> None:
    chunk = f'{{"candidates":[{{"content":{{"parts":[{{"functionCall":{{"name":"A","args":{arguments}}}}}]}}}}]}}'

    (got,) = response_tool_calls(response(chunk, STOP).content)

    with pytest.raises(UsageError, match="not a JSON object"):
        get_directive(got)


def test_a_call_without_a_name_is_left_out() -> None:
    got = response(parts({"functionCall": {"args": {}}}, {"text": "a"}), STOP)

    assert plain(got.content.content) == [("text/plain", "a")]


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("STOP", StopReason.FINISHED),
        ("MAX_TOKENS", StopReason.MAX_TOKENS),
        ("SAFETY", StopReason.FILTERED),
        ("RECITATION", StopReason.FILTERED),
        ("PROHIBITED_CONTENT", StopReason.FILTERED),
        ("IMAGE_SAFETY", StopReason.FILTERED),
        ("SOMETHING_NEW", StopReason.FINISHED),
        ("OTHER", StopReason.FINISHED),
    ],
)
def test_finish_reasons_are_mapped(word: str, reason: StopReason) -> None:
    assert response(finished(word, {"text": "a"})).stop_reason is reason


EMPTY: list[tuple[object, StopReason]] = [
    ({"promptFeedback": {"blockReason": "SAFETY"}}, StopReason.FILTERED),
    ({"promptFeedback": {"blockReason": "NEW"}, "candidates": []}, StopReason.FILTERED),
    ({"candidates": [{"finishReason": "SAFETY"}]}, StopReason.FILTERED),
    ({"candidates": [{"finishReason": "STOP", "content": {}}]}, StopReason.FINISHED),
    ({"candidates": [{"finishReason": "STOP", "content": None}]}, StopReason.FINISHED),
    ({"candidates": [{"finishReason": "OTHER"}]}, StopReason.REFUSAL),
]


@pytest.mark.parametrize(("chunk", "reason"), EMPTY)
def test_an_answer_without_content_still_says_why(chunk: object, reason: StopReason) -> None:
    got = response(chunk)

    assert (got.stop_reason, got.content.content) == (reason, ())


@pytest.mark.parametrize("word", ["MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL"])
def test_a_call_that_gemini_itself_cannot_read_is_an_error_that_may_pass(word: str) -> None:
    with pytest.raises(ServerError, match=rf"{word}\): print\(1\)") as told:
        events(finished(word, finishMessage="print(1)"))

    assert told.value.retryable


def test_only_the_first_candidate_counts() -> None:
    other = {"index": 1, "content": {"parts": [{"text": "b"}]}, "finishReason": "SAFETY"}

    got = response(parts({"text": "a"}), {"candidates": [other]}, STOP)

    assert (response_text(got.content), got.stop_reason) == ("a", StopReason.FINISHED)


def test_the_last_usage_that_says_something_counts() -> None:
    first = {"promptTokenCount": 9, "candidatesTokenCount": 1}
    second = {
        "promptTokenCount": 9,
        "cachedContentTokenCount": 4,
        "toolUsePromptTokenCount": 1,
        "candidatesTokenCount": 2,
        "thoughtsTokenCount": 5,
        "totalTokenCount": 17,
    }
    zeros = {"promptTokenCount": 0, "totalTokenCount": 0}

    got = response(
        {"usageMetadata": first}, STOP, {"usageMetadata": second}, {"usageMetadata": zeros}
    )

    assert got.usage == Usage(input_tokens=10, output_tokens=7, cached_tokens=4, thinking_tokens=5)


def test_the_model_that_answered_is_named() -> None:
    assert response({**STOP, "modelVersion": "gemini-9-flash-001"}).model_id == "gemini-9-flash-001"


ODD: list[object] = [{}, {"candidates": []}, {"candidates": None}, {"candidates": [None]}, [], "[DONE]",
       parts(None), parts({}), parts({"thought": True}), {"candidates": [{"content": []}]}]  # fmt: skip


@pytest.mark.parametrize("odd", ODD)
def test_chunks_without_content_are_skipped(odd: object) -> None:
    got = response(odd, parts({"text": "a"}), odd, STOP, odd)

    assert plain(got.content.content) == [("text/plain", "a")]


def test_a_stream_that_ends_before_its_end_is_an_error() -> None:
    with pytest.raises(StreamCutError):
        events(parts({"text": "Hel"}), {"usageMetadata": {"promptTokenCount": 5}})


def test_nothing_comes_after_the_response() -> None:
    decoder = GoogleDecoder()
    list(decoder.feed(json.dumps(STOP)))
    list(decoder.close())

    assert [*decoder.feed(json.dumps(parts({"text": "b"}))), *decoder.close()] == []


@pytest.mark.parametrize(
    ("chunk", "error"),
    [
        ({"error": {"code": 500, "message": "died", "status": "INTERNAL"}}, ServerError),
        ({"error": {"code": 429, "message": "slow", "status": "RESOURCE_EXHAUSTED"}}, RateLimitError),
        ([{"error": {"code": 503, "message": "busy", "status": "UNAVAILABLE"}}], ServerError),
        ("{bad json", ProtocolError),
        ("[{bad json", ProtocolError),
        ("7", ProtocolError),
    ],
)  # fmt: skip
def test_an_error_in_the_stream_is_raised_with_its_type(
    chunk: object, error: type[ModelError]
) -> None:
    with pytest.raises(error):
        events(parts({"text": "a"}), chunk)


def test_responses_may_come_as_one_list() -> None:
    got = response([parts({"text": "a"}), finished("STOP", {"text": "b"})])

    assert response_text(got.content) == "ab"


def test_a_character_cut_in_two_is_whole_in_the_end() -> None:
    got = response(r'{"candidates":[{"content":{"parts":[{"text":"\ud83d"}]}}]}', parts({"text": "\ude00"}), STOP)  # fmt: skip

    assert response_text(got.content) == "\U0001f600"


STREAM = b"\r\n\r\n".join(
    b"data: " + json.dumps(chunk, ensure_ascii=False).encode()
    for chunk in (
        parts({"text": "hm\u2028", "thought": True}),
        parts({"text": "grün"}, {"text": "", **SIGNED}),
        parts({**call("Read", id="c1", args={"a": "\x85"}), **SIGNED}, call("Now", id="c2")),
        {**finished("STOP"), "usageMetadata": {"promptTokenCount": 3}},
        {},
    )
)


def decoded(*pieces: bytes) -> list[str]:
    frames, decoder = EventDecoder(), GoogleDecoder()
    data = [frame.data for piece in pieces for frame in frames.feed(piece)]
    data += [frame.data for frame in frames.close()]
    got = [*(event for each in data for event in decoder.feed(each)), *decoder.close()]
    return [repr(event) for event in got]  # without ids and times


@given(st.lists(st.integers(0, len(STREAM)), max_size=8))
def test_however_the_bytes_are_cut_the_events_are_the_same(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(STREAM)]

    pieces = [STREAM[start:end] for start, end in pairwise(edges)]

    assert decoded(*pieces) == decoded(STREAM)


KEYS = ["candidates", "content", "parts", "text", "thought", "thoughtSignature", "functionCall",
        "name", "id", "args", "index", "finishReason", "usageMetadata", "promptTokenCount",
        "promptFeedback", "blockReason", "error", "code", "message", "inlineData"]  # fmt: skip
JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner),
    max_leaves=12,
)


@given(st.lists(JSONS | st.lists(JSONS, max_size=3).map(lambda some: parts(*some)), max_size=5))
def test_garbage_gives_events_or_model_errors_and_never_a_crash(chunks: list[object]) -> None:
    with suppress(ModelError):
        events(*(json.dumps(chunk) for chunk in chunks), STOP)
