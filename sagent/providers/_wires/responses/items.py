"""Messages as the items of a Responses input.

Source: https://platform.openai.com/docs/api-reference/responses, and what vLLM and llama.cpp take
of it. A message that another vendor's model wrote is given all fields of an output message, with
an id of ours, since vLLM asks for them and llama.cpp takes assistants' text in no other form.
"""

import base64
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeGuard

import attrs

from sagent.errors import UsageError
from sagent.lib.json import JsonValue, json_unfreeze
from sagent.message import (
    BytesMessage,
    Descriptor,
    JsonMessage,
    Message,
    MultipartMessage,
    TextMessage,
    get_directive,
    get_queue_id,
    get_tool_name,
    response_tool_calls,
    result_text,
)
from sagent.providers._wires.echo import blocks_of, portable_id
from sagent.providers._wires.transcript import Transcripts, dump

WIRE = "responses"

_PDF = "application/pdf"
MEDIA_TYPES = frozenset({"image/gif", "image/jpeg", "image/png", "image/webp", _PDF})
"""What OpenAI looks at; a picture of another type would fail this request and all later ones."""
_UNTOLD = frozenset(
    {
        Descriptor.QUEUE_ID,
        Descriptor.TOOL_NAME,
        Descriptor.THINKING,
        Descriptor.DIFF,
        Descriptor.ECHO,
    }
)
_NO_RESULT = "(no result)"
_NOTHING_SAID: JsonValue = {
    "type": "message",
    "role": "user",
    "content": [{"type": "input_text", "text": "(no message)"}],
}


@attrs.define
class InputItems:
    """Writes histories as items; every call has one output, which follows its turn."""

    _transcripts: Transcripts[tuple[str, ...]] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self._transcripts = Transcripts(_closed, ())

    def encode(self, messages: Sequence[Message]) -> bytes:
        """Write *messages* as items with commas between them; there is always one."""
        return self._transcripts.encode(messages, last=_open) or dump(_NOTHING_SAID)


def _closed(
    group: Sequence[Message], unanswered: tuple[str, ...]
) -> tuple[list[JsonValue], tuple[str, ...]]:
    return list(_group_to_items(group, unanswered)), _calls_of(group)


def _open(
    group: Sequence[Message], unanswered: tuple[str, ...]
) -> tuple[list[JsonValue], tuple[str, ...]]:
    items, calls = _closed(group, unanswered)
    return [*items, *_without_result(calls)], calls


def part_to_item(part: Message) -> JsonValue:
    """Write a part of a model's message; None if there is nothing to it."""
    match part:
        case MultipartMessage(descriptor=Descriptor.TOOL_CALL):
            return {
                "type": "function_call",
                "call_id": portable_id(get_queue_id(part)),
                "name": portable_id(get_tool_name(part)),
                "arguments": _arguments(part),
            }
        case TextMessage(content=content, descriptor=Descriptor.THINKING):
            return {"type": "reasoning", "summary": [{"type": "summary_text", "text": content}]}
        case TextMessage() | BytesMessage() | JsonMessage() | MultipartMessage():
            text = result_text(part)
            return _output_message(f"msg_{part.id}", text) if text else None


def _output_message(item_id: str, text: str) -> JsonValue:
    return {
        "type": "message",
        "id": item_id,
        "role": "assistant",
        "status": "completed",
        "content": [{"type": "output_text", "text": text, "annotations": [], "logprobs": []}],
    }


def _arguments(call: MultipartMessage) -> str:
    try:
        return dump(json_unfreeze(get_directive(call))).decode()
    except UsageError:
        return "{}"  # some servers parse what they are sent; the error result says what was wrong


def _calls_of(group: Sequence[Message]) -> tuple[str, ...]:
    return tuple(get_queue_id(call) for message in group for call in response_tool_calls(message))


def _group_to_items(group: Sequence[Message], unanswered: Iterable[str]) -> Iterator[JsonValue]:
    waiting = dict.fromkeys(unanswered)
    others: list[Message] = []
    for message in group:
        call_id = _answers(message)
        if call_id in waiting:
            del waiting[call_id]
            yield _output(call_id, _result(message))
        else:
            others.append(message)
    yield from _without_result(waiting)
    for message in others:
        yield from _turn(message) if message.descriptor == Descriptor.MODEL else _said(message)


def _answers(message: Message) -> str | None:
    if isinstance(message, MultipartMessage) and message.descriptor == Descriptor.TOOL_RESULT:
        return get_queue_id(message)
    return None


def _turn(message: Message) -> Iterator[JsonValue]:
    whole = message if isinstance(message, MultipartMessage) else MultipartMessage((message,))
    for item in blocks_of(whole, WIRE, part_to_item):
        if item is not None:
            yield item


def _said(message: Message) -> Iterator[JsonValue]:
    content = list(_content(message))
    if content:
        yield {"type": "message", "role": "user", "content": content}


def _without_result(call_ids: Iterable[str]) -> Iterator[JsonValue]:
    for call_id in call_ids:
        yield _output(call_id, _NO_RESULT)


def _output(call_id: str, output: JsonValue) -> JsonValue:
    return {"type": "function_call_output", "call_id": portable_id(call_id), "output": output}


def _result(message: Message) -> JsonValue:
    if any(_is_shown(leaf) for leaf in _leaves(message)):
        return list(_content(message))
    return result_text(message) or _NO_RESULT


def _content(message: Message) -> Iterator[JsonValue]:
    for leaf in _leaves(message):
        if _is_shown(leaf):
            yield _media(leaf)
        elif leaf.descriptor not in _UNTOLD and (text := _text(leaf)):
            yield {"type": "input_text", "text": text}


def _leaves(message: Message) -> Iterator[TextMessage | BytesMessage | JsonMessage]:
    if isinstance(message, MultipartMessage):
        for part in message.content:
            yield from _leaves(part)
    else:
        yield message


def _is_shown(leaf: Message) -> TypeGuard[BytesMessage]:
    shown = leaf.descriptor in MEDIA_TYPES
    return isinstance(leaf, BytesMessage) and shown and bool(leaf.content)


def _media(leaf: BytesMessage) -> JsonValue:
    url = f"data:{leaf.descriptor};base64,{base64.b64encode(leaf.content).decode()}"
    if leaf.descriptor == _PDF:
        return {"type": "input_file", "filename": "document.pdf", "file_data": url}
    return {"type": "input_image", "image_url": url, "detail": "auto"}


def _text(leaf: Message) -> str:
    if isinstance(leaf, JsonMessage):
        return dump(json_unfreeze(leaf.content)).decode()
    return result_text(leaf)
