"""What a wire format is: a pure encoder of requests and a pure decoder of events."""

from collections.abc import Iterator
from typing import Protocol

from sagent.model import ModelEvent, ModelRequest


class Decoder(Protocol):
    """Turns the data of one answer's events into model events; lives for one answer."""

    def feed(self, data: str) -> Iterator[ModelEvent]:
        """Give the model events that *data* completes; after `ResponseDone` there is nothing.

        Raises:
            ModelError: *data* is an error, or breaks the format.
        """
        ...

    def close(self) -> Iterator[ModelEvent]:
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

    def encode(self, request: ModelRequest) -> bytes:
        """Write *request* as the body of a POST."""
        ...

    def decoder(self, request: ModelRequest) -> Decoder:
        """Make the decoder of the answer to *request*."""
        ...
