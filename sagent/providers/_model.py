"""A model of a provider that speaks HTTP."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Protocol

import attrs

from sagent.actors import Actor, Ref, System, open_system
from sagent.errors import ActorError, SagentError
from sagent.model import Model, ModelRequest, ModelResponse, ModelStream, buffered
from sagent.providers._answer import Answer, open_answer
from sagent.providers._fault import Endpoint
from sagent.providers._service import Call
from sagent.providers._wire import Wire


class Serving(Protocol):
    """What a model needs of its provider: the actor that serves it, and that actor's name."""

    @property
    def service_name(self) -> str:
        """A name that two providers share only if one actor can serve both."""
        ...

    def actor(self) -> Actor[Call]:
        """Make the actor."""
        ...


@attrs.frozen(kw_only=True)
class WireModel:
    """A model behind a wire format; see `Model`.

    In a system it is served by the provider's actor there (`served`); on its own, it opens a
    system for the length of each answer.
    """

    model_id: str
    context_window: int | None = None
    provider: Serving
    wire: Wire = attrs.field(repr=False)
    endpoint: Endpoint
    service: Ref[Call] | None = attrs.field(default=None, repr=False)

    async def served(self, system: System) -> Model:
        """Give this model as the provider's actor in *system* serves it."""
        service = await system.get_or_spawn(self.provider.service_name, self.provider)
        return attrs.evolve(self, service=service)

    def stream(self, request: ModelRequest) -> ModelStream:
        """Open the answer to *request*; see `Model`."""
        return self._open(request)

    async def buffer(self, request: ModelRequest) -> ModelResponse:
        """Wait for the whole answer to *request*; see `Model`."""
        return await buffered(self._open(request))

    @asynccontextmanager
    async def _open(self, request: ModelRequest) -> AsyncGenerator[Answer, None]:
        if self.service is not None:
            async with self._ask(self.service, request) as answer:
                yield answer
            return
        async with open_system() as system:
            service = await system.spawn(self.provider)
            async with self._ask(service, request) as answer:
                yield answer

    @asynccontextmanager
    async def _ask(self, service: Ref[Call], request: ModelRequest) -> AsyncGenerator[Answer, None]:
        async with open_answer() as answer:
            call = Call(
                path=self.wire.path,
                body=self.wire.encode(request),
                decoder=self.wire.decoder(request),
                sink=answer.sink,
                endpoint=self.endpoint,
            )
            try:
                await service.ask(call)
            except ActorError as error:
                if isinstance(error.__cause__, SagentError):
                    raise error.__cause__ from None
                raise
            yield answer
