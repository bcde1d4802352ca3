"""One model begins a conversation, another takes over, and the first takes it back."""

import base64
import json
import re
from collections.abc import Iterator, Sequence
from itertools import permutations
from typing import Any

import attrs
import pytest
from conversations import PNG, TOOLS, result, user
from discovery import google_validator
from openapi import validator
from recorded_answers import RECORDINGS, TEXT, Event, Recording

from sagent.message import (
    Message,
    TextMessage,
    decode_message,
    encode_message,
    error_message,
    response_tool_calls,
)
from sagent.model import ModelRequest

OUTCOMES: tuple[tuple[Message, ...], ...] = (
    (TextMessage("Title: Tides"), PNG),
    (error_message("the clock is broken"),),
)
"""What comes of the first call, and of the second."""
WORDS = "And in short?"
SCHEMAS = {
    "responses": ("openai", "CreateResponse"),
    "chat": ("openai", "CreateChatCompletionRequest"),
    "selfhosted": ("openai", "CreateChatCompletionRequest"),
    "constrained": ("openai", "CreateChatCompletionRequest"),
    "anthropic": ("anthropic", "CreateMessageParams"),
}
ALPHABETS = {"anthropic": r"[a-zA-Z0-9_-]+", "moonshot": r"[\w.:-]+"}
"""What ids may be made of, where it is more, or else, than OpenAI's."""
OPENAIS_ALPHABET = r"[a-zA-Z0-9_-]{1,64}"

PAIRS = pytest.mark.parametrize(
    ("first", "second"),
    [pytest.param(a, b, id=f"{a.name}-to-{b.name}") for a, b in permutations(RECORDINGS.values(), 2)],
)  # fmt: skip


@attrs.frozen
class Written:
    """The calls and results in a body; ids are "" where the wire has none."""

    calls: Sequence[tuple[str, str, object]]
    results: Sequence[str]
    answers: Sequence[Event]
    """What stands for the model's messages."""


def request(messages: Sequence[Message]) -> ModelRequest:
    return ModelRequest(messages=tuple(messages), system="Be terse.", tools=TOOLS)


def turn(of: Recording, before: Sequence[Message]) -> list[Message]:
    """Let the model answer, run its calls, and speak to it again."""
    content = of.answer(request(before)).content
    calls = response_tool_calls(content)
    results = [result(call, *OUTCOMES[number]) for number, call in enumerate(calls)]
    return [*before, content, *results, user(WORDS)]


def reloaded(messages: Sequence[Message]) -> list[Message]:
    return [decode_message(encode_message(message)) for message in messages]


def written(of: Recording, body: bytes) -> Written:
    items: list[Event] = json.loads(body)[of.body_key]
    match of.name:
        case "anthropic":
            return anthropic_in(items)
        case "responses":
            return responses_in(items)
        case "google":
            return google_in(items)
        case "constrained":
            return constrained_in(items)
        case _:
            return chat_in(items)


def anthropic_in(turns: Sequence[Event]) -> Written:
    blocks = [block for each in turns for block in each["content"]]
    return Written(
        [(block["id"], block["name"], block["input"]) for block in blocks if block["type"] == "tool_use"],
        [block["tool_use_id"] for block in blocks if block["type"] == "tool_result"],
        [each for each in turns if each["role"] == "assistant"],
    )  # fmt: skip


def responses_in(items: Sequence[Event]) -> Written:
    calls = [item for item in items if item["type"] == "function_call"]
    return Written(
        [(call["call_id"], call["name"], json.loads(call["arguments"])) for call in calls],
        [item["call_id"] for item in items if item["type"] == "function_call_output"],
        [item for item in items if item.get("role") != "user" and item["type"] != "function_call_output"],
    )  # fmt: skip


def google_in(contents: Sequence[Event]) -> Written:
    parts = [part for content in contents for part in content["parts"]]
    calls = [part["functionCall"] for part in parts if "functionCall" in part]
    results = [part["functionResponse"] for part in parts if "functionResponse" in part]
    assert [call["name"] for call in calls] == [each["name"] for each in results]
    return Written(
        [(call.get("id", ""), call["name"], call["args"]) for call in calls],
        [each.get("id", "") for each in results],
        [content for content in contents if content["role"] == "model"],
    )


def chat_in(messages: Sequence[Event]) -> Written:
    calls = [call for message in messages for call in message.get("tool_calls", ())]
    functions = [call["function"] for call in calls]
    return Written(
        [(call["id"], each["name"], json.loads(each["arguments"])) for call, each in zip(calls, functions, strict=True)],
        [message["tool_call_id"] for message in messages if message["role"] == "tool"],
        [message for message in messages if message["role"] == "assistant"],
    )  # fmt: skip


def constrained_in(messages: Sequence[Event]) -> Written:
    answers = [message for message in messages if message["role"] == "assistant"]
    steps = [json.loads(line) for each in answers for line in each["content"].splitlines()]
    told = [text for message in messages if message["role"] == "user" for text in texts_in(message)]
    return Written(
        [("", step["tool"], step["arguments"]) for step in steps],
        ["" for text in told if text.startswith(("Result: ", "Error: "))],
        answers,
    )


def texts_in(message: Event) -> Iterator[str]:
    content: Any = message["content"]
    parts: list[Event] = [{"text": content}] if isinstance(content, str) else content
    for part in parts:
        if "text" in part:
            yield part["text"]


def faults(of: Recording, body: bytes) -> list[str]:
    """List what is wrong with *body* by the vendor's document, where there is one."""
    if of.name == "google":
        found = google_validator("GenerateContentRequest").iter_errors(json.loads(body))
    elif of.name in SCHEMAS:
        found = validator(*SCHEMAS[of.name]).iter_errors(json.loads(body))
    else:
        return []
    return [f"{error.instance_path}: {error.message}" for error in found]


@PAIRS
def test_the_second_model_is_told_all_that_was_said_and_done(
    first: Recording, second: Recording
) -> None:
    body = second.wire().encode(request(turn(first, [user()])))

    assert faults(second, body) == []
    assert WORDS.encode() in body
    assert b"Title: Tides" in body
    assert base64.b64encode(PNG.content) in body
    assert (b"the clock is broken" in body) == (len(first.calls) > 1)
    if first.speaks and second.speaks:  # a constrained step is a call or a text
        assert TEXT.encode() in body


@PAIRS
def test_each_call_goes_over_with_its_result_under_an_id_that_the_second_takes(
    first: Recording, second: Recording
) -> None:
    told = written(second, second.wire().encode(request(turn(first, [user()]))))

    assert [(name, arguments) for _, name, arguments in told.calls] == [*first.calls]
    ids = [call_id for call_id, _, _ in told.calls]
    assert [*told.results] == ids
    named = [call_id for call_id in ids if call_id]
    assert len(set(named)) == len(named)
    alphabet = ALPHABETS.get(second.name, OPENAIS_ALPHABET)
    assert all(re.fullmatch(alphabet, call_id) for call_id in named)
    assert bool(named) == (second.name not in {"google", "constrained"})


@PAIRS
def test_what_is_the_firsts_alone_does_not_go_over(first: Recording, second: Recording) -> None:
    messages = turn(first, [user()])

    mine, theirs = first.wire().encode(request(messages)), second.wire().encode(request(messages))

    assert not any(secret in theirs for secret in first.secrets)
    assert b"x-thinking" not in theirs
    kept = [secret in mine for secret in first.secrets]
    assert any(kept) == (first.name not in {"chat", "constrained"})


@PAIRS
def test_the_first_gets_its_own_back_exactly_and_nothing_of_the_seconds(
    first: Recording, second: Recording
) -> None:
    wire = first.wire()
    messages = turn(first, [user()])
    wire.encode(request(messages))
    messages = turn(second, messages)

    body = wire.encode(request(messages))

    told = written(first, body)
    assert [*told.answers[: len(first.own)]] == [*first.own]
    assert len(told.calls) == len(told.results) == len(first.calls) + len(second.calls)
    assert not any(secret in body for secret in second.secrets)
    if first.name != "selfhosted":  # whose thinking OpenAI's document does not know
        assert faults(first, body) == []


@PAIRS
def test_a_saved_conversation_goes_back_the_same(first: Recording, second: Recording) -> None:
    wire = first.wire()
    messages = turn(first, [user()])
    wire.encode(request(messages))
    messages = turn(second, messages)

    assert first.wire().encode(request(reloaded(messages))) == wire.encode(request(messages))


@pytest.mark.parametrize("each", RECORDINGS.values(), ids=RECORDINGS)
def test_what_a_model_was_sent_does_not_change_while_another_answers(each: Recording) -> None:
    wire = each.wire()
    before = turn(each, [user()])
    sent = written(each, wire.encode(request(before))).answers

    for other in RECORDINGS.values():
        before = turn(other, before)
        now = written(each, wire.encode(request(before))).answers
        assert [*now[: len(sent)]] == [*sent]
        sent = now
