"""Answers of the Responses API, streamed.

Source: https://platform.openai.com/docs/api-reference/responses-streaming. An item counts as it
stands in `response.output_item.done`; deltas are for those who watch. Servers differ in all else:
numbers, indices, and whether arguments have events of their own.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import cast

import attrs

from sagent.errors import JsonError, StreamCutError
from sagent.lib.json import JSON, JsonValue, json_freeze, json_unfreeze
from sagent.message import (
    Descriptor,
    Message,
    TextMessage,
    new_id,
    tool_call_message,
)
from sagent.model import (
    ModelEvent,
    ResponseDone,
    StopReason,
    TextDelta,
    ThinkingDelta,
    ToolCallReady,
    Usage,
)
from sagent.providers._fault import error_in_stream
from sagent.providers._wires.echo import Gathering
from sagent.providers._wires.fields import (
    Fields,
    directive_in,
    fields_of,
    number_in,
    objects_in,
    parse_object,
    text_in,
)
from sagent.providers._wires.responses.items import WIRE, part_to_item

_DONE = "[DONE]"
_BETWEEN_SUMMARIES = "\n\n"
_CALLS_OWN = frozenset({"call_id", "name", "arguments"})
_STOP_REASONS = {
    "max_output_tokens": StopReason.MAX_TOKENS,
    "max_tokens": StopReason.MAX_TOKENS,
    "length": StopReason.MAX_TOKENS,
    "content_filter": StopReason.FILTERED,
}


@attrs.define
class ResponsesDecoder:
    """Gathers one answer; tolerant of what servers that speak the format are known to send."""

    _answer: Gathering = attrs.field(factory=lambda: Gathering(WIRE), init=False)
    _held: list[tuple[TextMessage | None, Fields]] = attrs.field(
        factory=list[tuple[TextMessage | None, Fields]], init=False
    )
    """Reasoning that nothing has followed yet; OpenAI refuses it back until something does."""
    _text: list[str] = attrs.field(factory=list[str], init=False)
    """What was shown of a message that is not done."""
    _thinking: list[str] = attrs.field(factory=list[str], init=False)
    _call_ids: set[str] = attrs.field(factory=set[str], init=False)
    _has_items: bool = attrs.field(default=False, init=False)
    _refused: bool = attrs.field(default=False, init=False)
    _model_id: str = attrs.field(default="", init=False)
    _done: bool = attrs.field(default=False, init=False)

    def feed(self, data: str) -> Iterable[ModelEvent]:
        """Give the model events that *data* completes; see `Decoder`."""
        if self._done or data.strip() == _DONE:
            return ()  # proxies add [DONE], and it ends nothing
        event = parse_object(data)
        if fault := error_in_stream(event):
            raise fault
        match text_in(event, "type"):
            case "response.output_text.delta" | "response.refusal.delta":
                return self._show(text_in(event, "delta"))
            case "response.reasoning_summary_text.delta" | "response.reasoning_text.delta":
                return self._think(text_in(event, "delta"))
            case "response.reasoning_summary_part.added" if self._thinking:
                return self._think(_BETWEEN_SUMMARIES)
            case "response.output_item.done":
                return self._item(fields_of(event.get("item")))
            case kind:
                return self._response(kind, fields_of(event.get("response")))

    def close(self) -> Iterable[ModelEvent]:
        """Give the events that the end of the stream completes; see `Decoder`."""
        if not self._done:
            raise StreamCutError("the answer was cut off before its end: try again")
        return ()

    def _show(self, text: str) -> Sequence[ModelEvent]:
        if not text:
            return ()
        self._text.append(text)
        return (TextDelta(text),)

    def _think(self, text: str) -> Sequence[ModelEvent]:
        if not text:
            return ()
        self._thinking.append(text)
        return (ThinkingDelta(text),)

    def _response(self, kind: str, response: Fields) -> Iterable[ModelEvent]:
        self._model_id = text_in(response, "model") or self._model_id
        if kind == "response.failed":
            raise _failure(response)
        if kind in {"response.completed", "response.incomplete"}:
            return self._end(response)
        return ()  # there are dozens of others, and there will be more

    def _item(self, item: Fields) -> Iterator[ModelEvent]:
        self._has_items = True
        match text_in(item, "type"):
            case "message":
                yield from self._message(item)
            case "reasoning":
                yield from self._reasoning(item)
            case "function_call":
                yield from self._call(item)
            case _:
                self._release()
                if (block := _as_echoed(item)) is not None:
                    self._answer.add_opaque(block)

    def _message(self, item: Fields) -> Iterator[ModelEvent]:
        parts = objects_in(item.get("content"))
        self._refused |= any("refusal" in part for part in parts)
        said = "".join(text_in(part, "text") or text_in(part, "refusal") for part in parts)
        if not self._text:
            yield from self._show(said)
        text = said or "".join(self._text)
        self._text.clear()
        if text:
            self._release()
            self._keep(TextMessage(text), item)

    def _reasoning(self, item: Fields) -> Iterator[ModelEvent]:
        parts = objects_in(item.get("content")) or objects_in(item.get("summary"))
        said = _BETWEEN_SUMMARIES.join(text_in(part, "text") for part in parts)
        if not self._thinking:
            yield from self._think(said)
        text = said or "".join(self._thinking)
        self._thinking.clear()
        self._held.append((TextMessage(text, Descriptor.THINKING) if text else None, item))

    def _call(self, item: Fields) -> Iterator[ModelEvent]:
        given = item.get("arguments")
        raw = json.dumps(given) if isinstance(given, dict) else text_in(item, "arguments")
        call_id = text_in(item, "call_id") or text_in(item, "id")
        if not call_id or call_id in self._call_ids:
            call_id = f"call_{new_id()}"
        self._call_ids.add(call_id)
        directive = directive_in(raw)
        call = tool_call_message(text_in(item, "name"), directive, call_id=call_id)
        # Names and ids are written for all results too, and what is no object is replaced.
        ours = {"call_id", "name"} if isinstance(directive, Mapping) else _CALLS_OWN
        self._release()
        self._keep(call, {key: item[key] for key in item if key not in ours})
        yield ToolCallReady(call)

    def _keep(self, part: Message, item: Fields) -> None:
        """Add *part*, and what *item* says that `part_to_item` would not."""
        block, own = _as_echoed(item), fields_of(part_to_item(part))
        if block is None:
            self._answer.add(part)
        elif own.keys() <= block.keys() | _CALLS_OWN:
            more = {key: block[key] for key in block if key not in own or own[key] != block[key]}
            self._answer.add(part, more)
        else:
            self._answer.parts.append(part)
            self._answer.add_opaque(block)

    def _release(self) -> None:
        """Take in reasoning that is followed by something; bare ids cannot be found again."""
        for part, item in self._held:
            block = _as_echoed(item)
            carried = item.get("encrypted_content") or item.get("content")
            if part is not None and block is not None and carried:
                self._keep(part, item)
            elif part is not None:
                self._answer.parts.append(part)
            elif block is not None and carried:
                self._answer.add_opaque(block)
        self._held.clear()

    def _end(self, response: Fields) -> Iterator[ModelEvent]:
        self._done = True
        if not self._has_items:
            for item in objects_in(response.get("output")):
                yield from self._item(item)
        for part, _ in self._held:
            if part is not None:
                self._answer.parts.append(part)
        if self._thinking:
            self._answer.parts.append(TextMessage("".join(self._thinking), Descriptor.THINKING))
        if self._text:
            self._answer.add(TextMessage("".join(self._text)))
        yield ResponseDone(
            self._answer.response(
                usage=_usage(fields_of(response.get("usage"))),
                stop_reason=self._stop_reason(response),
                model_id=self._model_id,
            )
        )

    def _stop_reason(self, response: Fields) -> StopReason:
        reason = text_in(fields_of(response.get("incomplete_details")), "reason")
        if reason in _STOP_REASONS:
            return _STOP_REASONS[reason]
        if self._call_ids:
            return StopReason.TOOL_USE
        return StopReason.REFUSAL if self._refused else StopReason.FINISHED


def _as_echoed(item: Fields) -> dict[str, JsonValue] | None:
    """Copy *item* for an echo, unless JSON cannot carry it as deep as an echo holds it."""
    try:
        json_freeze([[[item]]])
    except JsonError:
        return None
    return cast("dict[str, JsonValue]", json_unfreeze(item))  # an object stays one


def _failure(response: Fields) -> Exception:
    error: JSON = response.get("error") or "the answer failed"
    return error_in_stream({"error": error}) or StreamCutError("the answer failed: try again")


def _usage(usage: Fields) -> Usage:
    read = fields_of(usage.get("input_tokens_details"))
    return Usage(
        input_tokens=number_in(usage, "input_tokens"),
        output_tokens=number_in(usage, "output_tokens"),
        cached_tokens=number_in(read, "cached_tokens"),
        cache_write_tokens=number_in(read, "cache_write_tokens"),
        thinking_tokens=number_in(
            fields_of(usage.get("output_tokens_details")), "reasoning_tokens"
        ),
    )
