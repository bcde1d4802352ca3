"""Requests in the dialects of Chat Completions.

Source: https://platform.openai.com/docs/api-reference/chat, and what other servers take of it; see
`sagent.providers._wires.chat.dialect`.
"""

import json
from collections.abc import Callable, Mapping, Sequence

import attrs

from sagent.lib.json import JsonValue, json_unfreeze
from sagent.message import Descriptor, Message
from sagent.model import ModelRequest
from sagent.providers._wires.chat.dialect import ChatDialect
from sagent.providers._wires.chat.messages import (
    ChatMessage,
    system_message,
    user_message,
)
from sagent.providers._wires.responses.schema import is_strict
from sagent.providers._wires.transcript import Transcripts, dump
from sagent.tool import ToolSpec

type RenderGroup = Callable[[Sequence[Message], Message | None, ChatDialect], list[ChatMessage]]
"""Writes a group, given the message that it follows; an empty one after the end."""

_ASKED_FOR = """\
Answer with one JSON object that satisfies this JSON Schema, and with nothing else:
{schema}"""
_MARK: JsonValue = {"type": "ephemeral"}
_LOOKED_BACK = 16
"""A mark finds what is cached up to 20 blocks before it (DashScope); a longer group gets two."""


@attrs.define(eq=False)
class ChatEncoder:
    """Writes requests; what was said long ago is written once and joined from then on."""

    _model_id: str
    _options: Mapping[str, JsonValue]
    """Further fields of every request; they win over ours."""
    _dialect: ChatDialect
    _render: RenderGroup
    _transcripts: Transcripts[Message | None] = attrs.field(init=False)
    _tools: tuple[tuple[ToolSpec, ...], bytes] = attrs.field(default=((), b""), init=False)

    def __attrs_post_init__(self) -> None:
        self._transcripts = Transcripts(self._closed, None)

    def native(self, request: ModelRequest) -> bytes:
        """Write *request* with the server's own tool calls and answer formats."""
        fields = {"tools": self._functions(request.tools)} if request.tools else {}
        system = request.system
        if request.output_schema is not None:
            schema = self._dialect.schema(json_unfreeze(request.output_schema))
            if self._dialect.answer_format != "prompt":
                fields["response_format"] = dump(self._answer_format(schema))
            if self._dialect.answer_format != "json_schema":
                asked = _ASKED_FOR.format(schema=json.dumps(schema, ensure_ascii=False))
                system = f"{system}\n\n{asked}".lstrip()
        return self.encode(request, system=system, fields=fields)

    def encode(self, request: ModelRequest, *, system: str, fields: Mapping[str, bytes]) -> bytes:
        """Write *request* as a streaming request's body, under *system* and with *fields*."""
        messages = [dump(self._system(system))] if system else []
        if request.messages:
            written = self._transcripts.encode(request.messages, last=self._last)
            messages.append(written or dump(user_message([], self._dialect)))
        body: dict[str, JsonValue] = {
            "model": self._model_id,
            **self._dialect.fields,
            **self._limits(request),
            "stream_options": {"include_usage": True},
            **self._options,
            "stream": True,
        }
        more = b"".join(
            b',"%b":%b' % (name.encode(), value)
            for name, value in fields.items()
            if name not in self._options
        )
        return b'%b%b,"messages":[%b]}' % (dump(body)[:-1], more, b",".join(messages))

    def _limits(self, request: ModelRequest) -> dict[str, JsonValue]:
        dialect = self._dialect
        limits: dict[str, JsonValue] = {}
        if request.max_response_tokens is not None:
            limits[dialect.max_tokens] = request.max_response_tokens
        if request.temperature is not None and (
            dialect.temperature == "always"
            or (dialect.temperature == "without_effort" and request.effort in {None, "none"})
        ):
            limits["temperature"] = request.temperature
        if request.effort is not None:
            limits |= dialect.effort.get(request.effort, {})
        if dialect.cache_key and request.cache_key is not None:
            limits[dialect.cache_key] = request.cache_key
        return limits

    def _answer_format(self, schema: JsonValue) -> JsonValue:
        if self._dialect.answer_format == "json_object":
            return {"type": "json_object"}
        strict = self._dialect.always_strict or is_strict(schema)
        described: JsonValue = {"name": "answer", "strict": strict, "schema": schema}
        return {"type": "json_schema", "json_schema": described}

    def _functions(self, tools: tuple[ToolSpec, ...]) -> bytes:
        """Write *tools*; those of the last call are not written anew."""
        if self._tools[0] is not tools:
            self._tools = tools, dump([self._function(tool) for tool in tools])
        return self._tools[1]

    def _function(self, tool: ToolSpec) -> JsonValue:
        return {
            "type": "function",
            "function": {
                "name": tool.name,
                "description": tool.description,
                "parameters": self._dialect.schema(json_unfreeze(tool.directive_schema)),
            },
        }

    def _system(self, text: str) -> JsonValue:
        message = system_message(text, self._dialect)
        return _marked(message) if self._dialect.cache_breakpoints else message

    def _closed(
        self, group: Sequence[Message], before: Message | None
    ) -> tuple[list[ChatMessage], Message | None]:
        return self._render(group, before, self._dialect), group[-1]

    def _last(
        self, group: Sequence[Message], before: Message | None
    ) -> tuple[list[ChatMessage], Message | None]:
        written, end = self._closed(group, before)
        if group[-1].descriptor == Descriptor.MODEL:
            written += self._render((), group[-1], self._dialect)
        if self._dialect.cache_breakpoints:
            if len(written) > _LOOKED_BACK:
                written[0] = _marked(written[0])
            written[-1:] = [_marked(message) for message in written[-1:]]
        return written, end


def _marked(message: ChatMessage) -> ChatMessage:
    """Give *message* with a mark up to which the vendor caches, if it can bear one."""
    match message:
        case {"content": [*others, dict(last)]}:
            return {**message, "content": [*others, {**last, "cache_control": _MARK}]}
        case _:
            return message
