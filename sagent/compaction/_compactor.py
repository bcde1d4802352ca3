from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from sagent.compaction._attachments import Attachments
from sagent.compaction._limits import ContextLimits
from sagent.compaction._meter import Meter
from sagent.compaction._recap import Recap
from sagent.message import Message
from sagent.model import Model, ModelRequest, ModelResponse

type Ask = Callable[[ModelRequest], Awaitable[ModelResponse]]
"""Sends a request, through the agent's budget and provider, and waits for the whole answer."""

NOTHING_ATTACHED = Attachments()
BARE_REQUEST = ModelRequest(messages=())


class Compactor(Protocol):
    """Anything that makes a long history short."""

    @property
    def model(self) -> Model | None:
        """The model that is to be asked; None for the agent's own."""
        ...

    async def compact(
        self,
        history: Sequence[Message],
        *,
        ask: Ask,
        limits: ContextLimits,
        instructions: str = "",
        attachments: Attachments = NOTHING_ATTACHED,
        template: ModelRequest = BARE_REQUEST,
        meter: Meter | None = None,
    ) -> Recap:
        """Give what the history is to begin with instead of *history*, which is not changed.

        What the user said last, and the model has not answered, stays in it word for word.

        Args:
            history: the messages, oldest first; the original ones to write a recap anew.
            ask: sends a request to `model`, or else to the agent's own.
            limits: those of the agent's model.
            instructions: what this recap is to heed.
            attachments: what it brings along.
            template: what the agent's requests have beside their messages: with the same system
                prompt and tools, the vendor's cache is hit.
            meter: the agent's, which knows how the vendor counts; None to estimate.

        Raises:
            CompactionError: the history could not be made shorter, or the model failed.
            SagentError: what *ask* raises beside a `ModelError`.
        """
        ...
