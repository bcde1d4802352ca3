"""Bodies of requests against OpenAI's published OpenAPI document, and schemas as vendors take them."""

import json

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

from sagent.lib.json import JsonValue
from sagent.message import Message
from sagent.model import Effort, ModelRequest
from sagent.providers._wires.chat.dialect import ANY_SERVER, OPENAI_CHAT, ChatDialect
from sagent.providers._wires.chat.schema import with_types
from sagent.providers._wires.chat.wire import ChatWire

DIALECTS = pytest.mark.parametrize("dialect", [OPENAI_CHAT, ANY_SERVER], ids=["openai", "any"])


def faults(request: ModelRequest, dialect: ChatDialect) -> list[str]:
    body = ChatWire.of("gpt-5.5", {}, dialect=dialect).encode(request)
    found = validator("openai", "CreateChatCompletionRequest").iter_errors(json.loads(body))
    return [error.message for error in found]


@DIALECTS
@pytest.mark.parametrize("conversation", CONVERSATIONS, ids=lambda each: each.name)
def test_every_conversation_is_written_as_the_document_says(
    conversation: Conversation, dialect: ChatDialect
) -> None:
    assert faults(ModelRequest(messages=conversation.messages, tools=TOOLS), dialect) == []


@DIALECTS
@pytest.mark.parametrize("request_", [each for _, each in REQUESTS], ids=[name for name, _ in REQUESTS])  # fmt: skip
def test_every_field_is_written_as_the_document_says(
    request_: ModelRequest, dialect: ChatDialect
) -> None:
    assert faults(request_, dialect) == []


@DIALECTS
@pytest.mark.parametrize("effort", EFFORTS)
def test_every_effort_is_one_that_the_document_knows(
    effort: Effort | None, dialect: ChatDialect
) -> None:
    assert faults(ModelRequest(messages=(user(),), effort=effort), dialect) == []


@given(conversations())
def test_whatever_was_said_is_written_as_the_document_says(messages: tuple[Message, ...]) -> None:
    assert faults(ModelRequest(messages=messages), OPENAI_CHAT) == []


def test_the_document_finds_faults() -> None:
    odd = ModelRequest(messages=(user(),), max_response_tokens=9)

    assert faults(odd, ChatDialect(max_tokens="max_tokns"))


@pytest.mark.parametrize(
    ("schema", "typed"),
    [
        ({"$schema": "x", "type": "object"}, {"type": "object"}),
        ({"properties": {"a": {"description": "d"}}}, {"type": "object", "properties": {"a": {"type": "string", "description": "d"}}}),
        ({"type": "object", "properties": {"$schema": {"type": "string"}}}, {"type": "object", "properties": {"$schema": {"type": "string"}}}),
        ({"enum": [1, 2]}, {"type": "integer", "enum": [1, 2]}),
        ({"enum": [1, "a"]}, {"type": ["integer", "string"], "enum": [1, "a"]}),
        ({"const": "a"}, {"type": "string", "enum": ["a"]}),
        ({"items": {}}, {"type": "array", "items": {"type": "string"}}),
        ({"type": "object", "additionalProperties": False}, {"type": "object", "additionalProperties": False}),
        ({"$ref": "#/$defs/a", "$defs": {"a": {}}}, {"$ref": "#/$defs/a", "$defs": {"a": {"type": "string"}}}),
        ({"type": "string", "anyOf": [{"enum": ["a"]}, {"type": "null"}]}, {"anyOf": [{"type": "string", "enum": ["a"]}, {"type": "null"}]}),
    ],
)  # fmt: skip
def test_moonshots_schemas_have_types_everywhere(schema: JsonValue, typed: JsonValue) -> None:
    assert with_types(schema) == typed
