"""Answers of Gemini's streamGenerateContent.

Source: https://ai.google.dev/api/generate-content. Each event is a whole response that holds the
next parts. There is no last event: an answer is whole when a finishReason, or the reason why the
prompt was blocked, has been seen; usage and signatures may come after it.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import cast

import attrs

from sagent.errors import JsonError, ProtocolError, ServerError, StreamCutError
from sagent.lib.json import JSON, JsonValue, json_freeze
from sagent.message import Descriptor, TextMessage, new_id, tool_call_message
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
    fields_of,
    number_in,
    objects_in,
    parse_object,
    text_in,
)
from sagent.providers._wires.google.encoder import CALL_ID, WIRE

_DONE = "[DONE]"
"""Some proxies send it after the end."""
_STOP_REASONS = {
    "MAX_TOKENS": StopReason.MAX_TOKENS,
    "SAFETY": StopReason.FILTERED,
    "RECITATION": StopReason.FILTERED,
    "LANGUAGE": StopReason.FILTERED,
    "BLOCKLIST": StopReason.FILTERED,
    "PROHIBITED_CONTENT": StopReason.FILTERED,
    "SPII": StopReason.FILTERED,
    "MODEL_ARMOR": StopReason.FILTERED,
    "ESCALATION": StopReason.FILTERED,
    "IMAGE_SAFETY": StopReason.FILTERED,
    "IMAGE_PROHIBITED_CONTENT": StopReason.FILTERED,
    "IMAGE_RECITATION": StopReason.FILTERED,
}
_COUNTS = (
    "promptTokenCount",
    "candidatesTokenCount",
    "thoughtsTokenCount",
    "toolUsePromptTokenCount",
    "cachedContentTokenCount",
)
_BROKEN = frozenset(
    {
        "MALFORMED_FUNCTION_CALL",
        "MALFORMED_RESPONSE",
        "UNEXPECTED_TOOL_CALL",
        "TOO_MANY_TOOL_CALLS",
        "MISSING_THOUGHT_SIGNATURE",
    }
)
"""What the model wrote is not an answer; asked again, it mostly gives one."""


@attrs.define
class GoogleDecoder:
    """Gathers one answer. Text without a signature is joined; what is signed stays as it came."""

    _gathering: Gathering = attrs.field(factory=lambda: Gathering(WIRE), init=False)
    _text: list[str] = attrs.field(factory=list[str], init=False)
    _descriptor: Descriptor = attrs.field(default=Descriptor.TEXT, init=False)
    """What `_text` is: the answer, or thinking."""
    _call_ids: set[str] = attrs.field(factory=set[str], init=False)
    _usage: Fields = attrs.field(factory=dict[str, JSON], init=False)
    _model_id: str = attrs.field(default="", init=False)
    _finish: str = attrs.field(default="", init=False)
    _finish_message: str = attrs.field(default="", init=False)
    _blocked: bool = attrs.field(default=False, init=False)
    _done: bool = attrs.field(default=False, init=False)

    def feed(self, data: str) -> Iterable[ModelEvent]:
        """Give the model events that *data* completes; see `Decoder`."""
        if self._done or data.strip() == _DONE:
            return ()
        if data.lstrip().startswith("["):  # as Google writes errors and plain streams
            listed = objects_in(parse_object(f'{{"list":{data}}}').get("list"))
            return chain.from_iterable(map(self._response, listed))
        return self._response(parse_object(data))

    def close(self) -> Iterable[ModelEvent]:
        """Give the events that the end of the stream completes; see `Decoder`."""
        if self._done:
            return ()
        if not self._finish and not self._blocked:
            raise StreamCutError("the answer was cut off before its end: try again")
        self._done = True
        if self._finish in _BROKEN:
            detail = f": {self._finish_message}" if self._finish_message else ""
            raise ServerError(
                f"the model gave no usable answer ({self._finish}){detail}",
                status=200,
                retryable=True,
            )
        self._join_text()
        try:
            response = self._gathering.response(
                usage=_usage(self._usage), stop_reason=self._stop_reason(), model_id=self._model_id
            )
        except JsonError as error:
            raise ProtocolError(f"the server sent what JSON cannot carry: {error}") from error
        return (ResponseDone(response),)

    def _response(self, response: Fields) -> Sequence[ModelEvent]:
        if fault := error_in_stream(response):
            raise fault
        self._model_id = text_in(response, "modelVersion") or self._model_id
        usage = fields_of(response.get("usageMetadata"))
        for key in _COUNTS:
            if number_in(usage, key):
                self._usage = usage  # each counts all that came before it
                break
        if feedback := fields_of(response.get("promptFeedback")):
            self._blocked |= bool(text_in(feedback, "blockReason"))
        events: list[ModelEvent] = []
        for candidate in objects_in(response.get("candidates")):
            if number_in(candidate, "index") == 0:
                for part in objects_in(fields_of(candidate.get("content")).get("parts")):
                    events += self._part(part)
                self._finish = text_in(candidate, "finishReason") or self._finish
                self._finish_message = text_in(candidate, "finishMessage") or self._finish_message
        return events

    def _part(self, part: Fields) -> Sequence[ModelEvent]:
        text, call = part.get("text"), part.get("functionCall")
        if isinstance(call, dict):
            return self._call(call, _without(part, "functionCall"))
        if isinstance(text, str):
            descriptor = Descriptor.THINKING if part.get("thought") is True else Descriptor.TEXT
            return self._said(text, descriptor, _without(part, "text", "thought"))
        if _without(part, "thought"):
            self._join_text()
            self._gathering.add_opaque(_without(part))
        return ()

    def _said(
        self, text: str, descriptor: Descriptor, more: Mapping[str, JsonValue]
    ) -> Sequence[ModelEvent]:
        thinking = descriptor is Descriptor.THINKING
        if more or (text and descriptor is not self._descriptor):
            self._join_text()
        if more and not text:
            thought: dict[str, JsonValue] = {"thought": True} if thinking else {}
            self._gathering.add_opaque({"text": "", **thought, **more})
        if not text:
            return ()
        if more:
            self._gathering.add(TextMessage(text, descriptor), more)
        else:
            self._descriptor = descriptor
            self._text.append(text)
        return (ThinkingDelta(text) if thinking else TextDelta(text),)

    def _call(self, call: Fields, more: dict[str, JsonValue]) -> Sequence[ModelEvent]:
        name, vendors_id = text_in(call, "name"), text_in(call, "id")
        if not name:
            return ()  # nobody can answer it
        self._join_text()
        is_new = vendors_id and vendors_id not in self._call_ids
        call_id = vendors_id if is_new else f"call_{new_id()}"
        self._call_ids.add(call_id)
        if vendors_id:
            more[CALL_ID] = vendors_id
        message = tool_call_message(name, _directive(call.get("args")), call_id=call_id)
        self._gathering.add(message, more)
        return (ToolCallReady(message),)

    def _join_text(self) -> None:
        if self._text:
            self._gathering.add(TextMessage("".join(self._text), self._descriptor))
            self._text.clear()

    def _stop_reason(self) -> StopReason:
        if self._blocked:
            return StopReason.FILTERED
        if reason := _STOP_REASONS.get(self._finish):
            return reason
        if self._call_ids:
            return StopReason.TOOL_USE  # Gemini says STOP with calls too
        if self._finish == "STOP" or self._gathering.parts:
            return StopReason.FINISHED
        return StopReason.REFUSAL


def _usage(usage: Fields) -> Usage:
    thinking = number_in(usage, "thoughtsTokenCount")
    return Usage(
        input_tokens=number_in(usage, "promptTokenCount")
        + number_in(usage, "toolUsePromptTokenCount"),
        output_tokens=number_in(usage, "candidatesTokenCount") + thinking,
        cached_tokens=number_in(usage, "cachedContentTokenCount"),
        thinking_tokens=thinking,
    )


def _without(part: Fields, *keys: str) -> dict[str, JsonValue]:
    # What `json` read is plain.
    return {key: cast("JsonValue", value) for key, value in part.items() if key not in keys}


def _directive(arguments: JSON) -> JSON:
    if arguments is None:
        return {}
    try:
        return json_freeze(arguments)
    except JsonError:
        return json.dumps(arguments)  # the dispatcher tells the model
