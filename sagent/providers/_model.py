"""A model of a provider that speaks HTTP."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from decimal import Decimal
from functools import partial

import attrs

from sagent.actors import Ref, System, open_system
from sagent.errors import ActorError, SagentError
from sagent.model import (
    Effort,
    Model,
    ModelRequest,
    ModelResponse,
    ModelStream,
    Price,
    Usage,
    buffered,
)
from sagent.providers._answer import Answer, open_answer
from sagent.providers._exchange import TIMEOUTS, Timeouts
from sagent.providers._fault import Endpoint
from sagent.providers._prices import price_usd, window_of
from sagent.providers._retry import RETRY, RetryPolicy
from sagent.providers._service import Call, Work
from sagent.providers._serving import Serving, service_of
from sagent.providers._wires.wire import Wire


def _nobody() -> str:
    return ""


@attrs.frozen(kw_only=True)
class WireModel:
    """A model behind a wire format; see `Model`.

    In a system it is served by the provider's actor there (`served`); on its own, it opens a
    system for the length of each answer.
    """

    model_id: str
    known_window: int | None = None
    known_price: Price | None = None
    effort: Effort | None = None
    provider: Serving
    wire: Wire = attrs.field(repr=False)
    endpoint: Endpoint
    retry: RetryPolicy = RETRY
    timeouts: Timeouts = TIMEOUTS
    vendor: Callable[[], str] = attrs.field(default=_nobody, repr=False)
    """Tells who sells the model's tokens; it may have to look that up."""
    service: Ref[Work] | None = attrs.field(default=None, repr=False)

    @property
    def context_window(self) -> int | None:
        """How many tokens request and answer may have together; None if nobody has told.

        `sagent.providers.guess_window` guesses, where a number is needed.
        """
        return self.known_window or window_of(self.vendor(), self.model_id)

    def price_usd(self, usage: Usage, *, when: datetime | None = None) -> Decimal | None:
        """Give what one call cost at the vendor's standard rate, in US dollars.

        Zero for a model that runs on this machine by `Local`. None where the price is not known:
        for a server of one's own, which may pass requests on to who bills for them, a vendor that
        bills in another currency, a model that is too new. `known_price` goes before all that. The
        first question takes a fifth of a second.

        Args:
            usage: the call's tokens; of several calls together there is no price, since longer
                requests may cost more for each token.
            when: when it was made; None for now.
        """
        if self.known_price is not None:
            return self.known_price.of(usage)
        return price_usd(self.vendor(), self.model_id, usage, when=when)

    async def served(self, system: System) -> Model:
        """Give this model as the provider's actor in *system* serves it."""
        return attrs.evolve(self, service=await service_of(system, self.provider))

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
    async def _ask(self, service: Ref[Work], request: ModelRequest) -> AsyncGenerator[Answer, None]:
        if request.effort is None and self.effort is not None:
            request = attrs.evolve(request, effort=self.effort)
        async with open_answer() as answer:
            call = Call(
                path=self.wire.path,
                body=self.wire.encode(request),
                new_decoder=partial(self.wire.decoder, request),
                sink=answer.sink,
                endpoint=self.endpoint,
                retry=self.retry,
                timeouts=self.timeouts,
            )
            try:
                await service.ask(call)
            except ActorError as error:
                if isinstance(error.__cause__, SagentError):
                    raise error.__cause__ from None
                raise
            yield answer
