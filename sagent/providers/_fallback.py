import copy
from datetime import datetime
from decimal import Decimal
from functools import partial
from itertools import zip_longest

import attrs

from sagent.actors import System
from sagent.errors import ModelError, ServerStartError, UsageError, WeightsError
from sagent.model import (
    Model,
    ModelRequest,
    ModelResponse,
    ModelStream,
    Retrying,
    ServedModel,
    Usage,
    buffered,
)
from sagent.providers._answer import Sink, pass_on, played
from sagent.providers._model import WireModel
from sagent.providers._retries import WithRetries, price_of

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
            price = price_of(model, usage, when)
            if price is None:
                return None
            prices.append(price)
        return max(prices)

    async def served(self, system: System) -> Model:
        """Give these models as *system* serves them."""
        served = copy.copy(self)
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
            ModelError: the last model failed, too: its error, which tells every model's failure.
            ServerStartError: that one is local, and its server does not run.
            WeightsError: that one is local, and its file is not to be had.
        """
        return played(partial(self._answer, request))

    async def buffer(self, request: ModelRequest) -> ModelResponse:
        """Wait for the whole answer to *request*; see `Model`."""
        return await buffered(self.stream(request))

    async def _answer(self, request: ModelRequest, sink: Sink) -> None:
        failures: list[str] = []
        for model, spare in zip_longest(self.models, self.models[1:]):
            try:
                await pass_on(model.stream(request), sink)
            except (ModelError, ServerStartError, WeightsError) as error:
                if sink.shown or len(self.models) == 1:
                    raise
                failures.append(f"{model.model_id}: {error}")
                if spare is None:
                    error.args = (f"no model could answer: {'; '.join(failures)}",)
                    raise
                await sink.send(Retrying(1, 0, f"{error}; now {spare.model_id}"))
            else:
                return


def _hasty(model: Model, patience_s: float) -> Model:
    if not isinstance(model, WireModel | WithRetries):
        return model
    retry = attrs.evolve(model.retry, wall_s=min(model.retry.wall_s, patience_s))
    return attrs.evolve(model, retry=retry)
