"""A model of a provider that speaks HTTP."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from decimal import Decimal
from functools import partial

import attrs

from sagent.actors import Ref, System, open_system
from sagent.errors import ActorError, SagentError
from sagent.lib.json import JsonValue
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
from sagent.providers._answer import Answer, Sink
from sagent.providers._billing import has_standard_rate
from sagent.providers._exchange import TIMEOUTS, Timeouts
from sagent.providers._fault import Endpoint
from sagent.providers._prices import price_usd, window_of
from sagent.providers._retry import RETRY, RetryPolicy
from sagent.providers._service import Call, Work
from sagent.providers._serving import Serving, service_of
from sagent.providers._wires.wire import Wire


@attrs.frozen(kw_only=True)
class WireModel:
    """A model behind a wire format; see `Model`.

    In a system it is served by the provider's actor there (`served`); on its own, it opens a
    system for the length of each answer.
    """

    model_id: str
    """The vendor's name for it."""
    known_window: int | None = None
    """Its window in tokens, as it was given or the vendor told; None to look it up."""
    known_price: Price | None = None
    """Its price, as it was given; None to look it up."""
    effort: Effort | None = None
    """How hard it thinks; None for as hard as it does by itself."""
    provider: Serving
    """Who has the credential and the connections."""
    wire: Wire = attrs.field(repr=False)
    """How requests and answers are written."""
    endpoint: Endpoint
    """Where it is, for errors and logs."""
    retry: RetryPolicy = RETRY
    """How often a call that fails in passing is made again."""
    timeouts: Timeouts = TIMEOUTS
    """How long the server may be silent."""
    vendor: str = attrs.field(default="", repr=False)
    """Who sells the model's tokens; "" for nobody whose prices are known."""
    options: Mapping[str, JsonValue] = attrs.field(
        factory=dict[str, JsonValue], repr=False, hash=False
    )
    """Further fields of every request; some of them change what it costs."""
    service: Ref[Work] | None = attrs.field(default=None, repr=False)
    """The actor that serves it in a system; None on its own."""

    @property
    def context_window(self) -> int | None:
        """How many tokens request and answer may have together; None if nobody has told.

        `sagent.providers.guess_window` guesses, where a number is needed.
        """
        return self.known_window or window_of(self.vendor, self.model_id)

    @property
    def efforts(self) -> Sequence[Effort]:
        """How hard it can be told to think, the least first; see `Capable`."""
        return self.wire.efforts

    @property
    def media_types(self) -> frozenset[str]:
        """The images and documents that it looks at, by their MIME types."""
        return self.wire.media_types

    def price_usd(self, usage: Usage, *, when: datetime | None = None) -> Decimal | None:
        """Give what one call cost at the vendor's standard rate, in US dollars.

        Zero for a model that runs on this machine by `Local`. None where the price is not known:
        for a server of one's own, which may pass requests on to who bills for them, a vendor that
        bills in another currency, a model that is too new, options that ask for another tier.
        `known_price` goes before all that.

        Args:
            usage: the call's tokens; of several calls together there is no price, since longer
                requests may cost more for each token.
            when: when it was made; None for now.
        """
        if self.known_price is not None:
            return self.known_price.of(usage)
        if not has_standard_rate(self.options):
            return None
        return price_usd(self.vendor, self.model_id, usage, when=when)

    async def served(self, system: System) -> Model:
        """Give this model as the provider's actor in *system* serves it."""
        return attrs.evolve(self, service=await service_of(system, self.provider))

    def stream(self, request: ModelRequest) -> ModelStream:
        """Open the answer to *request*; see `Model`."""
        if self.service is None:
            return self._alone(request)
        return _Asked(self.service, partial(self._call, request))

    async def buffer(self, request: ModelRequest) -> ModelResponse:
        """Wait for the whole answer to *request*; see `Model`."""
        return await buffered(self.stream(request))

    @asynccontextmanager
    async def _alone(self, request: ModelRequest) -> AsyncGenerator[Answer, None]:
        async with (
            open_system() as system,
            _Asked(await system.spawn(self.provider), partial(self._call, request)) as answer,
        ):
            yield answer

    def _call(self, request: ModelRequest, sink: Sink) -> Call:
        if request.effort is None and self.effort is not None:
            request = attrs.evolve(request, effort=self.effort)
        return Call(
            path=self.wire.path,
            body=self.wire.encode(request),
            new_decoder=partial(self.wire.decoder, request),
            sink=sink,
            endpoint=self.endpoint,
            retry=self.retry,
            timeouts=self.timeouts,
        )


@attrs.define(eq=False)
class _Asked:
    """An answer of a provider's actor; leaving the block cancels the request on the wire."""

    _service: Ref[Work]
    _call: Callable[[Sink], Call]
    _answer: Answer = attrs.field(factory=Answer, init=False)

    async def __aenter__(self) -> Answer:
        try:
            await self._service.ask(self._call(self._answer.sink))
        except BaseException as error:
            self._answer.close()
            if isinstance(error, ActorError) and isinstance(error.__cause__, SagentError):
                raise error.__cause__ from None
            raise
        return self._answer

    async def __aexit__(self, *_: object) -> None:
        self._answer.close()
