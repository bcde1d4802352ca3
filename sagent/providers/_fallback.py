from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime
from decimal import Decimal

import attrs
import trio

from sagent.actors import System
from sagent.errors import ModelError, SagentError, UsageError
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
from sagent.providers._answer import Answer, Sink, open_answer
from sagent.providers._model import WireModel

PATIENCE_S = 10.0


class Fallback:
    """Models in the order of preference: where one cannot answer, the next does.

        Fallback(Anthropic.from_env().model("..."), OpenAI.from_env().model("..."))

    Each request begins with the first. One that fails before it has shown anything, after its own
    retries, hands over to the next, whatever the failure, and a `Retrying` event tells so. An
    answer that breaks off later fails, as that of any model.

    Args:
        models: at least one.
        patience_s: for how long all but the last retry, which otherwise have minutes.
    """

    def __init__(self, *models: Model, patience_s: float = PATIENCE_S) -> None:
        if not models:
            raise UsageError("Fallback needs a model: pass at least one")
        self.models = (*(_hasty(model, patience_s) for model in models[:-1]), models[-1])

    def __repr__(self) -> str:
        return f"Fallback({', '.join(map(repr, self.models))})"

    @property
    def model_id(self) -> str:
        """The name of the first model."""
        return self.models[0].model_id

    @property
    def context_window(self) -> int | None:
        """The smallest window of all that is known: a conversation must fit whoever answers."""
        windows = [model.context_window for model in self.models]
        return min((window for window in windows if window is not None), default=None)

    def price_usd(self, usage: Usage, *, when: datetime | None = None) -> Decimal | None:
        """Give the highest price that a call may have, whoever answers; see `Priced`.

        None if that of any of the models is not known.
        """
        prices: list[Decimal] = []
        for model in self.models:
            price = model.price_usd(usage, when=when) if isinstance(model, Priced) else None
            if price is None:
                return None
            prices.append(price)
        return max(prices)

    async def served(self, system: System) -> Model:
        """Give these models as *system* serves them."""
        served = Fallback(*self.models)
        served.models = tuple(
            [
                await model.served(system) if isinstance(model, ServedModel) else model
                for model in self.models
            ]
        )
        return served

    def stream(self, request: ModelRequest) -> ModelStream:
        """Open the answer to *request*; see `Model`.

        Raises:
            ModelError: the last model failed, too; the message has every model's failure.
        """
        return self._open(request)

    async def buffer(self, request: ModelRequest) -> ModelResponse:
        """Wait for the whole answer to *request*; see `Model`."""
        return await buffered(self._open(request))

    @asynccontextmanager
    async def _open(self, request: ModelRequest) -> AsyncGenerator[Answer]:
        failure: Exception | None = None
        async with open_answer() as answer:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._answer, request, answer.sink)
                try:
                    yield answer
                except Exception as error:  # noqa: BLE001  # raised below, outside of the nursery
                    failure = error
                nursery.cancel_scope.cancel()
            if failure is not None:
                raise failure

    async def _answer(self, request: ModelRequest, sink: Sink) -> None:
        failures: list[str] = []
        with sink.scope:
            for number, model in enumerate(self.models, 1):
                try:
                    async with model.stream(request) as events:
                        async for event in events:
                            await sink.send(event)
                except trio.BrokenResourceError:
                    return  # the reader has gone
                except ModelError as error:
                    if sink.shown or len(self.models) == 1:
                        sink.close(error)
                        return
                    failures.append(f"{model.model_id}: {error}")
                    if number == len(self.models):
                        sink.close(ModelError(f"no model could answer: {'; '.join(failures)}"))
                        return
                    await sink.send(Retrying(1, 0, f"{error}; now {self.models[number].model_id}"))
                except SagentError as error:
                    sink.close(error)
                    return
                else:
                    sink.close()
                    return


def _hasty(model: Model, patience_s: float) -> Model:
    if not isinstance(model, WireModel):
        return model
    retry = attrs.evolve(model.retry, wall_s=min(model.retry.wall_s, patience_s))
    return attrs.evolve(model, retry=retry)
