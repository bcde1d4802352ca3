"""What a server of Chat Completions is sent."""

import json
from typing import Any

import pytest
from conversations import (
    ANSWER_SCHEMA,
    BROKEN,
    ODD,
    ONE,
    PDF,
    PNG,
    READ,
    TWO,
    foreign_echo,
    result,
    said,
    thought,
    user,
    user_parts,
)

from sagent.lib.json import JSON, JsonValue
from sagent.message import JsonMessage, Message, TextMessage
from sagent.model import ModelRequest
from sagent.providers._wires.chat.dialect import ANY_SERVER, OPENAI_CHAT, ChatDialect
from sagent.providers._wires.chat.wire import ChatWire
from sagent.tool import ToolSpec

IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}


def body(request: ModelRequest, dialect: ChatDialect = ANY_SERVER, **options: JsonValue) -> Any:
    return json.loads(ChatWire.of("m", options, dialect=dialect).encode(request))


def chat(*messages: Message, dialect: ChatDialect = ANY_SERVER) -> Any:
    return body(ModelRequest(messages=messages), dialect)["messages"]


def called(call_id: str, name: str = "Read", arguments: str = '{"file_path":"a.txt"}') -> object:
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}


def test_a_request_has_the_model_the_stream_and_the_messages() -> None:
    assert body(ModelRequest(messages=(user(),), system="Be terse.")) == {
        "model": "m",
        "stream_options": {"include_usage": True},
        "stream": True,
        "messages": [
            {"role": "system", "content": "Be terse."},
            {"role": "user", "content": "hi"},
        ],
    }


def test_what_a_request_limits_is_written_in_fields() -> None:
    request = ModelRequest(
        messages=(user(),), max_response_tokens=9, temperature=0.5, effort="xhigh", cache_key="c1"
    )

    sent = body(request)

    assert (sent["max_tokens"], sent["temperature"], sent["reasoning_effort"]) == (9, 0.5, "high")
    assert "prompt_cache_key" not in sent


def test_openai_has_words_of_its_own() -> None:
    request = ModelRequest(
        messages=(user_parts(TextMessage("see"), PDF),),
        system="Be terse.",
        max_response_tokens=9,
        temperature=0.5,
        effort="xhigh",
        cache_key="c1",
    )

    assert body(request, OPENAI_CHAT) == {
        "model": "m",
        "max_completion_tokens": 9,
        "reasoning_effort": "xhigh",
        "prompt_cache_key": "c1",
        "stream_options": {"include_usage": True},
        "stream": True,
        "messages": [
            {"role": "developer", "content": "Be terse."},
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "see"},
                    {
                        "type": "file",
                        "file": {
                            "filename": "document.pdf",
                            "file_data": "data:application/pdf;base64,JVBERi0xLjc=",
                        },
                    },
                ],
            },
        ],
    }


def test_a_model_that_does_not_think_may_be_told_its_temperature() -> None:
    request = ModelRequest(messages=(user(),), temperature=0.5, effort="none")

    assert body(request, OPENAI_CHAT)["temperature"] == 0.5
    assert "temperature" not in body(request, ChatDialect(temperature="never"))


def test_options_win_over_what_a_request_says_but_not_over_the_stream() -> None:
    request = ModelRequest(messages=(user(),), tools=(READ,), max_response_tokens=9)

    sent = body(request, max_tokens=5, tools=[], stream=False, top_k=3)

    assert (sent["max_tokens"], sent["tools"], sent["stream"], sent["top_k"]) == (5, [], True, 3)


def test_tools_are_functions_with_their_schemas() -> None:
    tool = ToolSpec("Now", "Tell the time.", {"type": "object", "properties": {}})

    assert body(ModelRequest(messages=(user(),), tools=(tool,)))["tools"] == [
        {
            "type": "function",
            "function": {
                "name": "Now",
                "description": "Tell the time.",
                "parameters": {"type": "object", "properties": {}},
            },
        }
    ]


def test_an_answer_is_held_to_its_schema_strictly_where_that_can_be() -> None:
    loose: dict[str, JSON] = {"type": "object", "properties": {"a": {"type": "string"}}}
    closed_request = ModelRequest(messages=(user(),), output_schema=ANSWER_SCHEMA)
    loose_request = ModelRequest(messages=(user(),), output_schema=loose)

    assert body(closed_request)["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "answer", "strict": True, "schema": ANSWER_SCHEMA},
    }
    assert body(loose_request)["response_format"]["json_schema"]["strict"] is False


@pytest.mark.parametrize(
    ("dialect", "answer_format"),
    [
        (ChatDialect(answer_format="json_object"), {"type": "json_object"}),
        (ChatDialect(answer_format="prompt"), None),
    ],
)
def test_a_server_without_schemas_is_asked_for_json_in_words(
    dialect: ChatDialect, answer_format: object
) -> None:
    request = ModelRequest(messages=(user(),), system="Be terse.", output_schema=ANSWER_SCHEMA)

    sent = body(request, dialect)

    assert sent.get("response_format") == answer_format
    assert sent["messages"][0]["content"].startswith("Be terse.\n\nAnswer with one JSON object")
    assert sent["messages"][0]["content"].endswith(json.dumps(ANSWER_SCHEMA))


def test_calls_have_their_results_right_after_them_in_their_order() -> None:
    assert chat(user(), said("I look", ONE, TWO), result(TWO, "noon"), user("quick!"), result(ONE, "text")) == [
        {"role": "user", "content": "hi"},
        {"role": "assistant", "content": "I look", "tool_calls": [called("call_1"), called("call_2", "Now", "{}")]},
        {"role": "tool", "tool_call_id": "call_1", "content": "text"},
        {"role": "tool", "tool_call_id": "call_2", "content": "noon"},
        {"role": "user", "content": "quick!"},
    ]  # fmt: skip


def test_arguments_that_are_no_object_go_back_as_an_empty_one() -> None:
    (message,) = chat(said(BROKEN))[:1]

    assert message["tool_calls"] == [called("call_3", arguments="{}")]


def test_images_in_results_follow_all_results() -> None:
    sent = chat(
        user(), said(ONE, TWO), result(ONE, "seen", PNG, PDF), result(TWO, PNG), user("so?")
    )

    assert sent[2:] == [
        {"role": "tool", "tool_call_id": "call_1", "content": "seen\n[image/png, 8 bytes]\n[application/pdf, 8 bytes]"},
        {"role": "tool", "tool_call_id": "call_2", "content": "[image/png, 8 bytes]"},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "From the results above, in their order:"},
                IMAGE,
                IMAGE,
                {"type": "text", "text": "so?"},
            ],
        },
    ]  # fmt: skip


def test_what_the_server_does_not_take_is_named() -> None:
    assert chat(PDF, JsonMessage({"a": [1]}), PNG, dialect=ChatDialect(image_types=frozenset())) == [
        {"role": "user", "content": '[application/pdf, 8 bytes]\n\n{"a":[1]}\n\n[image/png, 8 bytes]'}
    ]  # fmt: skip


def test_a_call_without_a_result_is_given_one_wherever_it_stands() -> None:
    none = {"role": "tool", "tool_call_id": "call_1", "content": "(no result)"}

    assert chat(user(), said(ONE), user("never mind"))[2] == none
    assert chat(user(), said(ONE), said("so"))[2] == none
    assert chat(user(), said(ONE))[2] == none


def test_a_result_that_nobody_waits_for_is_the_users() -> None:
    sent = chat(
        user(), result(ONE, "text", PNG), said(TWO), result(TWO, "noon"), result(TWO, "one")
    )

    assert sent[0]["content"] == [
        {"type": "text", "text": "hi"},
        {"type": "text", "text": "text"},
        IMAGE,
    ]
    assert sent[2:] == [
        {"role": "tool", "tool_call_id": "call_2", "content": "noon"},
        {"role": "user", "content": "one"},
    ]  # fmt: skip


def test_thinking_and_echoes_of_others_are_left_out_and_their_ids_made_plain() -> None:
    sent = chat(user(), said(thought(), "so", ODD, foreign_echo()), result(ODD, "x"))

    assert sent[1].keys() == {"role", "content", "tool_calls"}
    assert sent[1]["tool_calls"][0]["id"] == sent[2]["tool_call_id"]
    assert len(sent[2]["tool_call_id"]) <= 64


def test_a_model_that_only_thought_said_nothing() -> None:
    assert chat(user(), said(thought()), user("go on")) == [
        {"role": "user", "content": "hi"},
        {"role": "user", "content": "go on"},
    ]


def test_nothing_empty_is_sent() -> None:
    assert chat(user(""), said("", ONE), result(ONE, ""), said(""), user("")) == [
        {"role": "user", "content": "(no text)"},
        {"role": "assistant", "content": "", "tool_calls": [called("call_1")]},
        {"role": "tool", "tool_call_id": "call_1", "content": "(Read completed with no output)"},
        {"role": "user", "content": "(no text)"},
    ]
    assert chat(said("")) == [{"role": "user", "content": "(no text)"}]


def test_lone_surrogates_are_replaced() -> None:
    assert chat(user("a\ud83d"))[0]["content"] == "a?"
