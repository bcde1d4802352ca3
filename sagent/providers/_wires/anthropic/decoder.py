"""Answers of Anthropic's Messages API, streamed.

Source: https://platform.claude.com/docs/en/build-with-claude/streaming
"""

from collections.abc import Iterable, Iterator, Sequence

import attrs

from sagent.errors import StreamCutError
from sagent.message import TextMessage, new_id, tool_call_message
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
from sagent.providers._wires.anthropic.block import OpenBlock
from sagent.providers._wires.echo import Gathering
from sagent.providers._wires.fields import (
    Fields,
    fields_of,
    number_in,
    objects_in,
    parse_object,
    text_in,
)

_DONE = "[DONE]"
_STOP_REASONS = {
    "max_tokens": StopReason.MAX_TOKENS,
    "model_context_window_exceeded": StopReason.MAX_TOKENS,
    # Both ask for the turn to be sent back as it is, and gone on with.
    "pause_turn": StopReason.MAX_TOKENS,
    "compaction": StopReason.MAX_TOKENS,
    "refusal": StopReason.REFUSAL,
}
_SHOWN = {"text_delta": "text", "thinking_delta": "thinking"}
"""The deltas that are shown, each with the kind of its block, which is also its field."""
_COUNTS = (
    "input_tokens",
    "cache_creation_input_tokens",
    "cache_read_input_tokens",
    "output_tokens",
)


@attrs.define
class AnthropicDecoder:
    """Reads one answer; servers that speak the dialect leave out much of what Anthropic sends."""

    wire: str
    _blocks: list[OpenBlock] = attrs.field(factory=list[OpenBlock], init=False)
    _slots: dict[int, OpenBlock] = attrs.field(factory=dict[int, OpenBlock], init=False)
    _ids: set[str] = attrs.field(factory=set[str], init=False)
    _counts: dict[str, int] = attrs.field(factory=dict[str, int], init=False)
    _model_id: str = attrs.field(default="", init=False)
    _reason: str = attrs.field(default="", init=False)
    _explanation: str = attrs.field(default="", init=False)
    _done: bool = attrs.field(default=False, init=False)

    def feed(self, data: str) -> Iterable[ModelEvent]:
        """Give the model events that *data* completes; see `Decoder`."""
        if self._done or data.strip() == _DONE:
            return ()
        event = parse_object(data)
        if fault := error_in_stream(event):
            raise fault
        events: Iterable[ModelEvent] = ()
        match event.get("type"):
            case "content_block_delta":
                events = self._delta(_slot(event), fields_of(event.get("delta")))
            case "content_block_start":
                events = self._start(_slot(event), fields_of(event.get("content_block")))
            case "content_block_stop":
                events = self._stop(self._slots.pop(_slot(event), None))
            case "message_start":
                events = self._begin(fields_of(event.get("message")))
            case "message_delta":
                self._count(event)
                self._end_with(fields_of(event.get("delta")))
            case "message_stop":
                events = self._end()
            case _:
                pass  # pings, and what is new
        return events

    def close(self) -> Iterable[ModelEvent]:
        """Give the events that the end of the stream completes; see `Decoder`."""
        if not self._done:
            raise StreamCutError("the answer was cut off before its end: try again")
        return ()

    def _begin(self, message: Fields) -> Iterator[ModelEvent]:
        self._model_id = text_in(message, "model") or self._model_id
        self._count(message)
        self._end_with(message)
        if self._blocks:
            return  # proxies begin twice
        for block in objects_in(message.get("content")):
            yield from self._start(-1, block)
            yield from self._stop(self._slots.pop(-1))

    def _start(self, slot: int, block: Fields) -> Sequence[ModelEvent]:
        opened = OpenBlock(text_in(block, "type"), block)
        self._blocks.append(opened)
        self._slots[slot] = opened
        return _shown(opened.kind, text_in(block, opened.kind))

    def _delta(self, slot: int, delta: Fields) -> Sequence[ModelEvent]:
        kind = text_in(delta, "type")
        shown = _SHOWN.get(kind)
        if shown is not None and slot not in self._slots:
            self._start(slot, {"type": shown})
        block = self._slots.get(slot)
        if block is None:
            return ()
        if shown is not None and shown == block.kind:
            text = text_in(delta, shown)
            block.add(shown, text)
            return _shown(shown, text)
        match kind:
            case "input_json_delta":
                block.add("input", text_in(delta, "partial_json"))
            case "citations_delta":
                block.citations.append(delta.get("citation"))
            case _:
                block.extend(delta)
        return ()

    def _stop(self, block: OpenBlock | None) -> Sequence[ModelEvent]:
        if block is None or block.kind != "tool_use" or block.call is not None:
            return ()
        call_id = text_in(block.begun, "id")
        if not call_id or call_id in self._ids:
            call_id = f"toolu_{new_id()}"
        self._ids.add(call_id)
        name = text_in(block.begun, "name")
        block.call = tool_call_message(name, block.directive(), call_id=call_id)
        return (ToolCallReady(block.call),)

    def _count(self, holder: Fields) -> None:
        usage = fields_of(holder.get("usage"))
        details = fields_of(usage.get("output_tokens_details"))
        news = {name: number_in(usage, name) for name in _COUNTS}
        news["thinking_tokens"] = number_in(details, "thinking_tokens")
        written = fields_of(usage.get("cache_creation"))
        news["hour_cache_write_tokens"] = number_in(written, "ephemeral_1h_input_tokens")
        # Counts grow; those that a server leaves out, or at nothing, stay as they were.
        self._counts |= {name: count for name, count in news.items() if count > 0}

    def _end_with(self, holder: Fields) -> None:
        self._reason = text_in(holder, "stop_reason") or self._reason
        details = fields_of(holder.get("stop_details"))
        self._explanation = text_in(details, "explanation") or self._explanation

    def _end(self) -> Iterator[ModelEvent]:
        self._done = True
        for block in self._blocks:
            yield from self._stop(block)
        gathering = Gathering(self.wire)
        for block in self._blocks:
            block.gather(gathering)
        reason = self._stop_reason()
        if reason is StopReason.REFUSAL and not gathering.parts and self._explanation:
            gathering.add(TextMessage(self._explanation))
        yield ResponseDone(
            gathering.response(usage=self._usage(), stop_reason=reason, model_id=self._model_id)
        )

    def _stop_reason(self) -> StopReason:
        reason = _STOP_REASONS.get(self._reason, StopReason.FINISHED)
        calls = any(block.call for block in self._blocks)
        return StopReason.TOOL_USE if calls and reason is StopReason.FINISHED else reason

    def _usage(self) -> Usage:
        plain, written, cached, output = (self._counts.get(name, 0) for name in _COUNTS)
        return Usage(
            input_tokens=plain + written + cached,
            output_tokens=output,
            cached_tokens=cached,
            cache_write_tokens=written,
            hour_cache_write_tokens=self._counts.get("hour_cache_write_tokens", 0),
            thinking_tokens=self._counts.get("thinking_tokens", 0),
        )


def _slot(event: Fields) -> int:
    return number_in(event, "index")


def _shown(kind: str, text: str) -> Sequence[ModelEvent]:
    if text and kind == "text":
        return (TextDelta(text),)
    if text and kind == "thinking":
        return (ThinkingDelta(text),)
    return ()
