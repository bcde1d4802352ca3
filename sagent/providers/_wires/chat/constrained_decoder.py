"""Answers in the constrained tool protocol."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Literal

import attrs

from sagent.errors import JsonError, ProtocolError
from sagent.lib.json import JSON, json_dumps, json_loads
from sagent.message import (
    Descriptor,
    Message,
    MultipartMessage,
    TextMessage,
    new_id,
    response_text,
    tool_call_message,
)
from sagent.model import (
    ModelEvent,
    ModelResponse,
    ResponseDone,
    Retrying,
    StopReason,
    TextDelta,
    ThinkingDelta,
    ToolCallReady,
)
from sagent.providers._wires.chat.decoder import ChatDecoder

_OPENING = re.compile(r'\s*\{\s*"answer"\s*:\s*"')
_LONGEST_OPENING = 256
"""So much without an opening is no answer, but a call, or blanks without an end."""
_WHOLE_CHARACTERS = re.compile(
    r"(?:[^\"\\]"
    r"|\\[\"\\/bfnrt]"
    r"|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"  # a pair goes together
    r"|\\u(?![dD][89abAB])[0-9a-fA-F]{4})*"
)


@attrs.define
class AnswerText:
    """Decodes the value of ``{"answer": "..."}`` while it is being written."""

    _raw: str = attrs.field(default="", init=False)
    _at: Literal["opening", "text", "end"] = attrs.field(default="opening", init=False)

    def feed(self, fragment: str) -> str:
        """Give the text that *fragment* adds to the answer."""
        if self._at == "end":
            return ""
        self._raw += fragment
        if self._at == "opening":
            opening = _OPENING.match(self._raw)
            if opening is None:
                self._at = "opening" if len(self._raw) <= _LONGEST_OPENING else "end"
                return ""
            self._at = "text"
            self._raw = self._raw[opening.end() :]
        whole = _WHOLE_CHARACTERS.match(self._raw)
        assert whole is not None  # it matches the empty string
        self._raw = self._raw[whole.end() :]
        self._at = "end" if self._raw.startswith('"') else "text"
        return str(json.loads(f'"{whole.group()}"', strict=False))


@attrs.define
class ConstrainedDecoder:
    """Gathers one step, and streams it if it is an answer in words; see `Decoder`."""

    _chat: ChatDecoder = attrs.field(factory=ChatDecoder)
    _holds_answer: bool = attrs.field(default=False, kw_only=True, alias="holds_answer")
    """Whether the answer is held to a schema: it is JSON then, be it that of a text."""
    _answer: AnswerText = attrs.field(factory=AnswerText, init=False)
    _shown: list[str] = attrs.field(factory=list[str], init=False)

    def feed(self, data: str) -> Iterable[ModelEvent]:
        """Give the model events that *data* completes; see `Decoder`."""
        return self._translate(self._chat.feed(data))

    def close(self) -> Iterable[ModelEvent]:
        """Give the events that the end of the stream completes; see `Decoder`."""
        return self._translate(self._chat.close())

    def _translate(self, events: Iterable[ModelEvent]) -> Iterator[ModelEvent]:
        for event in events:
            match event:
                case TextDelta(text=fragment):
                    if not self._holds_answer and (text := self._answer.feed(fragment)):
                        self._shown.append(text)
                        yield TextDelta(text)
                case ResponseDone(response=response):
                    yield from self._finish(response)
                case ThinkingDelta() | ToolCallReady() | Retrying():
                    yield event

    def _finish(self, response: ModelResponse) -> Iterator[ModelEvent]:
        match _step_in(response_text(response.content)):
            case {"tool": str(name), "arguments": arguments}:
                call = tool_call_message(name, arguments, call_id=f"call_{new_id()}")
                yield ToolCallReady(call)
                content: Message = call
                stop = StopReason.TOOL_USE
            case {"answer": str(answer)} if not self._holds_answer:
                content, stop = TextMessage(answer), response.stop_reason
            case {"answer": answer}:
                text = json_dumps(answer)
                yield TextDelta(text)
                content, stop = TextMessage(text), response.stop_reason
            case _ if self._shown:
                content, stop = TextMessage("".join(self._shown)), response.stop_reason
            case _:
                raise _no_step(response)
        yield ResponseDone(
            attrs.evolve(
                response,
                content=MultipartMessage((content,), Descriptor.MODEL),
                stop_reason=stop,
            )
        )


def _step_in(text: str) -> JSON:
    try:
        return json_loads(text)
    except JsonError:
        return None  # cut off, or not held to the schema


def _no_step(response: ModelResponse) -> ProtocolError:
    if response.stop_reason is StopReason.MAX_TOKENS:
        return ProtocolError("the model ran out of tokens inside a tool call: raise its limit")
    return ProtocolError(
        "the model wrote neither a tool call nor an answer: its server must support "
        "response_format with a JSON schema"
    )
