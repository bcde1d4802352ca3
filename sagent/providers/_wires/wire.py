"""What a wire format is: a pure encoder of requests and a pure decoder of events."""

from collections.abc import Iterable, Sequence
from typing import Protocol, runtime_checkable

from sagent.lib.json import JSON
from sagent.model import Effort, ModelEvent, ModelRequest


class Decoder(Protocol):
    """Turns the data of one answer's events into model events; lives for one answer."""

    def feed(self, data: str) -> Iterable[ModelEvent]:
        """Give the model events that *data* completes; after `ResponseDone` there is nothing.

        They are to be taken before anything else is fed.

        Raises:
            ModelError: *data* is an error, or breaks the format.
        """
        ...

    def close(self) -> Iterable[ModelEvent]:
        """Give the events that the end of the stream completes.

        Raises:
            StreamCutError: the stream ended too early.
        """
        ...


class Wire(Protocol):
    """A vendor's format, without a socket."""

    @property
    def path(self) -> str:
        """Where requests go, below the base URL."""
        ...

    @property
    def efforts(self) -> Sequence[Effort]:
        """The efforts that the model tells apart; others are sent as the nearest."""
        ...

    @property
    def media_types(self) -> frozenset[str]:
        """The images and documents that the model looks at, by their MIME types."""
        ...

    def encode(self, request: ModelRequest) -> bytes:
        """Write *request* as the body of a POST."""
        ...

    def decoder(self, request: ModelRequest) -> Decoder:
        """Make the decoder of the answer to *request*."""
        ...


@runtime_checkable
class Counting(Protocol):
    """A wire of a vendor that counts tokens."""

    @property
    def count_tokens_path(self) -> str:
        """Where requests go that count tokens, below the base URL."""
        ...

    def count_tokens_body(self, request: ModelRequest) -> bytes:
        """Write *request* as the body of a POST that counts its tokens."""
        ...

    def tokens_in(self, answer: JSON) -> int:
        """Read the answer to that.

        Raises:
            ProtocolError: there is no count in it.
        """
        ...
