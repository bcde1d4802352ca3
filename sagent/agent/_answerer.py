from typing import Protocol

from sagent.tool import Answer, Question


class Answerer(Protocol):
    """Who puts an agent's questions to a person."""

    async def answer(self, question: Question) -> Answer:
        """Ask *question*, and wait for what the person says to it.

        It is called under trio, for one question of an agent at a time, and cancelled when the
        question is withdrawn. What it raises is told to the model.
        """
        ...
