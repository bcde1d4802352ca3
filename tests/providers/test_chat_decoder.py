import json
from collections.abc import Iterable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagent.errors import (
    ContextOverflowError,
    ModelError,
    ProtocolError,
    RateLimitError,
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
from sagent.providers._wires.chat.decoder import ChatDecoder

DONE = "[DONE]"
STOP: dict[str, object] = {"choices": [{"delta": {}, "finish_reason": "stop"}]}


def events(*chunks: object) -> list[ModelEvent]:
    decoder = ChatDecoder()
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


def delta(**fields: object) -> dict[str, object]:
    return {"choices": [{"index": 0, "delta": fields, "finish_reason": None}]}


def fragment(index: int | None = 0, call_id: str | None = None, **function: object) -> object:
    call: dict[str, object] = {"function": function}
    if index is not None:
        call["index"] = index
    if call_id is not None:
        call["id"] = call_id
    return delta(tool_calls=[call])


def directives(*chunks: object) -> list[tuple[str, dict[str, object]]]:
    calls = response_tool_calls(response(*chunks, STOP, DONE).content)
    return [(get_tool_name(call), dict(get_directive(call))) for call in calls]


def test_text_comes_as_it_is_written_and_whole_at_the_end() -> None:
    given_events = events(
        delta(role="assistant", content=""), delta(content="Hel"), delta(content="lo"), STOP, DONE
    )

    assert given_events[:2] == [TextDelta("Hel"), TextDelta("lo")]
    assert len(given_events) == 3
    assert (
        response_text(response(delta(content="Hel"), delta(content="lo"), STOP).content) == "Hello"
    )


@pytest.mark.parametrize("key", ["reasoning_content", "reasoning"])
def test_thinking_is_kept_apart_from_the_answer(key: str) -> None:
    got = response(delta(**{key: "hm"}), delta(content="so"), STOP, DONE)

    assert [part.descriptor for part in got.content][:2] == [Descriptor.THINKING, Descriptor.TEXT]
    assert response_text(got.content) == "so"
    assert events(delta(**{key: "hm"}), STOP)[0] == ThinkingDelta("hm")


def test_a_tool_call_is_put_together_from_its_pieces() -> None:
    pieces = (
        fragment(0, "c1", name="Read", arguments=""),
        fragment(0, arguments='{"file_path"'),
        fragment(0, arguments=': "a"}'),
    )

    assert directives(*pieces) == [("Read", {"file_path": "a"})]
    assert response(*pieces, STOP).stop_reason is StopReason.TOOL_USE
    assert any(isinstance(event, ToolCallReady) for event in events(*pieces, STOP))


@pytest.mark.parametrize(
    "pieces",
    [
        [fragment(0, "a", name="A", arguments="{}"), fragment(1, "b", name="B", arguments="{}")],
        [fragment(0, "a", name="A", arguments="{}"), fragment(0, "b", name="B", arguments="{}")],
        [fragment(None, "a", name="A", arguments="{}"), fragment(None, "b", name="B")],
        [
            fragment(0, "a", name="A"),
            fragment(0, "a", name="A", arguments="{}"),
            fragment(1, "b", name="B", arguments=None),
        ],
        [fragment(0, "a", name="A", arguments={}), fragment(1, "b", name="B", arguments="")],
        [
            fragment(0, "a", name="A"),
            fragment(0, name=None, arguments="{}"),
            fragment(3, "b", name="B"),
        ],
        [
            fragment(None, "a", name="A"),
            fragment(None, "b", name="B"),
            fragment(None, "a", arguments="{}"),
            fragment(None, "b", arguments="{}"),
        ],
        [fragment(None, name="A", arguments="{}"), fragment(None, name="B", arguments="{}")],
    ],
    ids=[
        "indexed",
        "same index",
        "no index",
        "id repeated",
        "object or empty",
        "name null",
        "interleaved by id",
        "told apart by name alone",
    ],
)
def test_calls_are_told_apart_however_servers_number_them(pieces: Iterable[object]) -> None:
    assert directives(*pieces) == [("A", {}), ("B", {})]


@pytest.mark.parametrize("raw", ['{"city": "Par', "666666", "[1]", "nonsense", '{"a": NaN}'])
def test_arguments_that_are_no_object_are_kept_for_the_dispatcher_to_refuse(raw: str) -> None:
    (call,) = response_tool_calls(response(fragment(0, "a", name="A", arguments=raw), STOP).content)

    with pytest.raises(UsageError, match="not a JSON object"):
        get_directive(call)


def test_calls_without_ids_or_with_the_same_id_get_ids_of_their_own() -> None:
    got = response(
        fragment(0, name="A"),
        fragment(1, name="B"),
        fragment(2, "x", name="C"),
        fragment(3, "x", name="D"),
        STOP,
    )

    ids = [get_queue_id(call) for call in response_tool_calls(got.content)]
    assert len(set(ids)) == 4
    assert all(ids)


@pytest.mark.parametrize(
    "chunks",
    [
        [delta(content="a"), STOP, {"choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 2}}],
        [delta(content="a"), {**STOP, "usage": {"prompt_tokens": 5, "completion_tokens": 2}}],
        [delta(content="a"), {"choices": [{"finish_reason": "stop", "delta": {}, "usage": {"prompt_tokens": 5, "completion_tokens": 2}}]}],
        [{**delta(content="a"), "usage": {"prompt_tokens": 5, "completion_tokens": 1}}, {**STOP, "usage": {"prompt_tokens": 5, "completion_tokens": 2}}],
    ],
    ids=["own chunk", "last chunk", "in the choice", "every chunk"],
)  # fmt: skip
def test_usage_is_found_wherever_servers_put_it(chunks: list[object]) -> None:
    assert response(*chunks, DONE).usage == Usage(input_tokens=5, output_tokens=2)


@pytest.mark.parametrize(
    ("usage", "counted"),
    [
        ({"prompt_tokens_details": {"cached_tokens": 4}}, Usage(input_tokens=5, output_tokens=3, cached_tokens=4)),
        ({"cached_tokens": 4}, Usage(input_tokens=5, output_tokens=3, cached_tokens=4)),
        ({"prompt_cache_hit_tokens": 4}, Usage(input_tokens=5, output_tokens=3, cached_tokens=4)),
        ({"prompt_tokens_details": {"cached_tokens": 1, "cache_creation_input_tokens": 2}}, Usage(input_tokens=5, output_tokens=3, cached_tokens=1, cache_write_tokens=2)),
        ({"prompt_tokens_details": {"cached_tokens": 1, "cache_write_tokens": 2}}, Usage(input_tokens=5, output_tokens=3, cached_tokens=1, cache_write_tokens=2)),
        ({"completion_tokens_details": {"reasoning_tokens": 2}, "total_tokens": 8}, Usage(input_tokens=5, output_tokens=3, thinking_tokens=2)),
        ({"completion_tokens_details": {"reasoning_tokens": 2}, "total_tokens": 10}, Usage(input_tokens=5, output_tokens=5, thinking_tokens=2)),
    ],
    ids=["openai", "moonshot", "deepseek", "dashscope", "openai writes", "thinking", "thinking apart"],
)  # fmt: skip
def test_cached_and_thinking_tokens_are_counted_under_their_many_names(
    usage: dict[str, object], counted: Usage
) -> None:
    whole = {"prompt_tokens": 5, "completion_tokens": 3, **usage}

    assert response(STOP, {"choices": [], "usage": whole}, DONE).usage == counted


def test_a_count_below_nothing_is_none() -> None:
    unknown = {"prompt_tokens": -1, "completion_tokens": 2}

    assert response(STOP, {"choices": [], "usage": unknown}, DONE).usage == Usage(output_tokens=2)


def test_usage_that_counts_nothing_does_not_undo_what_was_counted() -> None:
    counted: object = {"choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 2}}
    nothing: object = {"choices": [], "usage": {"prompt_tokens": 0, "total_tokens": 0}}

    assert response(STOP, counted, nothing, DONE).usage.input_tokens == 5


ODD: list[dict[str, object]] = [
    {"choices": []},
    {"choices": None},
    {},
    {"choices": [{}]},
    {"choices": [None]},
]


@pytest.mark.parametrize("odd", ODD)
def test_chunks_without_content_are_skipped(odd: dict[str, object]) -> None:
    assert response_text(response(odd, delta(content="a"), odd, STOP, DONE).content) == "a"


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("stop", StopReason.FINISHED),
        ("length", StopReason.MAX_TOKENS),
        ("content_filter", StopReason.FILTERED),
        ("MAX_TOKENS", StopReason.MAX_TOKENS),
        ("model_context_window_exceeded", StopReason.MAX_TOKENS),
        ("something new", StopReason.FINISHED),
    ],
)
def test_finish_reasons_are_mapped(word: str, reason: StopReason) -> None:
    got = response({"choices": [{"delta": {"content": "a"}, "finish_reason": word}]}, DONE)

    assert got.stop_reason is reason


def test_a_server_that_ends_an_answer_for_a_failure_of_its_own_is_an_error() -> None:
    broken: object = {"choices": [{"finish_reason": "insufficient_system_resource"}]}

    with pytest.raises(ServerError, match="insufficient_system_resource") as caught:
        events(broken, DONE)

    assert caught.value.retryable


def test_a_whole_message_counts_only_if_it_was_not_streamed_before() -> None:
    whole: object = {"choices": [{"message": {"content": "Hello"}, "finish_reason": "stop"}]}

    assert response_text(response(whole).content) == "Hello"
    assert response_text(response(delta(content="Hello"), whole).content) == "Hello"


def test_content_in_parts_is_text() -> None:
    parts = [{"type": "text", "text": "Hel"}, {"type": "text", "text": "lo"}]

    assert response_text(response(delta(content=parts), STOP).content) == "Hello"


def test_a_character_cut_in_two_is_whole_at_the_end() -> None:
    got = response(delta(content="a\ud83d"), delta(content="\ude00"), STOP)

    assert response_text(got.content) == "a\U0001f600"


def test_a_refusal_is_text_with_its_own_reason() -> None:
    got = response(delta(refusal="No."), STOP, DONE)

    assert (response_text(got.content), got.stop_reason) == ("No.", StopReason.REFUSAL)


def test_a_stream_that_ends_before_its_end_is_an_error() -> None:
    with pytest.raises(StreamCutError):
        events(delta(content="Hel"))


def test_done_without_a_finish_reason_is_an_end() -> None:
    assert response_text(response(delta(content="a"), DONE).content) == "a"


def test_nothing_counts_after_the_end() -> None:
    assert len(events(delta(content="a"), STOP, DONE, delta(content="b"), DONE, "garbage")) == 2


@pytest.mark.parametrize(
    ("chunk", "error"),
    [
        ({"error": {"message": "engine died", "code": 500}}, ServerError),
        ({"error": "just a string"}, ServerError),
        ({"error": {"message": "maximum context length is 4096 tokens"}}, ContextOverflowError),
        (
            {"base_resp": {"status_code": 1002, "status_msg": "slow"}, "choices": None},
            RateLimitError,
        ),
        ("{bad json", ProtocolError),
        ("[1]", ProtocolError),
    ],
)
def test_an_error_in_the_stream_is_raised_with_its_type(
    chunk: object, error: type[ModelError]
) -> None:
    with pytest.raises(error):
        events(delta(content="a"), chunk)


@given(st.lists(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["choices", "delta", "content", "tool_calls", "function", "index", "id", "name", "arguments", "usage", "error", "finish_reason", "prompt_tokens"]), inner), max_leaves=12), max_size=5))  # fmt: skip
def test_garbage_gives_events_or_model_errors_and_never_a_crash(chunks: list[object]) -> None:
    with suppress(ModelError):
        events(*(json.dumps(chunk) for chunk in chunks), STOP)
