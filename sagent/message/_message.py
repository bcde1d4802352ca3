import time
from collections.abc import Iterable, Iterator
from typing import ClassVar

import attrs

from sagent.lib.json import JSON, json_freeze, whole_text
from sagent.message._ids import new_id


@attrs.frozen(kw_only=True)
class _Envelope:
    """What every message carries beside its content.

    Two messages are equal when all their fields are; they hash by `id`.
    """

    parent_id: str | None = attrs.field(default=None, hash=False, repr=False)
    """The message that this one follows or answers; parents make a history a tree."""
    id: str = attrs.field(factory=new_id, repr=False)
    """Unique over processes; later ones sort behind earlier ones."""
    timestamp: int = attrs.field(factory=time.time_ns, hash=False, repr=False)
    """Nanoseconds since the epoch."""
    source: str | None = attrs.field(default=None, hash=False, repr=False)
    """The path of the agent that wrote it; None for the user, ``sagent`` for no one of them."""


def _plain(descriptor: str) -> str:
    return str(descriptor)  # a Descriptor is a str, but shows itself as an enumeration


@attrs.frozen
class TextMessage(_Envelope):
    """Text, described by a MIME-style descriptor.

    Attributes:
        content: the text; surrogates that stand side by side are joined to what they encode.
        descriptor: what it is, in the form of a media type.
    """

    kind: ClassVar[str] = "text"
    content: str = attrs.field(hash=False, converter=whole_text)
    descriptor: str = attrs.field(default="text/plain", hash=False, converter=_plain)


@attrs.frozen
class BytesMessage(_Envelope):
    """Bytes, such as an image or a PDF.

    Attributes:
        content: the bytes.
        descriptor: their media type.
    """

    kind: ClassVar[str] = "bytes"
    content: bytes = attrs.field(hash=False, repr=lambda content: f"<{len(content)} bytes>")
    descriptor: str = attrs.field(default="image/png", hash=False, converter=_plain)


@attrs.frozen
class JsonMessage(_Envelope):
    """A JSON value; it is frozen as the message takes it in.

    Attributes:
        content: the value, frozen.
        descriptor: what it is, in the form of a media type.

    Raises:
        JsonError: the content is not a JSON value.
    """

    kind: ClassVar[str] = "json"
    content: JSON = attrs.field(hash=False, converter=json_freeze)
    descriptor: str = attrs.field(default="application/json", hash=False, converter=_plain)


def _parts(parts: "Iterable[Message]") -> "tuple[Message, ...]":
    return tuple(parts)


@attrs.frozen
class MultipartMessage(_Envelope):
    """Messages within a message: a model's turn, a tool call, a tool's result.

    Attributes:
        content: the parts, in their order.
        descriptor: what they are together, in the form of a media type.
    """

    kind: ClassVar[str] = "multipart"
    content: "tuple[Message, ...]" = attrs.field(hash=False, converter=_parts)
    descriptor: str = attrs.field(default="multipart/x-tool-result", hash=False, converter=_plain)

    def __iter__(self) -> "Iterator[Message]":
        return iter(self.content)


type Message = TextMessage | BytesMessage | JsonMessage | MultipartMessage
"""The typed payload that crosses providers, tools, sessions and surfaces."""


attrs.resolve_types(MultipartMessage, globals())


def child_of(message: Message, parent_id: str | None) -> Message:
    """Give *message*, the same in all else, as the child of the message *parent_id*.

    Every recorded message goes through here; `attrs.evolve` would check its content again.
    """
    child = object.__new__(type(message))
    put = object.__setattr__
    put(child, "content", message.content)
    put(child, "descriptor", message.descriptor)
    put(child, "parent_id", parent_id)
    put(child, "id", message.id)
    put(child, "timestamp", message.timestamp)
    put(child, "source", message.source)
    return child
