"""What a vendor wants back exactly as it sent it: signatures, encrypted reasoning, item ids.

A model's message holds parts that any vendor understands, and beside them at most one echo: a list
of entries in the order of the vendor's own blocks, each either a block that nobody else
understands, or a part by its number with the fields that the vendor wants back on it. The wire
whose name it bears writes the message from it; any other writes the parts, and leaves thinking out.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from typing import cast

import attrs

from sagent.lib.json import JsonValue, json_unfreeze
from sagent.message import Descriptor, JsonMessage, Message, MultipartMessage
from sagent.model import ModelResponse, StopReason, Usage

_LONGEST_ID = 64
"""OpenAI's limit; the others allow at least as much."""
_UNUSUAL = re.compile(r"[^A-Za-z0-9_-]")


@attrs.define
class Gathering:
    """The parts of an answer, and what its vendor wants back of it, in the order of its blocks."""

    wire: str
    parts: list[Message] = attrs.field(factory=list[Message], init=False)
    _entries: list[JsonValue] = attrs.field(factory=list["JsonValue"], init=False)
    _exact: bool = attrs.field(default=False, init=False)

    def add(self, part: Message, more: Mapping[str, JsonValue] | None = None) -> None:
        """Add *part*; its vendor wants it back with the fields *more*."""
        entry: dict[str, JsonValue] = {"part": len(self.parts)}
        if more:
            entry["with"] = dict(more)
            self._exact = True
        self._entries.append(entry)
        self.parts.append(part)

    def add_opaque(self, block: JsonValue) -> None:
        """Add what only its vendor understands."""
        self._entries.append({"block": block})
        self._exact = True

    def response(self, *, usage: Usage, stop_reason: StopReason, model_id: str) -> ModelResponse:
        """Make the response of what has been gathered."""
        parts = tuple(self.parts)
        if self._exact:
            parts += (echo_message(self.wire, {"blocks": self._entries}),)
        return ModelResponse(
            content=MultipartMessage(parts, Descriptor.MODEL),
            usage=usage,
            stop_reason=stop_reason,
            model_id=model_id,
        )


def echo_message(wire: str, echo: Mapping[str, JsonValue]) -> JsonMessage:
    """Make the part that the wire of that name finds again with `echo_in`."""
    return JsonMessage({"wire": wire, **echo}, Descriptor.ECHO)


def echo_in(message: MultipartMessage, wire: str) -> dict[str, JsonValue] | None:
    """Give what the wire of that name put into *message*, if it did."""
    for part in message.content:
        if isinstance(part, JsonMessage) and part.descriptor == Descriptor.ECHO:
            echo = json_unfreeze(part.content)
            if isinstance(echo, dict) and echo.get("wire") == wire:
                return echo
    return None


def blocks_of(
    message: MultipartMessage, wire: str, render: Callable[[Message], JsonValue]
) -> Iterator[JsonValue]:
    """Write a model's *message* for the wire of that name, each part with *render*.

    Its own come back as they were; of another vendor's, thinking is left out.
    """
    echo = echo_in(message, wire)
    if echo is None:
        for part in message.content:
            if part.descriptor not in (Descriptor.THINKING, Descriptor.ECHO):
                yield render(part)
        return
    # What `Gathering` wrote and nobody can have changed since.
    for entry in cast("list[dict[str, JsonValue]]", echo["blocks"]):
        if "block" in entry:
            yield entry["block"]
            continue
        block = render(message.content[cast("int", entry["part"])])  # the same
        more = entry.get("with")
        yield {**block, **more} if isinstance(block, dict) and isinstance(more, dict) else block


def portable_id(call_id: str) -> str:
    """Give *call_id* as every vendor takes it: letters, digits, ``_`` and ``-``, at most 64.

    An id that is so already stays; the others get a digest, so that they stay apart.
    """
    plain = _UNUSUAL.sub("_", call_id)
    if call_id and plain == call_id and len(call_id) <= _LONGEST_ID:
        return call_id
    digest = sha256(call_id.encode(errors="replace")).hexdigest()[:12]
    return f"{plain[: _LONGEST_ID - 13]}_{digest}"
