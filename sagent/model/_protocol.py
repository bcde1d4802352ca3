from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Protocol, Self, TypeGuard, runtime_checkable

from sagent.actors import System
from sagent.errors import StreamCutError
from sagent.model._event import ModelEvent, ResponseDone
from sagent.model._request import ModelRequest
from sagent.model._response import ModelResponse

type ModelStream = AbstractAsyncContextManager[AsyncIterator[ModelEvent]]
"""An answer as it comes; leaving the block cancels what is left of it."""


class Model(Protocol):
    """Anything that continues a conversation."""

    @property
    def model_id(self) -> str:
        """The vendor's name for the model."""
        ...

    @property
    def context_window(self) -> int | None:
        """How many tokens request and answer may have together; None if unknown."""
        ...

    def stream(self, request: ModelRequest) -> ModelStream:
        """Open the answer to *request* as events, the last of which is `ResponseDone`.

        Leaving the block cancels the request on the wire. Entering it may raise, and so may
        receiving.

        Raises:
            ModelError: the call failed.
        """
        ...

    async def buffer(self, request: ModelRequest) -> ModelResponse:
        """Wait for the whole answer to *request*.

        Raises:
            ModelError: the call failed.
        """
        ...


@runtime_checkable
class ServedModel(Protocol):
    """A model whose requests an actor serves, so that a system's agents share its connections."""

    async def served(self, system: System) -> Model:
        """Give the model that asks the provider's actor in *system*, started if need be."""
        ...


def is_served(model: Model) -> TypeGuard[ServedModel]:
    """Tell whether an actor can serve *model*, in a hundredth of the time of `isinstance`."""
    return hasattr(model, "served")


class Provider(Protocol):
    """The owner of a credential, who makes models."""

    @classmethod
    def from_env(cls) -> Self:
        """Take the credential from the environment.

        Raises:
            MissingKeyError: it is not there; the message names the variables.
        """
        ...

    @classmethod
    def from_key(cls, key: str) -> Self:
        """Take *key* as the credential."""
        ...

    def model(self, name: str) -> Model:
        """Make the model that the vendor calls *name*."""
        ...


async def buffered(stream: ModelStream) -> ModelResponse:
    """Read *stream* to its end: what most models' `buffer` is.

    Raises:
        StreamCutError: the stream ended without its response.
    """
    async with stream as events:
        async for event in events:
            if isinstance(event, ResponseDone):
                return event.response
    raise StreamCutError("the model's stream ended without a response: try again")
