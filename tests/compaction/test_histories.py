"""Whatever a history holds, what becomes of it is one that every vendor takes."""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, cast

import pytest
from conversations import PNG, TOOLS, conversations, result, said, user
from discovery import google_validator
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema_rs import Draft202012Validator
from openapi import validator
from recorded_answers import RECORDINGS, Recording

from sagent.compaction import (
    Attachments,
    ContextLimits,
    FileText,
    Meter,
    Recap,
    SummaryCompactor,
    is_recap,
    micro_compact,
)
from sagent.errors import CompactionError, ContextOverflowError
from sagent.message import (
    Descriptor,
    Message,
    MultipartMessage,
    TextMessage,
    error_message,
    get_queue_id,
    response_tool_calls,
)
from sagent.model import ModelRequest, ModelResponse
from sagent.testing import ScriptedModel

ANSWER = "## Goal\nRepair the clock.\n\n## Next step\nWind it up."
TEMPLATE = ModelRequest(messages=(), system="Be terse.", tools=TOOLS)
LIMITS = ContextLimits.of(4_000, 1_000)
VALIDATORS: dict[str, Callable[[], Draft202012Validator]] = {
    "anthropic": lambda: validator("anthropic", "CreateMessageParams"),
    "responses": lambda: validator("openai", "CreateResponse"),
    "chat": lambda: validator("openai", "CreateChatCompletionRequest"),
    "google": lambda: google_validator("GenerateContentRequest"),
}
WIRES = {name: recording.wire() for name, recording in RECORDINGS.items()}
TOO_LONG = ContextOverflowError("it does not fit", status=400)

histories = st.tuples(conversations(), conversations(whole=True)).map(
    lambda both: (user("x" * 4_000), *both[0], *both[1])
)


async def outcome(
    history: Sequence[Message], model: ScriptedModel, *, keep: int = 1
) -> Recap | CompactionError:
    compactor = SummaryCompactor(keep_recent=keep)
    files = Attachments(files=(FileText("a", "1"),))
    try:
        return await compactor.compact(
            history, ask=model.buffer, limits=LIMITS, template=TEMPLATE, attachments=files
        )
    except CompactionError as error:
        return error


def bodies(messages: Sequence[Message]) -> dict[str, Any]:
    request = ModelRequest(messages=messages, tools=TOOLS)
    return {name: json.loads(wire.encode(request)) for name, wire in WIRES.items()}


def assert_paired(body: object) -> None:
    """Hold each vendor's rule: every call has one result."""
    calls, results = list[str](), list[str]()
    for each in objects_in(body):
        match each:
            case {"type": "tool_use", "id": str(call_id)}:
                calls.append(call_id)
            case {"type": "tool_result", "tool_use_id": str(call_id)}:
                results.append(call_id)
            case {"type": "function_call", "call_id": str(call_id)}:
                calls.append(call_id)
            case {"type": "function_call_output", "call_id": str(call_id)}:
                results.append(call_id)
            case {"type": "function", "id": str(call_id)}:
                calls.append(call_id)
            case {"role": "tool", "tool_call_id": str(call_id)}:
                results.append(call_id)
            case {"functionCall": {"name": str(name)}}:
                calls.append(name)
            case {"functionResponse": {"name": str(name)}}:
                results.append(name)
            case _:
                pass
    assert sorted(calls) == sorted(results)


def objects_in(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        yield fields
        for inner in fields.values():
            yield from objects_in(inner)
    elif isinstance(value, list):
        for inner in cast("list[object]", value):
            yield from objects_in(inner)


def unanswered(messages: Sequence[Message]) -> tuple[set[str], set[str]]:
    """Give the ids of calls without a result after them, and of results without a call before."""
    waiting, strays = set[str](), set[str]()
    for message in messages:
        waiting |= {get_queue_id(call) for call in response_tool_calls(message)}
        if isinstance(message, MultipartMessage) and message.descriptor == Descriptor.TOOL_RESULT:
            call_id = get_queue_id(message)
            (waiting.remove if call_id in waiting else strays.add)(call_id)
    return waiting, strays


@settings(max_examples=50)
@given(histories, st.integers(0, 3))
async def test_a_recap_is_shorter_and_every_vendor_takes_what_stays(
    history: tuple[Message, ...], keep: int
) -> None:
    model = ScriptedModel(ANSWER)

    recap = await outcome(history, model, keep=keep)

    if isinstance(recap, Recap):
        assert recap.tokens_after < recap.tokens_before
        assert is_recap(recap.messages[0])
        assert not {message.id for message in recap.messages} & {message.id for message in history}
        for body in bodies(recap.messages).values():
            assert_paired(body)
    for request in model.requests:
        for body in bodies(request.messages).values():
            assert_paired(body)


@settings(max_examples=50)
@given(histories, st.integers(0, 3))
async def test_a_call_is_never_parted_from_its_result(
    history: tuple[Message, ...], keep: int
) -> None:
    model = ScriptedModel(TOO_LONG, TOO_LONG, ANSWER)
    calls, results = unanswered(history)

    recap = await outcome(history, model, keep=keep)

    sent = [request.messages for request in model.requests]
    for messages in [*sent, recap.messages] if isinstance(recap, Recap) else sent:
        parted_calls, parted_results = unanswered(messages)
        assert parted_calls <= calls
        assert parted_results <= results


@settings(max_examples=50)
@given(histories)
async def test_the_history_that_was_handed_in_is_not_changed(history: tuple[Message, ...]) -> None:
    handed_in = [*history]

    await outcome(handed_in, ScriptedModel(TOO_LONG, ANSWER))
    micro_compact(handed_in, clearable={"Read"}, now_ns=2**62, last_response_ns=0, keep=0)

    assert tuple(handed_in) == history


@settings(max_examples=50)
@given(conversations())
def test_what_micro_compaction_leaves_is_written_anew_and_taken_by_every_vendor(
    messages: tuple[Message, ...],
) -> None:
    long = [lengthened(message) for message in messages]
    bodies(long)

    after = micro_compact(long, clearable={"Read"}, now_ns=2**62, last_response_ns=0, keep=1)

    if after is None:
        return
    assert Meter.of().with_history(after).tokens < Meter.of().with_history(long).tokens
    for name, body in bodies(after).items():
        assert_paired(body)
        afresh = RECORDINGS[name].wire().encode(ModelRequest(messages=after, tools=TOOLS))
        assert json.loads(afresh) == body


def lengthened(message: Message) -> Message:
    if isinstance(message, MultipartMessage) and message.descriptor == Descriptor.TOOL_RESULT:
        return MultipartMessage((*message.content, TextMessage("z" * 2_000)), message.descriptor)
    return message


def real_history(of: Recording) -> list[Message]:
    """Let a vendor's model think, call two tools and be told their results, twice."""
    history: list[Message] = [user("x" * 8_000)]
    for _ in range(2):
        content = of.answer(ModelRequest(messages=history, tools=TOOLS)).content
        first, *others = response_tool_calls(content)
        results = [result(call, error_message("no")) for call in others]
        history += [content, result(first, "text", PNG), *results]
    return history


@pytest.mark.parametrize("of", RECORDINGS.values(), ids=list(RECORDINGS))
async def test_the_vendors_cache_serves_the_request_for_a_recap(of: Recording) -> None:
    model = ScriptedModel(ANSWER)
    history = real_history(of)

    await SummaryCompactor().compact(
        history, ask=model.buffer, limits=ContextLimits.of(32_000, None), template=TEMPLATE
    )

    before = conversation_in(of, history)
    assert len(before) > 8_000
    assert conversation_in(of, model.requests[0].messages).startswith(before.rstrip('"}]'))


async def test_every_vendor_takes_the_request_that_holds_a_model_to_the_sections() -> None:
    model = ScriptedModel("I would rather talk.", ANSWER)
    history = (user("x" * 8_000), said("ok"))

    await SummaryCompactor().compact(history, ask=model.buffer, limits=LIMITS, template=TEMPLATE)

    for name, validate in VALIDATORS.items():
        body = json.loads(WIRES[name].encode(model.requests[1]))
        assert "next_step" in json.dumps(body)
        assert not [*validate().iter_errors(body)]


def conversation_in(of: Recording, messages: Sequence[Message]) -> str:
    body = json.loads(of.wire().encode(ModelRequest(messages=messages, tools=TOOLS)))
    return json.dumps(body[of.body_key]).replace(', "cache_control": {"type": "ephemeral"}', "")


@pytest.mark.parametrize("of", RECORDINGS.values(), ids=list(RECORDINGS))
async def test_what_a_vendor_wants_back_goes_back_from_the_rounds_that_stay(of: Recording) -> None:
    limits = ContextLimits.of(32_000, 4_000)
    model = ScriptedModel(ModelResponse(content=said(ANSWER)))

    recap = await SummaryCompactor().compact(
        real_history(of), ask=model.buffer, limits=limits, template=TEMPLATE
    )

    assert len(recap.messages) > 1
    written = of.wire().encode(ModelRequest(messages=recap.messages, tools=TOOLS))
    before = of.wire().encode(ModelRequest(messages=real_history(of), tools=TOOLS))
    for secret in of.secrets:
        assert (secret in written) == (secret in before)
    for name, body in bodies(recap.messages).items():
        assert_paired(body)
        if name in VALIDATORS:
            assert not [*VALIDATORS[name]().iter_errors(body)]
