from datetime import datetime
from decimal import Decimal
from functools import partial

import attrs
import trio

from sagent.actors import System
from sagent.errors import ModelError, StatusError
from sagent.model import (
    Model,
    ModelRequest,
    ModelResponse,
    ModelStream,
    Priced,
    Retrying,
    ServedModel,
    Usage,
    buffered,
)
from sagent.providers._answer import Sink, pass_on, played
from sagent.providers._retry import RETRY, RetryPolicy, Tries


@attrs.frozen
class WithRetries:
    """A model of your own, whose calls are made again where they failed in passing.

    As the calls of vendors' models are by themselves: what may pass is a `StatusError` that is
    `retryable`, a connection that failed, and a stream that was cut. A `Retrying` event tells of
    each. Where the server says nothing of how long to wait, the policy does.

    Attributes:
        model: what is asked.
        retry: how often, and for how long.
    """

    model: Model
    retry: RetryPolicy = RETRY

    @property
    def model_id(self) -> str:
        """The name of the model."""
        return self.model.model_id

    @property
    def context_window(self) -> int | None:
        """The model's window."""
        return self.model.context_window

    def price_usd(self, usage: Usage, *, when: datetime | None = None) -> Decimal | None:
        """Give what the model says that a call costs; None if it knows no prices."""
        return price_of(self.model, usage, when)

    async def served(self, system: System) -> Model:
        """Give the model as *system* serves it, if that serves it."""
        if not isinstance(self.model, ServedModel):
            return self
        return attrs.evolve(self, model=await self.model.served(system))

    def stream(self, request: ModelRequest) -> ModelStream:
        """Open the answer to *request*; see `Model`.

        Raises:
            ModelError: it failed for good, or more often or longer than the policy puts up with.
        """
        return played(partial(self._answer, request))

    async def buffer(self, request: ModelRequest) -> ModelResponse:
        """Wait for the whole answer to *request*; see `Model`."""
        return await buffered(self.stream(request))

    async def _answer(self, request: ModelRequest, sink: Sink) -> None:
        tries = Tries(self.retry)
        while True:
            try:
                await pass_on(self.model.stream(request), sink)
            except ModelError as error:
                delay_s = tries.delay_s(error, shown=sink.shown) or self._patience_s(error, tries)
                await sink.send(Retrying(tries.failures + 1, delay_s, str(error)))
                await trio.sleep(delay_s)
            else:
                return

    def _patience_s(self, error: ModelError, tries: Tries) -> float:
        """Tell how long to slow down after *error*: nobody else's calls are known here."""
        asked_s = error.retry_after_s if isinstance(error, StatusError) else None
        return asked_s or self.retry.delay_s(tries.failures)


def price_of(model: Model, usage: Usage, when: datetime | None) -> Decimal | None:
    """Give what a call of *model* cost *when* it was made; None if it does not know."""
    if not isinstance(model, Priced):
        return None
    # A model of one's own often has one price for all times, and does not take a time.
    return model.price_usd(usage) if when is None else model.price_usd(usage, when=when)
