import json
from collections.abc import Sequence
from typing import Any

import pytest
from conversations import BROKEN, NOW, ONE, PDF, PNG, READ, TOOLS, TWO, calling, result, said, user

from sagent.errors import ProtocolError
from sagent.lib.json import JsonValue, json_unfreeze
from sagent.message import BytesMessage, Message, error_message
from sagent.model import Effort, ModelRequest
from sagent.providers._wires.anthropic.wire import AnthropicWire, tokens_from

MARK = {"cache_control": {"type": "ephemeral"}}
IMAGE = {
    "type": "image",
    "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="},
}
DOCUMENT = {
    "type": "document",
    "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0xLjc="},
}


def wire(
    model_id: str = "claude-opus-4-8", options: dict[str, JsonValue] | None = None
) -> AnthropicWire:
    return AnthropicWire.of(model_id, options or {}, cache_ttl=None)


def body(request: ModelRequest, to: AnthropicWire | None = None) -> dict[str, Any]:
    whole: dict[str, Any] = json.loads((to or wire()).encode(request))
    return whole


def turns(*messages: Message) -> list[Any]:
    written: list[Any] = body(ModelRequest(messages=messages))["messages"]
    return written


def text(content: str) -> dict[str, Any]:
    return {"type": "text", "text": content}


def told(call_id: str, *content: object, **more: object) -> dict[str, Any]:
    return {"type": "tool_result", "tool_use_id": call_id, "content": [*content], **more}


def called(call_id: str, name: str, **arguments: object) -> dict[str, Any]:
    return {"type": "tool_use", "id": call_id, "name": name, "input": arguments}


def thinking(effort: Effort | None, model_id: str, **more: Any) -> tuple[object, object]:
    request = ModelRequest(messages=(user(),), effort=effort, **more)
    written = body(request, AnthropicWire.of(model_id, {}))
    return written.get("thinking"), written.get("output_config", {}).get("effort")


def test_a_request_says_what_the_api_expects() -> None:
    request = ModelRequest(
        messages=(user(),), system="Be terse.", tools=TOOLS, max_response_tokens=9
    )
    assert body(request, AnthropicWire.of("claude-opus-4-8", {"metadata": {"user_id": "u"}})) == {
        "model": "claude-opus-4-8",
        "max_tokens": 9,
        "system": [{**text("Be terse."), **MARK}],
        "metadata": {"user_id": "u"},
        "stream": True,
        "tools": [
            {
                "name": "Read",
                "description": "Read a file.",
                "input_schema": json_unfreeze(READ.directive_schema),
            },
            {
                "name": "Now",
                "description": "Tell the time.",
                "input_schema": json_unfreeze(NOW.directive_schema),
            },
        ],
        "messages": [{"role": "user", "content": [{**text("hi"), **MARK}]}],
    }


def test_calls_and_their_results_stand_in_turns_that_follow_each_other() -> None:
    history = (
        user(),
        said("I look", ONE, TWO),
        result(TWO, "noon"),
        user("quick!"),
        result(ONE, "seen", PNG, PDF),
    )

    assert turns(*history) == [
        {"role": "user", "content": [text("hi")]},
        {
            "role": "assistant",
            "content": [
                text("I look"),
                called("call_1", "Read", file_path="a.txt"),
                called("call_2", "Now"),
            ],
        },
        {
            "role": "user",
            "content": [
                told("call_2", text("noon")),
                told("call_1", text("seen"), IMAGE, DOCUMENT),
                text("quick!"),
            ],
        },
    ]


def test_an_error_is_told_in_text_and_its_image_is_shown_after_all_results() -> None:
    failed = result(ONE, error_message("out of paper"), PNG)

    assert turns(user(), said(ONE, TWO), failed, result(TWO, "noon"))[-1]["content"] == [
        told("call_1", text("out of paper"), is_error=True),
        told("call_2", text("noon")),
        IMAGE,
    ]


def test_arguments_that_are_no_object_are_sent_as_an_empty_one() -> None:
    assert turns(user(), said(BROKEN), result(BROKEN, "?"))[1]["content"] == [
        called("call_3", "Read")
    ]


def test_bytes_that_the_api_does_not_take_are_named() -> None:
    jpg, empty = BytesMessage(b"x", "image/jpg"), BytesMessage(b"", "image/png")
    shown, *named = turns(jpg, empty, BytesMessage(b"RIFF", "audio/wav"))[0]["content"]

    assert shown["source"]["media_type"] == "image/jpeg"
    assert named == [text("[image/png, 0 bytes]"), text("[audio/wav, 4 bytes]")]


def test_a_call_of_no_tool_gets_a_name() -> None:
    nameless = calling("call_1", "", {})

    assert turns(user(), said(nameless), result(nameless, "?"))[1]["content"] == [
        called("call_1", "unnamed")
    ]


def test_ids_of_other_vendors_are_made_fit_in_the_call_and_in_its_result() -> None:
    odd = calling("tool:üñí/" + "x" * 80)
    (call,), (answer,) = (
        turn["content"] for turn in turns(user(), said(odd), result(odd, "x"))[1:]
    )

    assert call["id"] == answer["tool_use_id"]
    assert len(call["id"]) == 64


@pytest.mark.parametrize(
    ("history", "last"),
    [
        ((user(), said(ONE, TWO), result(TWO, "noon")), [told("call_2", text("noon")), told("call_1", text("(no result)"))]),
        ((user(), said(ONE), user("never mind")), [told("call_1", text("(no result)")), text("never mind")]),
        ((user(), said(ONE), result(ONE, "a"), result(ONE, "b")), [told("call_1", text("a")), text("b")]),
        ((user(), result(ONE, "a")), [text("hi"), text("a")]),
        ((user(), said("partly")), [text("Go on.")]),
        ((user(), said(ONE)), [told("call_1", text("(no result)"))]),
        ((user(), said("a", ONE), said("b")), [text("Go on.")]),
        ((user(" "),), [text("(no message)")]),
        ((), [text("(no message)")]),
    ],
    ids=["one result missing", "no result", "two results", "no call", "model last", "call last", "model twice", "nothing said", "nothing at all"],
)  # fmt: skip
def test_odd_histories_end_with_what_the_api_takes(
    history: Sequence[Message], last: list[object]
) -> None:
    assert turns(*history)[-1] == {"role": "user", "content": last}


def test_a_history_that_the_model_begins_is_begun_for_it() -> None:
    first, second, _ = turns(said("welcome"), user())

    assert first == {"role": "user", "content": [text("(no message)")]}
    assert second == {"role": "assistant", "content": [text("welcome")]}


def test_a_call_without_result_gets_one_before_the_model_speaks_again() -> None:
    assert turns(user(), said("a", ONE), said("b"), user())[2] == {
        "role": "user",
        "content": [told("call_1", text("(no result)"))],
    }


ADAPTIVE = {"type": "adaptive", "display": "summarized"}


@pytest.mark.parametrize(
    ("effort", "model_id", "expected"),
    [
        (None, "claude-opus-5-5", (None, None)),
        ("minimal", "claude-opus-5-5", (ADAPTIVE, "low")),
        ("xhigh", "claude-opus-4-7", (ADAPTIVE, "xhigh")),
        ("xhigh", "claude-opus-4-6", (ADAPTIVE, "high")),
        ("max", "anthropic/claude-sonnet-4.6", (ADAPTIVE, "max")),
        ("none", "claude-opus-5-5", (ADAPTIVE, "low")),
        ("none", "claude-fable-5-1", (ADAPTIVE, "low")),
        ("none", "claude-sonnet-5-5", ({"type": "between_tools"}, None)),
        ("none", "claude-haiku-5-5", ({"type": "disabled"}, None)),
        ("none", "claude-haiku-4-5", (None, None)),
        ("high", "claude-haiku-4-5-20251001", ({"type": "enabled", "budget_tokens": 16384}, None)),
        ("high", "us.anthropic.claude-sonnet-4-20250514-v1:0", ({"type": "enabled", "budget_tokens": 16000}, None)),
        ("minimal", "claude-3-7-sonnet-latest", ({"type": "enabled", "budget_tokens": 1024}, None)),
        ("high", "claude-3-5-haiku-latest", (None, None)),
        ("high", "claude-next", (ADAPTIVE, "high")),
        ("high", "qwen3", (None, None)),
    ],
)  # fmt: skip
def test_an_effort_becomes_what_the_model_takes(
    effort: Effort | None, model_id: str, expected: tuple[object, object]
) -> None:
    small = {"max_response_tokens": 32_000} if "sonnet-4-2025" in model_id else {}

    assert thinking(effort, model_id, **small) == expected


def test_a_budget_leaves_room_for_the_answer() -> None:
    assert thinking("max", "claude-haiku-4-5", max_response_tokens=4096)[0] == {
        "type": "enabled",
        "budget_tokens": 2048,
    }
    assert thinking("max", "claude-haiku-4-5", max_response_tokens=2047)[0] is None


@pytest.mark.parametrize(
    ("model_id", "effort", "sent"),
    [
        ("claude-opus-4-6", None, 0.5),
        ("claude-opus-4-6", "none", 0.5),
        ("claude-opus-4-6", "low", None),
        ("claude-haiku-4-5", "low", None),
        ("claude-opus-4-7", None, None),
        ("claude-sonnet-5-5", "none", None),
        ("MiniMax-M3", None, 0.5),
    ],
)
def test_a_temperature_is_sent_where_it_is_taken(
    model_id: str, effort: Effort | None, sent: float | None
) -> None:
    request = ModelRequest(messages=(user(),), temperature=0.5, effort=effort)

    assert body(request, wire(model_id)).get("temperature") == sent


def test_a_temperature_is_at_most_one_unless_the_options_say_otherwise() -> None:
    request = ModelRequest(messages=(user(),), temperature=2)

    assert body(request, wire("claude-haiku-4-5"))["temperature"] == 1
    assert body(request, wire("claude-opus-5-5", {"temperature": 2}))["temperature"] == 2


@pytest.mark.parametrize(
    ("model_id", "most"),
    [
        ("claude-sonnet-5-5", 64_000),
        ("claude-haiku-4-5", 64_000),
        ("claude-opus-4-20250514", 32_000),
        ("claude-3-5-sonnet-20241022", 8192),
        ("claude-3-opus-20240229", 4096),
        ("claude-2.1", 4096),
        ("claude-instant-1.2", 4096),
        ("some/model", 8192),
    ],
)
def test_a_number_of_tokens_is_asked_for_that_the_model_can_write(model_id: str, most: int) -> None:
    assert body(ModelRequest(messages=(user(),)), wire(model_id))["max_tokens"] == most


def test_the_requests_number_of_tokens_goes_before_the_wires_and_options_before_both() -> None:
    def most(request: int | None, **options: JsonValue) -> object:
        to = AnthropicWire.of("m", options, max_response_tokens=5)
        asked = ModelRequest(messages=(user(),), max_response_tokens=request)
        return body(asked, to)["max_tokens"]

    assert [most(None), most(7), most(7, max_tokens=3)] == [5, 7, 3]


def test_options_are_added_to_what_is_asked_for() -> None:
    hosted: JsonValue = {"type": "web_search_20250305", "name": "web_search"}
    to = wire(options={"tools": [hosted], "output_config": {"effort": "low"}, "stream": False})
    request = ModelRequest(messages=(user(),), tools=TOOLS, output_schema={"type": "object"})
    written = body(request, to)

    assert [tool["name"] for tool in written["tools"]] == ["web_search", "Read", "Now"]
    assert written["output_config"].keys() == {"effort", "format"}
    assert written["stream"] is True


def test_thinking_that_does_not_fit_what_is_sent_before_it_may_be_dropped() -> None:
    to = AnthropicWire.of("claude-opus-5-5", {}, drops_unbound=True)
    written = body(ModelRequest(messages=(user(),)), to)["thinking"]

    assert written == {**ADAPTIVE, "block_binding": {"prefix_mismatch_behavior": "drop_block"}}
    off = ModelRequest(messages=(user(),), effort="none")
    sonnet = AnthropicWire.of("claude-sonnet-5-5", {}, drops_unbound=True)
    assert body(off, sonnet)["thinking"] == {"type": "between_tools"}
    older = AnthropicWire.of("claude-opus-4-8", {}, drops_unbound=True)
    assert "thinking" not in body(ModelRequest(messages=(user(),)), older)


def test_counting_sends_what_counts() -> None:
    request = ModelRequest(
        messages=(user(),), system="s", tools=(READ,), effort="low", temperature=1, max_response_tokens=9
    )  # fmt: skip
    counted: dict[str, Any] = json.loads(
        wire(options={"service_tier": "auto"}).count_tokens_body(request)
    )

    assert counted.keys() == {"model", "system", "tools", "thinking", "output_config", "messages"}


def test_a_count_is_read() -> None:
    assert tokens_from({"input_tokens": 12}) == 12
    with pytest.raises(ProtocolError, match="no count"):
        tokens_from({"input_tokens": None})
