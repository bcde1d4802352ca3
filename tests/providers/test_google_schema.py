"""Requests to Gemini, held against Google's discovery document."""

import json
from collections.abc import Sequence

import attrs
import pytest
from conversations import CONVERSATIONS, EFFORTS, REQUESTS, TOOLS, Conversation, conversations
from discovery import google_validator
from hypothesis import given
from hypothesis import strategies as st

from sagent.lib.json import JsonValue
from sagent.message import Message
from sagent.model import Effort, ModelRequest
from sagent.providers._wires.google.wire import GoogleWire

MODELS = ["gemini-2.0-flash", "gemini-2.5-pro", "gemini-2.5-flash-lite", "gemini-3.1-pro-preview"]
NO_OPTIONS: dict[str, JsonValue] = {}
OPTIONS: dict[str, JsonValue] = {
    "safetySettings": [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"}],
    "generationConfig": {"topK": 3},
    "tools": [{"googleSearch": {}}],
}


def check(schema: str, body: bytes) -> None:
    faults = [
        f"{error.instance_path}: {error.message}"
        for error in google_validator(schema).iter_errors(json.loads(body))
    ]
    assert not faults


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("conversation", CONVERSATIONS, ids=[each.name for each in CONVERSATIONS])
def test_conversations_are_written_as_google_publishes(
    model: str, conversation: Conversation
) -> None:
    request = ModelRequest(messages=conversation.messages, tools=TOOLS)

    check("GenerateContentRequest", GoogleWire.of(model, {}).encode(request))


@given(conversations())
def test_so_are_conversations_of_any_shape(messages: Sequence[Message]) -> None:
    wire = GoogleWire.of("gemini-3.1-pro-preview", {})

    check("GenerateContentRequest", wire.encode(ModelRequest(messages=messages)))


@given(
    st.sampled_from(REQUESTS),
    st.sampled_from(MODELS),
    st.sampled_from(EFFORTS),
    st.sampled_from([NO_OPTIONS, OPTIONS]),
)
def test_so_are_all_other_fields(
    named: tuple[str, ModelRequest],
    model: str,
    effort: Effort | None,
    options: dict[str, JsonValue],
) -> None:
    wire = GoogleWire.of(model, options)
    request = attrs.evolve(named[1], effort=effort)

    check("GenerateContentRequest", wire.encode(request))
    check("CountTokensRequest", wire.count_tokens_body(request))


def test_a_field_that_google_does_not_know_is_found() -> None:
    with pytest.raises(AssertionError, match="contentz"):
        check("GenerateContentRequest", b'{"contentz": []}')
