"""What of a message an export tells, before it is Markdown or HTML."""

import json
from base64 import b64encode
from collections.abc import Iterator, Sequence
from typing import Literal

import attrs

from sagent.lib.json import json_unfreeze
from sagent.message import (
    BytesMessage,
    Descriptor,
    JsonMessage,
    Message,
    MultipartMessage,
    TextMessage,
    get_queue_id,
    get_tool_name,
    is_error,
    result_text,
)

_UNTOLD = frozenset({Descriptor.QUEUE_ID, Descriptor.ECHO})
_INLINE = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp"})

type Speaker = Literal["user", "model", "tool", "note"]


@attrs.frozen
class Words:
    """Plain text or Markdown, as it was said."""

    text: str


@attrs.frozen
class Thinking:
    """What the model thought."""

    text: str


@attrs.frozen
class Picture:
    """A picture, or a file of another kind."""

    mime: str
    octets: bytes

    @property
    def url(self) -> str | None:
        """A data URL (RFC 2397) of what can be shown; not of SVG, which is a document."""
        if self.mime not in _INLINE:
            return None
        return f"data:{self.mime};base64,{b64encode(self.octets).decode()}"


@attrs.frozen(kw_only=True)
class Call:
    """A tool's call."""

    tool: str
    arguments: str


@attrs.frozen(kw_only=True)
class Result:
    """A tool's result."""

    tool: str
    text: str
    failed: bool


type Piece = Words | Thinking | Picture | Call | Result


@attrs.frozen
class Entry:
    """A message, as an export tells it."""

    speaker: Speaker
    timestamp_ns: int
    source: str | None
    pieces: tuple[Piece, ...]


def told(conversation: Sequence[Message]) -> Iterator[Entry]:
    """Tell *conversation*, message by message."""
    tools: dict[str, str] = {}
    for message in conversation:
        for part in _parts(message):
            if isinstance(part, MultipartMessage) and part.descriptor == Descriptor.TOOL_CALL:
                tools[get_queue_id(part)] = get_tool_name(part)
        pieces = tuple(_pieces(message, tools))
        if pieces:
            yield Entry(_speaker(message), message.timestamp, message.source, pieces)


def _speaker(message: Message) -> Speaker:
    match message.descriptor:
        case Descriptor.USER | Descriptor.USER_PARTS:
            return "user"
        case Descriptor.MODEL:
            return "model"
        case Descriptor.TOOL_RESULT:
            return "tool"
        case _:
            return "note"


def _parts(message: Message) -> Sequence[Message]:
    return message.content if isinstance(message, MultipartMessage) else (message,)


def _pieces(message: Message, tools: dict[str, str]) -> Iterator[Piece]:
    if isinstance(message, MultipartMessage) and message.descriptor == Descriptor.TOOL_RESULT:
        name = tools.get(get_queue_id(message), "tool")
        yield Result(tool=name, text=_result(message), failed=is_error(message))
        yield from (_picture(part) for part in message.content if isinstance(part, BytesMessage))
        return
    for part in _parts(message):
        if not isinstance(part, MultipartMessage):
            yield from _leaf(part)
        elif part.descriptor == Descriptor.TOOL_CALL:
            yield Call(tool=get_tool_name(part), arguments=_arguments(part.content[-1]))
        else:
            yield from _pieces(part, tools)


def _leaf(part: TextMessage | BytesMessage | JsonMessage) -> Iterator[Piece]:
    match part:
        case BytesMessage():
            yield _picture(part)
        case TextMessage(descriptor=Descriptor.THINKING):
            yield Thinking(part.content)
        case TextMessage() | JsonMessage() if part.descriptor in _UNTOLD:
            pass
        case TextMessage():
            yield Words(part.content)
        case JsonMessage():
            yield Words(_arguments(part))


def _result(message: MultipartMessage) -> str:
    texts = tuple(part for part in message.content if not isinstance(part, BytesMessage))
    return result_text(attrs.evolve(message, content=texts))


def _picture(part: BytesMessage) -> Picture:
    return Picture(part.descriptor, part.content)


def _arguments(message: Message) -> str:
    match message:
        case JsonMessage(content=content):
            return json.dumps(json_unfreeze(content), indent=2, ensure_ascii=False)
        case _:
            return str(message.content)
