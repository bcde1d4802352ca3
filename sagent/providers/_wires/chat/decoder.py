"""Answers in the dialects of Chat Completions, streamed."""

from collections.abc import Iterable, Iterator, Sequence

import attrs

from sagent.errors import JsonError, ServerError, StreamCutError
from sagent.lib.json import JSON, JsonValue, json_unfreeze
from sagent.message import (
    Descriptor,
    Message,
    MultipartMessage,
    TextMessage,
    get_queue_id,
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
from sagent.providers._wires.chat.calls import PendingCalls
from sagent.providers._wires.chat.dialect import ANY_SERVER, ChatDialect
from sagent.providers._wires.chat.thinking import Details, Growth, ThinkTags
from sagent.providers._wires.chat.usage import usage_in
from sagent.providers._wires.echo import echo_message, portable_id
from sagent.providers._wires.fields import Fields, fields_of, objects_in, parse_object, text_in

_DONE = "[DONE]"
_STOP_REASONS = {
    "length": StopReason.MAX_TOKENS,
    "max_tokens": StopReason.MAX_TOKENS,
    "model_context_window_exceeded": StopReason.MAX_TOKENS,
    "content_filter": StopReason.FILTERED,
    "sensitive": StopReason.FILTERED,
    "refusal": StopReason.REFUSAL,
}
_FAILURES = frozenset({"error", "abort", "network_error", "insufficient_system_resource"})
"""What vLLM, OpenRouter, Z.ai and DeepSeek call the end of an answer that the server broke off."""
_THINKING_KEYS = ("reasoning_content", "reasoning")


@attrs.define
class ChatDecoder:
    """Gathers one answer; tolerant of what servers that speak the dialect are known to send."""

    _dialect: ChatDialect = ANY_SERVER
    _text: list[str] = attrs.field(factory=list[str], init=False)
    _thinking: list[str] = attrs.field(factory=list[str], init=False)
    _thinking_key: str = attrs.field(default="", init=False)
    _details: Details = attrs.field(
        default=attrs.Factory(lambda self: Details(self._dialect.cumulative), takes_self=True),
        init=False,
    )
    _tags: ThinkTags = attrs.field(factory=ThinkTags, init=False)
    _growth: dict[str, Growth] = attrs.field(factory=dict[str, Growth], init=False)
    _calls: PendingCalls = attrs.field(factory=PendingCalls, init=False)
    _usage: Usage = attrs.field(default=Usage(), init=False)
    _finish: str = attrs.field(default="", init=False)
    _model_id: str = attrs.field(default="", init=False)
    _refused: bool = attrs.field(default=False, init=False)
    _done: bool = attrs.field(default=False, init=False)

    def feed(self, data: str) -> Iterable[ModelEvent]:
        """Give the model events that *data* completes; see `Decoder`."""
        if self._done:
            return ()
        if data.strip() == _DONE:
            return self._end()
        chunk = parse_object(data)
        if fault := error_in_stream(chunk):
            raise fault
        self._model_id = text_in(chunk, "model") or self._model_id
        self._count(chunk)
        choices = objects_in(chunk.get("choices"))
        if not choices:
            return ()
        choice = choices[0]
        self._count(choice)
        shown = self._delta(self._delta_in(choice))
        if finish := text_in(choice, "finish_reason"):
            self._finish = finish.lower()
        return shown

    def close(self) -> Iterable[ModelEvent]:
        """Give the events that the end of the stream completes; see `Decoder`."""
        if self._done:
            return ()
        if not self._finish:
            raise StreamCutError("the answer was cut off before its end: try again")
        return self._end()

    def _delta_in(self, choice: Fields) -> Fields:
        """Give what *choice* adds; some servers send a whole message, MiniMax after its pieces."""
        delta = fields_of(choice.get("delta"))
        if delta or "message" not in choice or self._text or self._thinking or self._calls:
            return delta
        return fields_of(choice["message"])

    def _delta(self, delta: Fields) -> Sequence[ModelEvent]:
        if "tool_calls" in delta:
            for piece in objects_in(delta["tool_calls"]):
                self._calls.feed(piece)
        thinking, text = self._thinking_in(delta), self._text_in(delta)
        if self._tags.is_past or not text:
            return self._shown(thinking, text)
        return [*self._shown(thinking, ""), *self._shown(*self._parted(text))]

    def _text_in(self, delta: Fields) -> str:
        content = delta.get("content")
        text = content if isinstance(content, str) else _joined(content)
        if text and self._dialect.cumulative:
            text = self._grown("content", text)
        if refusal := text_in(delta, "refusal"):
            self._refused = True
            text += refusal
        return text

    def _thinking_in(self, delta: Fields) -> str:
        if "reasoning_details" in delta:
            thinking = self._details.feed(objects_in(delta["reasoning_details"]))
            if self._details.has_text:
                return thinking
        if self._details.has_text:
            return ""
        for key in _THINKING_KEYS:
            chunk = delta.get(key)
            if isinstance(chunk, str) and (chunk or self._dialect.thinking_filler):
                self._thinking_key = self._thinking_key or key
                return self._grown(key, chunk) if self._dialect.cumulative else chunk
        return ""

    def _grown(self, key: str, chunk: str) -> str:
        return self._growth.setdefault(key, Growth()).feed(chunk)

    def _parted(self, text: str) -> tuple[str, str]:
        """Part *text* that may begin with thinking in tags, unless thinking came by itself."""
        if self._thinking and not self._tags.opening:
            self._tags.is_past = True
        return self._tags.feed(text)

    def _shown(self, thinking: str, text: str) -> Sequence[ModelEvent]:
        shown: list[ModelEvent] = []
        if thinking:
            self._thinking.append(thinking)
            shown.append(ThinkingDelta(thinking))
        if text:
            self._text.append(text)
            shown.append(TextDelta(text))
        return shown

    def _count(self, holder: Fields) -> None:
        usage = holder.get("usage")
        if usage and isinstance(usage, dict):
            self._usage = usage_in(usage) or self._usage

    def _end(self) -> Iterator[ModelEvent]:
        self._done = True
        if self._finish in _FAILURES:
            raise ServerError(
                f"the server broke off its answer ({self._finish}): try again",
                status=200,
                retryable=True,
            )
        yield from self._held_back()
        calls = list(self._calls.whole())
        for call in calls:
            yield ToolCallReady(call)
        parts: list[Message] = []
        if self._thinking:
            parts.append(TextMessage("".join(self._thinking), Descriptor.THINKING))
        if self._text:
            parts.append(TextMessage("".join(self._text)))
        yield ResponseDone(
            ModelResponse(
                content=MultipartMessage((*parts, *calls, *self._echo(calls)), Descriptor.MODEL),
                usage=self._usage,
                stop_reason=self._stop_reason(),
                model_id=self._model_id,
            )
        )

    def _held_back(self) -> Iterator[ModelEvent]:
        thinking = self._details.end()
        thinking += "".join(
            self._growth[key].end() for key in _THINKING_KEYS if key in self._growth
        )
        yield from self._shown(thinking, "")
        if "content" in self._growth and (text := self._growth["content"].end()):
            yield from self._shown(*self._parted(text))
        yield from self._shown(*self._tags.end())

    def _echo(self, calls: list[MultipartMessage]) -> Iterator[Message]:
        """Give what the vendor wants back with its message, if there is such a thing.

        That is thinking under the key that it came under, its details as they came, the tags that
        stood round it, and ids that no other vendor takes.
        """
        echo: dict[str, JSON] = {}
        if details := self._details.whole():
            echo["fields"] = {"reasoning_details": details}
        elif self._thinking_key:
            echo["thinking"] = self._thinking_key
        if self._tags.opening:
            echo["tags"] = [self._tags.opening, self._tags.closing]
        ids = [get_queue_id(call) for call in calls]
        if any(portable_id(call_id) != call_id for call_id in ids):
            echo["ids"] = "exact"
        if not echo:
            return
        try:
            plain: dict[str, JsonValue] = {key: json_unfreeze(echo[key]) for key in echo}
        except JsonError:
            return  # numbers that JSON does not have: what cannot be kept is not asked back
        yield echo_message(self._dialect.wire, plain)

    def _stop_reason(self) -> StopReason:
        reason = _STOP_REASONS.get(self._finish, StopReason.FINISHED)
        if self._calls and reason is StopReason.FINISHED:
            return StopReason.TOOL_USE  # servers say "stop", or nothing, with calls too
        return StopReason.REFUSAL if self._refused else reason


def _joined(content: JSON) -> str:
    """Join the text of *content*, where a server sends parts (Mistral)."""
    return "".join(text_in(part, "text") for part in objects_in(content))
