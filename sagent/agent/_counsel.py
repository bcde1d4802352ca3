from typing import Protocol

from sagent.model import Model


class Counsel(Protocol):
    """Another model's view of the conversation."""

    async def ask(self, model: Model, question: str) -> str:
        """Ask *model*, which is given the conversation so far; the agent's budget pays for it.

        Returns:
            what it has answered; "" if that is nothing.

        Raises:
            ModelError: the call failed.
            BudgetExceededError: there is not enough left for it.
        """
        ...
