"""Bodies against Anthropic's published schema, and against what its API says it refuses beyond."""

import json
from typing import Any

import pytest
from conversations import (
    CONVERSATIONS,
    EFFORTS,
    REQUESTS,
    TOOLS,
    Conversation,
    conversations,
    user,
)
from hypothesis import given
from openapi import validator

from sagent.lib.json import JSON, json_freeze, json_unfreeze
from sagent.message import Message
from sagent.model import Effort, ModelRequest
from sagent.providers._wires.anthropic.family import FAMILIES, family_of
from sagent.providers._wires.anthropic.schema import input_schema, output_schema
from sagent.providers._wires.anthropic.wire import AnthropicWire
from sagent.tool import ToolSpec

MODELS = ("claude-opus-4-8", "claude-opus-4-6", "claude-haiku-4-5", "claude-3-5-haiku-latest")
"""Models as old as the document, of each kind."""


def checked(request: ModelRequest, model_id: str = MODELS[0]) -> dict[str, Any]:
    wire = AnthropicWire.of(model_id, {})
    body: dict[str, Any] = json.loads(wire.encode(request))
    validator("anthropic", "CreateMessageParams").validate(body)
    counted: dict[str, Any] = json.loads(wire.count_tokens_body(request))
    validator("anthropic", "CountMessageTokensParams").validate(counted)
    assert counted["messages"] == body["messages"]
    return body


def check_turns(turns: list[Any]) -> None:
    assert [turns[0]["role"], turns[-1]["role"]] == ["user", "user"]
    waiting: list[str] = []
    for turn in turns:
        blocks = turn["content"]
        assert blocks
        answers = [block["tool_use_id"] for block in blocks if block["type"] == "tool_result"]
        assert sorted(answers) == sorted(waiting)
        assert all(block["type"] == "tool_result" for block in blocks[: len(answers)])
        calls = [block["id"] for block in blocks if block["type"] == "tool_use"]
        waiting = calls if turn["role"] == "assistant" else []
        for block in blocks:
            check_block(block)


def check_block(block: Any) -> None:
    inner: list[Any] = block["content"] if block["type"] == "tool_result" else []
    for each in (block, *inner):
        assert each["type"] != "text" or each["text"].strip()
    if block["type"] == "tool_result":
        assert inner
    if block.get("is_error"):
        assert {each["type"] for each in inner} == {"text"}


@pytest.mark.parametrize("conversation", CONVERSATIONS, ids=[each.name for each in CONVERSATIONS])
def test_each_conversation_is_written_as_the_api_takes_it(conversation: Conversation) -> None:
    check_turns(checked(ModelRequest(messages=conversation.messages, tools=TOOLS))["messages"])


@given(conversations())
def test_any_conversation_is_written_as_the_api_takes_it(messages: tuple[Message, ...]) -> None:
    check_turns(checked(ModelRequest(messages=messages))["messages"])


@pytest.mark.parametrize("request_", [each for _, each in REQUESTS], ids=[name for name, _ in REQUESTS])  # fmt: skip
@pytest.mark.parametrize("model_id", MODELS)
def test_each_request_is_written_as_the_api_takes_it(request_: ModelRequest, model_id: str) -> None:
    checked(request_, model_id)


@pytest.mark.parametrize("effort", EFFORTS)
@pytest.mark.parametrize("model_id", MODELS)
def test_each_effort_is_written_as_the_api_takes_it(effort: Effort | None, model_id: str) -> None:
    body = checked(ModelRequest(messages=(user(),), effort=effort, temperature=0.5), model_id)

    budget = body.get("thinking", {}).get("budget_tokens", 0)
    assert budget < body["max_tokens"]
    assert "temperature" not in body or body.get("thinking") in (None, {"type": "disabled"})


@pytest.mark.parametrize("row", FAMILIES, ids=lambda row: f"{'-'.join(sorted(row[0]))}-{row[1]}")
def test_each_family_is_found_by_the_names_of_its_models(row: Any) -> None:
    words, (major, minor), family = row

    for word in words:
        for name in (f"claude-{word}-{major}-{minor}", f"vendor/claude-{word}-{major}.{minor}:x"):
            assert family_of(name) == family


PAIR: JSON = {
    "type": "object",
    "properties": {
        "n": {"type": "integer", "minimum": 1, "description": "how many"},
        "names": {"type": "array", "items": {"type": "string", "maxLength": 9}, "minItems": 1},
        "at": {"oneOf": [{"type": "string", "format": "date"}, {"type": ["object", "null"]}]},
    },
    "required": ["n"],
    "additionalProperties": True,
    "$schema": "https://json-schema.org/draft/2020-12/schema",
}


def test_what_structured_outputs_do_not_know_is_told_in_the_description() -> None:
    assert output_schema(json_unfreeze(PAIR)) == {
        "type": "object",
        "properties": {
            "n": {"type": "integer", "description": 'how many\n\n{"minimum": 1}'},
            "names": {
                "type": "array",
                "items": {"type": "string", "description": '{"maxLength": 9}'},
                "minItems": 1,
            },
            "at": {
                "anyOf": [
                    {"type": "string", "format": "date"},
                    {"type": ["object", "null"], "additionalProperties": False},
                ]
            },
        },
        "required": ["n"],
        "additionalProperties": False,
    }


def test_alternatives_at_the_root_of_a_tools_schema_become_one_object() -> None:
    schema = json_unfreeze(
        {
            "anyOf": [
                {"properties": {"a": {}, "b": {}}, "required": ["a", "b"]},
                {"properties": {"a": {}, "c": {}}, "required": ["a"]},
            ],
            "allOf": [{"properties": {"d": {}}, "required": ["d"]}],
        }
    )

    assert input_schema(schema) == {
        "type": "object",
        "properties": {"a": {}, "b": {}, "c": {}, "d": {}},
        "required": ["a", "d"],
    }


@pytest.mark.parametrize("schema", [{}, {"oneOf": []}, {"$ref": "#/x"}, True, None])
def test_any_schema_of_a_tool_is_written_as_an_objects(schema: JSON) -> None:
    tool = ToolSpec("T", "", json_freeze(schema))

    checked(ModelRequest(messages=(user(),), tools=(tool,)))
