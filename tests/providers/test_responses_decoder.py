from collections.abc import Iterable

import pytest
from responses_events import (
    COMPLETED,
    Event,
    call,
    done,
    ending,
    events,
    message,
    reasoning,
    response,
    text_delta,
)

from sagent.errors import (
    ContextOverflowError,
    ModelError,
    ProtocolError,
    QuotaError,
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
    ResponseDone,
    StopReason,
    TextDelta,
    ThinkingDelta,
    ToolCallReady,
    Usage,
)


def test_text_comes_as_it_is_written_and_whole_at_the_end() -> None:
    got = events(text_delta("Hel"), text_delta("lo"), message("Hello"), COMPLETED)

    assert got[:2] == [TextDelta("Hel"), TextDelta("lo")]
    assert len(got) == 3
    final = response(text_delta("Hel"), text_delta("lo"), message("Hello"), COMPLETED)
    assert (response_text(final.content), final.model_id) == ("Hello", "gpt-5.5-2026")
    assert final.stop_reason is StopReason.FINISHED


def test_text_that_comes_only_with_its_item_is_shown_then() -> None:
    assert events(message("Hel", "lo"), COMPLETED)[0] == TextDelta("Hello")


def test_an_answer_that_comes_only_at_the_end_is_read_there() -> None:
    output = [reasoning("hm")["item"], message("Hello")["item"], call()["item"]]

    got = events(ending(output=output))

    assert [type(event) for event in got] == [ThinkingDelta, TextDelta, ToolCallReady, ResponseDone]


def test_items_that_the_end_repeats_are_not_read_again() -> None:
    end = ending(output=[message("Hello")["item"], call()["item"]])

    got = events(message("Hello"), call(), end)

    assert [type(event) for event in got] == [TextDelta, ToolCallReady, ResponseDone]


def test_text_whose_item_never_came_is_kept() -> None:
    assert response_text(response(text_delta("Hel"), COMPLETED).content) == "Hel"


def test_thinking_is_kept_apart_from_the_answer() -> None:
    deltas: list[Event] = [
        {"type": "response.reasoning_summary_part.added", "summary_index": 0},
        {"type": "response.reasoning_summary_text.delta", "delta": "a"},
        {"type": "response.reasoning_summary_part.added", "summary_index": 1},
        {"type": "response.reasoning_summary_text.delta", "delta": "b"},
    ]

    got = events(*deltas, reasoning("a", "b"), message("so"), COMPLETED)

    thinking = [event.text for event in got if isinstance(event, ThinkingDelta)]
    assert thinking == ["a", "\n\n", "b"]
    final = response(*deltas, reasoning("a", "b"), message("so"), COMPLETED).content
    parts = [part.descriptor for part in final]
    assert parts == [Descriptor.THINKING, Descriptor.TEXT, Descriptor.ECHO]
    assert final.content[0].content == "a\n\nb"
    assert response_text(final) == "so"


def test_open_weights_servers_send_their_reasoning_in_the_clear() -> None:
    content = [{"type": "reasoning_text", "text": "hm"}]
    delta = {"type": "response.reasoning_text.delta", "delta": "hm"}

    got = response(delta, reasoning(content=content), message("so"), COMPLETED)

    assert got.content.content[0].content == "hm"


def test_calls_are_told_when_each_is_done() -> None:
    got = events(call("a", '{"x": 1}'), call("b", name="Now"), COMPLETED)

    calls = [event.call for event in got if isinstance(event, ToolCallReady)]
    assert [(get_queue_id(each), get_tool_name(each)) for each in calls] == [
        ("a", "Read"),
        ("b", "Now"),
    ]
    assert dict(get_directive(calls[0])) == {"x": 1}
    assert response(call(), COMPLETED).stop_reason is StopReason.TOOL_USE


@pytest.mark.parametrize(
    ("arguments", "directive"), [("", {}), (None, {}), ({"x": 1}, {"x": 1}), (' {"x":1}', {"x": 1})]
)
def test_arguments_may_be_empty_or_an_object(arguments: object, directive: object) -> None:
    (made,) = response_tool_calls(response(call(arguments=arguments), COMPLETED).content)

    assert dict(get_directive(made)) == directive


@pytest.mark.parametrize("raw", ['{"city": "Par', "666666", "[1]", "nonsense", '{"a": NaN}'])
def test_arguments_that_are_no_object_are_kept_for_the_dispatcher_to_refuse(raw: str) -> None:
    (made,) = response_tool_calls(response(call(arguments=raw), COMPLETED).content)

    with pytest.raises(UsageError, match="not a JSON object"):
        get_directive(made)


def test_calls_without_ids_or_with_the_same_id_get_ids_of_their_own() -> None:
    nameless = done(type="function_call", name="Read", arguments="{}")

    got = response(call("x"), call("x"), call(None), call(""), nameless, COMPLETED)

    ids = [get_queue_id(made) for made in response_tool_calls(got.content)]
    assert len(set(ids)) == 5
    assert all(ids)


def test_a_stream_without_numbers_or_argument_events_is_read() -> None:
    added = {"type": "response.output_item.added", "item": {"type": "function_call"}}
    item = {"type": "function_call", "call_id": "c", "name": "Read", "arguments": "{}"}
    bare = {"type": "response.output_item.done", "item": {**item, "status": "completed"}}

    (made,) = response_tool_calls(response(added, bare, COMPLETED).content)

    assert get_queue_id(made) == "c"


def test_usage_tells_what_was_cached_and_what_was_thought() -> None:
    usage = {
        "input_tokens": 100,
        "input_tokens_details": {"cached_tokens": 80, "cache_write_tokens": 5},
        "output_tokens": 30,
        "output_tokens_details": {"reasoning_tokens": 20},
        "total_tokens": 130,
    }

    assert response(message("a"), ending(usage=usage)).usage == Usage(
        input_tokens=100,
        output_tokens=30,
        cached_tokens=80,
        cache_write_tokens=5,
        thinking_tokens=20,
    )


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        (ending("incomplete", incomplete_details={"reason": "max_output_tokens"}), StopReason.MAX_TOKENS),
        (ending("completed", incomplete_details={"reason": "max_output_tokens"}), StopReason.MAX_TOKENS),
        (ending("incomplete", incomplete_details={"reason": "content_filter"}), StopReason.FILTERED),
        (ending("incomplete", incomplete_details={"reason": "steered"}), StopReason.FINISHED),
        (ending("incomplete", incomplete_details=None), StopReason.FINISHED),
        (ending("completed", incomplete_details=None), StopReason.FINISHED),
    ],
)  # fmt: skip
def test_reasons_to_end_early_are_mapped(end: Event, reason: StopReason) -> None:
    assert response(message("a"), end).stop_reason is reason


def test_an_unknown_reason_after_calls_lets_them_run() -> None:
    end = ending("incomplete", incomplete_details={"reason": "new"})

    assert response(call(), end).stop_reason is StopReason.TOOL_USE


def test_a_refusal_is_text_with_its_own_reason() -> None:
    delta = {"type": "response.refusal.delta", "delta": "No."}
    item = message(content=[{"type": "refusal", "refusal": "No."}])

    got = response(delta, item, COMPLETED)

    assert events(delta, item, COMPLETED)[0] == TextDelta("No.")
    assert (response_text(got.content), got.stop_reason) == ("No.", StopReason.REFUSAL)


FLAT: Event = {"type": "error", "code": "rate_limit_exceeded", "message": "slow down", "param": None}  # fmt: skip
NESTED: Event = {
    "type": "error",
    "error": {"type": "insufficient_quota", "code": "insufficient_quota", "message": "no credit"},
}
FAILED = ending("failed", error={"code": "server_error", "message": "it broke"}, status="failed")


@pytest.mark.parametrize(
    ("sent", "error", "said"),
    [
        ([FLAT], RateLimitError, "slow down"),
        ([NESTED, FAILED], QuotaError, "no credit"),
        ([FAILED], ServerError, "it broke"),
        ([ending("failed", error=None)], ServerError, "the answer failed"),
        ([{"error": {"message": "engine died", "code": 500}}, "[DONE]"], ServerError, "engine died"),
        ([ending("failed", error={"code": "context_length_exceeded", "message": "Your input exceeds the context window of this model."})], ContextOverflowError, "exceeds"),
        (["{bad json"], ProtocolError, "not JSON"),
        (["[1]"], ProtocolError, "no object"),
    ],
)  # fmt: skip
def test_the_first_error_in_the_stream_is_raised_with_its_type(
    sent: Iterable[object], error: type[ModelError], said: str
) -> None:
    with pytest.raises(error, match=said):
        events(text_delta("a"), *sent)


@pytest.mark.parametrize("sent", [[], [text_delta("a"), message("a")], [message("a"), "[DONE]"]])
def test_a_stream_without_its_last_event_is_an_error(sent: list[object]) -> None:
    with pytest.raises(StreamCutError):
        events(*sent)


def test_nothing_counts_after_the_end() -> None:
    assert len(events(message("a"), COMPLETED, "[DONE]", FLAT, message("b"), "garbage")) == 2


def test_events_and_items_that_nobody_knows_are_passed_over() -> None:
    odd: list[Event] = [
        {"type": "response.web_search_call.searching"},
        {"type": "response.new_thing", "delta": "x"},
        {"no type": 1},
        done(type="web_search_call", id="ws_1", action={"type": "search", "query": "q"}),
        done(type="something_new"),
        done(),
        {"type": "response.output_item.done", "item": None},
    ]

    got = events(*odd, message("a"), COMPLETED)

    assert [type(event) for event in got] == [TextDelta, ResponseDone]


def test_numbers_that_json_does_not_know_do_no_harm() -> None:
    logprobs = '{"type":"response.output_item.done","item":{"type":"message","content":[{"type":"output_text","text":"a","logprobs":[{"logprob":-Infinity}]}]}}'

    assert response_text(response(logprobs, COMPLETED).content) == "a"


def test_halves_of_a_character_come_together() -> None:
    got = response(text_delta("\ud83d"), text_delta("\ude00"), COMPLETED)

    assert response_text(got.content) == "\U0001f600"
