import json
from collections.abc import Mapping
from typing import Any

import pytest
from conversations import (
    NOW,
    PDF,
    PNG,
    SOUND,
    calling,
    foreign_echo,
    result,
    said,
    thought,
    user,
    user_parts,
)
from hypothesis import given
from hypothesis import strategies as st

from sagent.errors import ProtocolError
from sagent.lib.json import JSON, JsonValue
from sagent.message import (
    BytesMessage,
    Descriptor,
    JsonMessage,
    Message,
    TextMessage,
    error_message,
)
from sagent.model import Effort, ModelRequest
from sagent.providers._wires.responses.wire import ResponsesWire, tokens_from
from sagent.tool import ToolSpec

IMAGE = {"type": "input_image", "image_url": "data:image/png;base64,iVBORw0KGgo=", "detail": "auto"}
FILE = {
    "type": "input_file",
    "filename": "document.pdf",
    "file_data": "data:application/pdf;base64,JVBERi0xLjc=",
}
STRICT: dict[str, JSON] = {
    "type": "object",
    "properties": {
        "path": {"type": "string"},
        "lines": {"type": "array", "items": {"$ref": "#/$defs/line"}},
        "mode": {"anyOf": [{"type": "string", "enum": ["r"]}, {"type": "null"}]},
    },
    "required": ["path", "lines", "mode"],
    "additionalProperties": False,
    "$defs": {"line": {"type": "integer", "minimum": 1}},
}


def body(options: Mapping[str, JsonValue] | None = None, **fields: Any) -> dict[str, Any]:
    whole: dict[str, Any] = {"messages": (user(),), **fields}
    request = ModelRequest(**whole)
    made: dict[str, Any] = json.loads(ResponsesWire.of("gpt-5.5", options or {}).encode(request))
    return made


def items(*messages: Message) -> list[Any]:
    made: list[Any] = body(messages=messages)["input"]
    return made


def said_by_user(*content: object) -> dict[str, object]:
    return {"type": "message", "role": "user", "content": list(content)}


def text(content: str) -> dict[str, object]:
    return {"type": "input_text", "text": content}


def function_call(call_id: str, arguments: str = '{"file_path":"a.txt"}') -> dict[str, object]:
    fields = {"call_id": call_id, "name": "Read", "arguments": arguments}
    return {"type": "function_call", **fields}


def output(call_id: str, content: object) -> dict[str, object]:
    return {"type": "function_call_output", "call_id": call_id, "output": content}


def test_a_request_says_what_the_responses_api_expects() -> None:
    got = body(system="Be terse.", tools=(NOW,), max_response_tokens=99, cache_key="c1")

    assert got == {
        "model": "gpt-5.5",
        "store": False,
        "include": ["reasoning.encrypted_content"],
        "instructions": "Be terse.",
        "max_output_tokens": 99,
        "prompt_cache_key": "c1",
        "stream": True,
        "tools": [
            {
                "type": "function",
                "name": "Now",
                "description": "Tell the time.",
                "parameters": {"type": "object", "properties": {}},
                "strict": False,
            }
        ],
        "input": [said_by_user(text("hi"))],
    }


@pytest.mark.parametrize(
    ("effort", "asked"),
    [
        ("none", {"effort": "none"}),
        ("minimal", {"effort": "minimal", "summary": "auto"}),
        ("high", {"effort": "high", "summary": "auto"}),
        ("xhigh", {"effort": "xhigh", "summary": "auto"}),
        ("max", {"effort": "xhigh", "summary": "auto"}),
    ],
)
def test_an_effort_is_asked_for_with_a_summary(effort: Effort, asked: object) -> None:
    assert body(effort=effort)["reasoning"] == asked


@pytest.mark.parametrize(("effort", "sent"), [(None, True), ("none", True), ("low", False)])
def test_a_model_that_reasons_is_sent_no_temperature(effort: Effort | None, sent: object) -> None:
    assert ("temperature" in body(temperature=0.5, effort=effort)) is sent


def test_a_cap_below_the_least_that_is_allowed_is_raised_to_it() -> None:
    assert body(max_response_tokens=1)["max_output_tokens"] == 16


def test_a_cache_key_that_is_too_long_is_shortened() -> None:
    assert len(body(cache_key="k" * 100)["prompt_cache_key"]) == 64


def test_options_win_objects_are_merged_and_tools_added() -> None:
    options: dict[str, JsonValue] = {
        "store": True,
        "text": {"verbosity": "low"},
        "reasoning": {"summary": "detailed"},
        "tools": [{"type": "web_search"}],
        "stream": False,
        "input": [],
        "service_tier": "flex",
    }

    got = body(options, output_schema=STRICT, effort="low", tools=(NOW,))

    assert got["text"]["verbosity"] == "low"
    assert got["text"]["format"]["type"] == "json_schema"
    assert got["reasoning"] == {"effort": "low", "summary": "detailed"}
    assert [tool["type"] for tool in got["tools"]] == ["function", "web_search"]
    assert (got["store"], got["stream"], got["service_tier"]) == (True, True, "flex")
    assert len(got["input"]) == 1


@pytest.mark.parametrize(
    ("change", "strict"),
    [
        ({}, True),
        ({"title": "T", "description": "d"}, True),
        ({"required": ["path", "lines"]}, False),
        ({"additionalProperties": True}, False),
        ({"additionalProperties": None}, False),
        ({"properties": {**STRICT["properties"], "mode": {}}}, False),  # type: ignore[dict-item]  # it is an object
        ({"properties": {**STRICT["properties"], "mode": {"type": "object"}}}, False),  # type: ignore[dict-item]  # it is an object
        ({"properties": {**STRICT["properties"], "mode": {"type": "array"}}}, False),  # type: ignore[dict-item]  # it is an object
        ({"properties": {**STRICT["properties"], "mode": {"type": "string", "format": "uri"}}}, False),  # type: ignore[dict-item]  # it is an object
        ({"$defs": {"line": {"type": "string", "minLength": 1}}}, False),
        ({"patternProperties": {}}, False),
        ({"type": ["object", "null"]}, False),
        ({"anyOf": [STRICT]}, False),
    ],
)  # fmt: skip
def test_a_schema_is_strict_only_if_the_vendor_can_hold_to_it(
    change: dict[str, JSON], strict: object
) -> None:
    schema: dict[str, JSON] = {**STRICT, **change}

    (tool,) = body(tools=(ToolSpec("Read", "d", STRICT | change),))["tools"]
    form = body(output_schema=schema)["text"]["format"]

    assert form == {"type": "json_schema", "name": "answer", "schema": schema, "strict": strict}
    if not change.keys() & {"type", "anyOf"}:
        assert (tool["parameters"], tool["strict"]) == (schema, strict)


def test_a_schema_that_nests_too_deep_is_not_strict() -> None:
    schema: dict[str, JSON] = {"type": "string"}
    for _ in range(11):
        schema = {**STRICT, "properties": {"a": schema}, "required": ["a"]}

    assert body(output_schema=schema)["text"]["format"]["strict"] is False
    assert body(output_schema=STRICT)["text"]["format"]["strict"] is True


def test_each_request_has_its_own_tools() -> None:
    wire = ResponsesWire.of("m", {})

    sent = [
        json.loads(wire.encode(ModelRequest(messages=(user(),), tools=tools)))
        for tools in ((), (NOW,), ())
    ]

    assert ["tools" in each for each in sent] == [False, True, False]


def test_alternatives_at_the_root_of_a_tools_schema_become_properties() -> None:
    branches: JSON = [{"properties": {"a": {"type": "string"}}}, {"required": ["b"]}]
    schema: JSON = {"oneOf": branches, "properties": {"b": {}}, "$schema": "x"}

    (tool,) = body(tools=(ToolSpec("T", "d", schema),))["tools"]

    properties = {"a": {"type": "string"}, "b": {}}
    assert tool["parameters"] == {"$schema": "x", "type": "object", "properties": properties}


def test_the_users_words_pictures_and_papers_are_sent_as_such() -> None:
    empty = BytesMessage(b"", "image/png")
    parts = user_parts(TextMessage("look"), TextMessage(""), PNG, PDF, SOUND, empty)

    assert items(parts, JsonMessage({"a": "ü"}), PNG, user("")) == [
        said_by_user(
            text("look"), IMAGE, FILE, text("[audio/wav, 4 bytes]"), text("[image/png, 0 bytes]")
        ),
        said_by_user(text('{"a":"ü"}')),
        said_by_user(IMAGE),
    ]


def test_results_follow_their_turn_before_anything_else_is_said() -> None:
    one, two = calling("a"), calling("b")
    failed = result(two, error_message("no such file"))

    got = items(user(), said(one, two), user("quick"), failed, result(one, "x"))

    assert got[1:] == [
        function_call("a"),
        function_call("b"),
        output("b", "no such file"),
        output("a", "x"),
        said_by_user(text("quick")),
    ]


def test_pictures_in_a_result_stay_in_it() -> None:
    one = calling("a")
    diff = TextMessage("-a +b", Descriptor.DIFF)

    got = items(said(one), result(one, "seen", PNG, diff, PDF, JsonMessage([1])))

    assert got[1] == output("a", [text("seen"), IMAGE, FILE, text("[1]")])


def test_arguments_that_are_no_object_are_sent_as_an_empty_one() -> None:
    broken = calling("a", "Read", '{"file_path": "a')

    assert items(said(broken), result(broken, "no"))[0] == function_call("a", "{}")


def test_every_call_has_one_output_and_every_output_a_call() -> None:
    one, two = calling("a"), calling("b")

    assert items(said(one)) == [function_call("a"), output("a", "(no result)")]
    assert items(said(one), said(two), user()) == [
        function_call("a"),
        output("a", "(no result)"),
        function_call("b"),
        output("b", "(no result)"),
        said_by_user(text("hi")),
    ]
    assert items(said(one), result(one, "x"), result(one, "y"), result(two, "z")) == [
        function_call("a"),
        output("a", "x"),
        said_by_user(text("y")),
        said_by_user(text("z")),
    ]


def test_what_another_vendors_model_said_travels_without_its_thinking() -> None:
    words, odd = TextMessage("so"), calling("tool:ü/" + "x" * 80)
    empty = TextMessage("")

    got = items(said(thought(), words, empty, odd, foreign_echo()), result(odd, "x"))

    assert got[0] == {
        "type": "message",
        "id": f"msg_{words.id}",
        "role": "assistant",
        "status": "completed",
        "content": [{"type": "output_text", "text": "so", "annotations": [], "logprobs": []}],
    }
    assert got[1]["call_id"] == got[2]["call_id"]
    assert len(got[1]["call_id"]) == 64
    assert got[1]["call_id"].isascii()


def test_a_history_of_nothing_still_says_something() -> None:
    assert items() == items(user("")) == [said_by_user(text("(no message)"))]


def test_counting_tokens_leaves_out_what_has_no_place_there() -> None:
    wire = ResponsesWire.of("gpt-5.5", {"service_tier": "flex", "truncation": "auto"})
    request = ModelRequest(messages=(user(),), system="s", effort="low", max_response_tokens=99)

    assert json.loads(wire.count_tokens_body(request)) == {
        "model": "gpt-5.5",
        "instructions": "s",
        "reasoning": {"effort": "low", "summary": "auto"},
        "truncation": "auto",
        "input": [said_by_user(text("hi"))],
    }
    assert tokens_from({"object": "response.input_tokens", "input_tokens": 7}) == 7
    with pytest.raises(ProtocolError, match="no count"):
        tokens_from({})


HI = user()
GROWING = (HI, said("a", calling("a")), HI, result(calling("a"), "x"), said(calling("b")), user(), said("c"), HI)  # fmt: skip


@given(st.lists(st.integers(0, len(GROWING)), max_size=6), st.booleans())
def test_what_was_sent_before_does_not_change_what_is_sent(lengths: list[int], branch: bool) -> None:  # fmt: skip
    wire = ResponsesWire.of("m", {})

    for length in lengths:
        messages = (*GROWING[:length], user("else")) if branch else GROWING[:length]
        request = ModelRequest(messages=messages)
        assert wire.encode(request) == ResponsesWire.of("m", {}).encode(request)
