"""A conversation in the messages of Chat Completions."""

import base64
from collections.abc import Iterator, Mapping, Sequence

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
    response_text,
    response_tool_calls,
    result_text,
)
from sagent.providers._wires.chat.dialect import PDF, ChatDialect
from sagent.providers._wires.echo import echo_in, portable_id
from sagent.providers._wires.transcript import dump

type ChatMessage = dict[str, JsonValue]

_BETWEEN_PARTS = "\n\n"
_NO_RESULT = "(no result)"
_NO_TEXT = "(no text)"
"""Stands for a user's message that is empty: servers refuse empty content."""
_FROM_RESULTS = "From the results above, in their order:"
_UNTOLD = frozenset(
    {Descriptor.QUEUE_ID, Descriptor.TOOL_NAME, Descriptor.THINKING, Descriptor.ECHO}
)


def group_to_chat(
    group: Sequence[Message], before: Message | None, dialect: ChatDialect
) -> list[ChatMessage]:
    """Write a group, where *before* is the message that it follows.

    Each call has one result, right after it; images in results follow all of them, since a
    result is text. What answers no call is the user's. Calls that nothing follows, not even an
    empty group, stay without results.
    """
    ids = _ids_of_calls(before, dialect)
    if group and group[0].descriptor == Descriptor.MODEL:
        return [*_results({}, ids, dialect), *_assistant(group[0], dialect)]
    results: dict[str, MultipartMessage] = {}
    words: list[Message] = []
    for message in group:
        call_id = _answered(message)
        if isinstance(message, MultipartMessage) and call_id in ids and call_id not in results:
            results[call_id] = message
        else:
            words.append(message)
    answered = [results[call_id] for call_id in ids if call_id in results]
    media = [part for result in answered for part in media_in(result, dialect)]
    parts: list[ChatMessage] = [text_part(_FROM_RESULTS), *media] if media else []
    for message in words:
        parts += user_parts(message, dialect)
    chat = _results(results, ids, dialect)
    if parts or (group and not chat):
        chat.append(user_message(parts, dialect))
    return chat


def user_message(parts: list[ChatMessage], dialect: ChatDialect) -> ChatMessage:
    """Make a user's message of *parts*."""
    return {"role": "user", "content": _content(parts or [text_part(_NO_TEXT)], dialect)}


def system_message(text: str, dialect: ChatDialect) -> ChatMessage:
    """Make the message of the system prompt."""
    return {"role": dialect.system_role, "content": _content([text_part(text)], dialect)}


def text_part(text: str) -> ChatMessage:
    """Make a part of *text*."""
    return {"type": "text", "text": text}


def user_parts(message: Message, dialect: ChatDialect) -> Iterator[ChatMessage]:
    """Write what a user, or a result that nobody waits for, says and shows; empty text is not."""
    if isinstance(message, MultipartMessage):
        for part in message.content:
            yield from user_parts(part, dialect)
    elif isinstance(message, BytesMessage):
        yield _media_part(message, dialect) or text_part(result_text(message))
    elif message.descriptor not in _UNTOLD and (text := _said(message)):
        yield text_part(text)


def media_in(message: Message, dialect: ChatDialect) -> Iterator[ChatMessage]:
    """Write the images, and the PDFs, in *message* that the server takes."""
    if isinstance(message, MultipartMessage):
        for part in message.content:
            yield from media_in(part, dialect)
    elif isinstance(message, BytesMessage) and (media := _media_part(message, dialect)):
        yield media


def _said(message: TextMessage | JsonMessage) -> str:
    if isinstance(message, TextMessage):
        return message.content
    return dump(json_unfreeze(message.content)).decode()


def _media_part(message: BytesMessage, dialect: ChatDialect) -> ChatMessage | None:
    kind = message.descriptor
    if kind not in dialect.image_types and not (kind == PDF and dialect.takes_pdf):
        return None
    url = f"data:{kind};base64,{base64.b64encode(message.content).decode()}"
    if kind == PDF:
        return {"type": "file", "file": {"filename": "document.pdf", "file_data": url}}
    return {"type": "image_url", "image_url": {"url": url}}


def _content(parts: list[ChatMessage], dialect: ChatDialect) -> JsonValue:
    texts = [part["text"] for part in parts if part["type"] == "text"]
    if dialect.cache_breakpoints or len(texts) < len(parts):
        return [*parts]
    return _BETWEEN_PARTS.join(map(str, texts))


def _results(
    results: Mapping[str, MultipartMessage], ids: Mapping[str, str], dialect: ChatDialect
) -> list[ChatMessage]:
    return [
        {
            "role": "tool",
            "tool_call_id": wire_id,
            "content": _content([text_part(_result(results.get(call_id)))], dialect),
        }
        for call_id, wire_id in ids.items()
    ]


def _result(result: MultipartMessage | None) -> str:
    return (result_text(result) if result else "") or _NO_RESULT


def _answered(message: Message) -> str | None:
    """Give the id of the call that *message* is the result of."""
    if isinstance(message, MultipartMessage) and message.descriptor == Descriptor.TOOL_RESULT:
        return get_queue_id(message)
    return None


def _ids_of_calls(message: Message | None, dialect: ChatDialect) -> dict[str, str]:
    """Give the ids of the calls in a model's *message*, each with what the server knows it by."""
    if not isinstance(message, MultipartMessage) or message.descriptor != Descriptor.MODEL:
        return {}
    ids = [get_queue_id(call) for call in response_tool_calls(message)]
    echo = echo_in(message, dialect.wire) or {}
    exact = echo.get("ids") == "exact"
    return {call_id: call_id if exact else portable_id(call_id) for call_id in ids}


def _assistant(message: Message, dialect: ChatDialect) -> Iterator[ChatMessage]:
    """Write what a model said; if that is nothing but thinking, nothing."""
    if not isinstance(message, MultipartMessage):
        return
    echo = echo_in(message, dialect.wire) or {}
    ids = _ids_of_calls(message, dialect)
    thinking = "".join(
        part.content
        for part in message.content
        if isinstance(part, TextMessage) and part.descriptor == Descriptor.THINKING
    )
    text = response_text(message)
    match echo.get("tags"):
        case [str(opening), str(closing)]:
            text = f"{opening}{thinking}{closing}{text}"
        case _:
            pass
    chat: ChatMessage = {"role": "assistant"}
    if text or dialect.empty_content is not None:
        chat["content"] = text or dialect.empty_content
    fields = _echoed_thinking(echo, thinking, dialect)
    if ids:
        fields = fields or dialect.thinking_filler
        calls = response_tool_calls(message)
        chat["tool_calls"] = [_call(call, ids[get_queue_id(call)]) for call in calls]
    if text or ids:
        yield {**chat, **fields}


def _echoed_thinking(
    echo: Mapping[str, JsonValue], thinking: str, dialect: ChatDialect
) -> Mapping[str, JsonValue]:
    match echo:
        case {"fields": dict(fields)} if dialect.echoes_thinking:
            return fields
        case {"thinking": str(key)} if dialect.echoes_thinking:
            return {key: thinking}
        case _:
            return {}


def _call(call: MultipartMessage, wire_id: str) -> JsonValue:
    try:
        arguments = dump(json_unfreeze(get_directive(call))).decode()
    except UsageError:
        arguments = "{}"  # servers parse what they are sent; the error result says what was wrong
    return {
        "id": wire_id,
        "type": "function",
        "function": {"name": get_tool_name(call), "arguments": arguments},
    }
