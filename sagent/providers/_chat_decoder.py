"""Answers in the dialect of Chat Completions, streamed."""

import json
from collections.abc import Iterator, Mapping
from typing import cast

import attrs

from sagent.errors import JsonError, ProtocolError, StreamCutError
from sagent.lib.json import JSON, json_loads
from sagent.message import (
    Descriptor,
    Message,
    MultipartMessage,
    TextMessage,
    new_id,
    tool_call_message,
)
from sagent.model import (
    ModelEvent,
    ModelResponse,
    ResponseDone,
    StopReason,
    TextDelta,
    ThinkingDelta,
    ToolCallReady,
    Usage,
)
from sagent.providers._fault import error_in_stream

_DONE = "[DONE]"
_STOP_REASONS = {
    "length": StopReason.MAX_TOKENS,
    "model_context_window_exceeded": StopReason.MAX_TOKENS,
    "content_filter": StopReason.FILTERED,
    "refusal": StopReason.REFUSAL,
}

type _Object = Mapping[str, JSON]


@attrs.define
class _PendingCall:
    id: str
    name: str = ""
    arguments: list[str] = attrs.field(factory=list[str])


@attrs.define
class ChatDecoder:
    """Gathers one answer; tolerant of what servers that speak the dialect are known to send."""

    _text: list[str] = attrs.field(factory=list[str], init=False)
    _thinking: list[str] = attrs.field(factory=list[str], init=False)
    _calls: list[_PendingCall] = attrs.field(factory=list[_PendingCall], init=False)
    _slots: dict[int, _PendingCall] = attrs.field(factory=dict[int, _PendingCall], init=False)
    _usage: Usage = attrs.field(default=Usage(), init=False)
    _finish: str = attrs.field(default="", init=False)
    _model_id: str = attrs.field(default="", init=False)
    _refused: bool = attrs.field(default=False, init=False)
    _done: bool = attrs.field(default=False, init=False)

    def feed(self, data: str) -> Iterator[ModelEvent]:
        """Give the model events that *data* completes; see `Decoder`."""
        if self._done:
            return
        if data.strip() == _DONE:
            yield from self._end()
            return
        chunk = _parse(data)
        if fault := error_in_stream(chunk):
            raise fault
        self._model_id = _text_in(chunk, "model") or self._model_id
        self._count(chunk)
        for choice in _objects(chunk.get("choices"))[:1]:
            self._count(choice)
            yield from self._delta(_object(choice.get("delta") or choice.get("message")))
            self._finish = _text_in(choice, "finish_reason") or self._finish

    def close(self) -> Iterator[ModelEvent]:
        """Give the events that the end of the stream completes; see `Decoder`."""
        if self._done:
            return
        if not self._finish:
            raise StreamCutError("the answer was cut off before its end: try again")
        yield from self._end()

    def _delta(self, delta: _Object) -> Iterator[ModelEvent]:
        thinking = _text_in(delta, "reasoning_content") or _text_in(delta, "reasoning")
        if thinking:
            self._thinking.append(thinking)
            yield ThinkingDelta(thinking)
        text = _text_in(delta, "content")
        if refusal := _text_in(delta, "refusal"):
            self._refused = True
            text += refusal
        if text:
            self._text.append(text)
            yield TextDelta(text)
        for fragment in _objects(delta.get("tool_calls")):
            self._call(fragment)

    def _call(self, fragment: _Object) -> None:
        index = fragment.get("index")
        slot = index if isinstance(index, int) else 0
        call_id = _text_in(fragment, "id")
        pending = self._slots.get(slot)
        if pending is None or (call_id and pending.id and call_id != pending.id):
            pending = self._slots[slot] = _PendingCall(call_id)
            self._calls.append(pending)
        function = _object(fragment.get("function"))
        pending.id = pending.id or call_id
        pending.name = pending.name or _text_in(function, "name")
        arguments = function.get("arguments")
        if isinstance(arguments, str):
            pending.arguments.append(arguments)
        elif isinstance(arguments, dict):
            pending.arguments.append(json.dumps(arguments))

    def _count(self, holder: _Object) -> None:
        usage = _object(holder.get("usage"))
        if usage:
            details = _object(usage.get("prompt_tokens_details"))
            self._usage = Usage(
                input_tokens=_number_in(usage, "prompt_tokens"),
                output_tokens=_number_in(usage, "completion_tokens"),
                cached_tokens=_number_in(details, "cached_tokens")
                or _number_in(usage, "cached_tokens"),
            )

    def _end(self) -> Iterator[ModelEvent]:
        self._done = True
        calls = list(self._finished_calls())
        for call in calls:
            yield ToolCallReady(call)
        parts: list[Message] = []
        if self._thinking:
            parts.append(TextMessage("".join(self._thinking), Descriptor.THINKING))
        if self._text:
            parts.append(TextMessage("".join(self._text)))
        yield ResponseDone(
            ModelResponse(
                content=MultipartMessage((*parts, *calls), Descriptor.MODEL),
                usage=self._usage,
                stop_reason=self._stop_reason(),
                model_id=self._model_id,
            )
        )

    def _finished_calls(self) -> Iterator[MultipartMessage]:
        taken: set[str] = set()
        for pending in self._calls:
            call_id = pending.id if pending.id and pending.id not in taken else f"call_{new_id()}"
            taken.add(call_id)
            raw = "".join(pending.arguments).strip()
            yield tool_call_message(pending.name, _directive(raw), call_id=call_id)

    def _stop_reason(self) -> StopReason:
        reason = _STOP_REASONS.get(self._finish, StopReason.FINISHED)
        if self._calls and reason is StopReason.FINISHED:
            return StopReason.TOOL_USE  # servers say "stop", or nothing, with calls too
        return StopReason.REFUSAL if self._refused else reason


def _directive(raw: str) -> JSON:
    try:
        return json_loads(raw or "{}")
    except JsonError:
        return raw  # kept as the model wrote it; the dispatcher tells the model


def _parse(data: str) -> _Object:
    try:
        chunk = cast("JSON", json.loads(data))
    except (ValueError, RecursionError) as error:
        raise ProtocolError(f"the server sent a chunk that is not JSON: {data[:80]!r}") from error
    if not isinstance(chunk, dict):
        raise ProtocolError(f"the server sent a chunk that is no object: {data[:80]!r}")
    return chunk


# `json.loads` gives dicts and lists; asking for those costs a tenth of asking for a Mapping.


def _object(value: JSON) -> _Object:
    return value if isinstance(value, dict) else {}


def _objects(value: JSON) -> list[_Object]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _text_in(holder: _Object, key: str) -> str:
    value = holder.get(key)
    return value if isinstance(value, str) else ""


def _number_in(holder: _Object, key: str) -> int:
    value = holder.get(key)
    return value if isinstance(value, int) else 0
