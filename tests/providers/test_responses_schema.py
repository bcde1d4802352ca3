"""Bodies of requests against OpenAI's published OpenAPI document."""

import json

import pytest
from conversations import (
    CONVERSATIONS,
    EFFORTS,
    REQUESTS,
    TOOLS,
    Conversation,
    conversations,
    result,
    user,
    user_parts,
)
from hypothesis import given
from openapi import validator
from responses_events import COMPLETED, call, done, message, reasoning, response

from sagent.message import Message, response_tool_calls
from sagent.model import Effort, ModelRequest
from sagent.providers._wires.responses.wire import ResponsesWire


def faults(request: ModelRequest) -> list[str]:
    wire = ResponsesWire.of("gpt-5.5", {"parallel_tool_calls": True})
    bodies = {
        "CreateResponse": wire.encode(request),
        "TokenCountsBody": wire.count_tokens_body(request),
    }
    return [
        error.message
        for name, body in bodies.items()
        for error in validator("openai", name).iter_errors(json.loads(body))
    ]


@pytest.mark.parametrize("conversation", CONVERSATIONS, ids=lambda each: each.name)
def test_every_conversation_is_written_as_the_document_says(conversation: Conversation) -> None:
    assert faults(ModelRequest(messages=conversation.messages, tools=TOOLS)) == []


@pytest.mark.parametrize("request_", [each for _, each in REQUESTS], ids=[name for name, _ in REQUESTS])  # fmt: skip
def test_every_field_is_written_as_the_document_says(request_: ModelRequest) -> None:
    assert faults(request_) == []


@pytest.mark.parametrize("effort", EFFORTS)
def test_every_effort_is_one_that_the_document_knows(effort: Effort | None) -> None:
    assert faults(ModelRequest(messages=(user(),), effort=effort)) == []


@given(conversations())
def test_whatever_was_said_is_written_as_the_document_says(messages: tuple[Message, ...]) -> None:
    assert faults(ModelRequest(messages=messages)) == []


def test_what_goes_back_to_the_vendor_is_what_its_document_says() -> None:
    texts: list[dict[str, object]] = [
        {"type": "output_text", "text": "I look.", "annotations": [], "logprobs": []}
    ]
    turn = response(
        reasoning("hm", status="completed"),
        message(content=texts, status="completed", phase="commentary"),
        done(type="web_search_call", id="ws", status="completed", action={"type": "search", "query": "q", "queries": ["q"]}),
        call("call_1"),
        call("call_2"),
        COMPLETED,
    ).content  # fmt: skip
    one, two = response_tool_calls(turn)

    messages = (user_parts(user()), turn, result(two, "x"), result(one, "y"))

    assert faults(ModelRequest(messages=messages)) == []


def test_the_document_finds_faults() -> None:
    assert list(validator("openai", "CreateResponse").iter_errors({"model": "m", "inptu": "hi"}))
