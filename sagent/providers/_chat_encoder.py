"""Requests in the dialect of Chat Completions.

Source: https://platform.openai.com/docs/api-reference/chat, and what vLLM, llama.cpp, Ollama and
SGLang take of it.
"""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from weakref import WeakKeyDictionary

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
    response_text,
    response_tool_calls,
    result_text,
)
from sagent.model import ModelRequest
from sagent.tool import ToolSpec


@attrs.define
class ChatEncoder:
    """Writes requests; the bytes of a message are made once and joined from then on."""

    _model_id: str
    _options: Mapping[str, JsonValue]
    """Further fields of every request."""
    _render: Callable[[Message], JsonValue]
    _fragments: WeakKeyDictionary[Message, bytes] = attrs.field(
        factory=WeakKeyDictionary[Message, bytes], init=False
    )
    _joined: tuple[Message | None, int, bytes] = attrs.field(default=(None, 0, b""), init=False)
    """The history of the last request: its last message, its length, and its bytes."""
    _tools: tuple[tuple[ToolSpec, ...], bytes] = attrs.field(default=((), b""), init=False)

    def tools(self, tools: tuple[ToolSpec, ...]) -> bytes:
        """Write *tools* as functions; those of the last call are not written anew."""
        if self._tools[0] is not tools:
            self._tools = tools, dump([tool_to_chat(tool) for tool in tools])
        return self._tools[1]

    def encode(self, request: ModelRequest, *, system: str, fields: Mapping[str, bytes]) -> bytes:
        """Write *request* as a streaming request's body, under *system* and with *fields*."""
        messages = [dump({"role": "system", "content": system})] if system else []
        messages += [self._history(request.messages)] if request.messages else []
        body: dict[str, JsonValue] = {"model": self._model_id, **self._options}
        if request.max_response_tokens is not None:
            body["max_tokens"] = request.max_response_tokens
        if request.temperature is not None:
            body["temperature"] = request.temperature
        body |= {"stream": True, "stream_options": {"include_usage": True}}
        more = b"".join(b',"%b":%b' % (name.encode(), value) for name, value in fields.items())
        return b'%b%b,"messages":[%b]}' % (dump(body)[:-1], more, b",".join(messages))

    def _history(self, messages: Sequence[Message]) -> bytes:
        last, count, joined = self._joined
        if count and len(messages) >= count and messages[count - 1] is last:
            news = [joined, *map(self._fragment, messages[count:])]
        else:
            news = [*map(self._fragment, messages)]
        joined = b",".join(news)
        self._joined = messages[-1], len(messages), joined
        return joined

    def _fragment(self, message: Message) -> bytes:
        fragment = self._fragments.get(message)
        if fragment is None:
            fragment = self._fragments[message] = dump(self._render(message))
        return fragment


def dump(value: JsonValue) -> bytes:
    """Write *value* as UTF-8, lone surrogates replaced, since servers refuse them."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return text.encode(errors="replace")


def tool_to_chat(tool: ToolSpec) -> JsonValue:
    """Describe *tool* as a function."""
    return {
        "type": "function",
        "function": {
            "name": tool.name,
            "description": tool.description,
            "parameters": json_unfreeze(tool.directive_schema),
        },
    }


def message_to_chat(message: Message) -> JsonValue:
    """Write *message* as a chat message.

    Raises:
        UsageError: the dialect has no place for it.
    """
    match message:
        case TextMessage(content=content):
            return {"role": "user", "content": content}
        case MultipartMessage(descriptor=Descriptor.MODEL):
            return _assistant(message)
        case MultipartMessage(descriptor=Descriptor.TOOL_RESULT):
            return {
                "role": "tool",
                "tool_call_id": get_queue_id(message),
                "content": result_text(message),
            }
        case MultipartMessage(content=parts):
            return {"role": "user", "content": [_part(part) for part in parts]}
        case BytesMessage():
            return {"role": "user", "content": [_part(message)]}
        case JsonMessage(content=content):
            return {"role": "user", "content": dump(json_unfreeze(content)).decode()}


def _assistant(message: MultipartMessage) -> JsonValue:
    calls = response_tool_calls(message)
    wire: dict[str, JsonValue] = {"role": "assistant", "content": response_text(message)}
    if calls:
        wire["tool_calls"] = [_call(call) for call in calls]
    return wire


def _call(call: MultipartMessage) -> JsonValue:
    try:
        arguments = dump(json_unfreeze(get_directive(call))).decode()
    except UsageError:
        arguments = "{}"  # servers parse what they are sent; the error result says what was wrong
    return {
        "id": get_queue_id(call),
        "type": "function",
        "function": {"name": get_tool_name(call), "arguments": arguments},
    }


def _part(part: Message) -> JsonValue:
    match part:
        case TextMessage(content=content):
            return {"type": "text", "text": content}
        case BytesMessage(content=content, descriptor=descriptor):
            url = f"data:{descriptor};base64,{base64.b64encode(content).decode()}"
            return {"type": "image_url", "image_url": {"url": url}}
        case JsonMessage(content=content):
            return {"type": "text", "text": dump(json_unfreeze(content)).decode()}
        case MultipartMessage():
            return {"type": "text", "text": response_text(part)}
