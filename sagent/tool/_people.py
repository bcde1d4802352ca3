from typing import Protocol

from sagent.tool._plan import Plan
from sagent.tool._question import Answer, Question


class People(Protocol):
    """What a tool may do towards the people that its agent works for."""

    def set_plan(self, plan: Plan) -> None:
        """Show *plan* in place of the one before.

        Raises:
            UsageError: people could not follow it, see `check_plan`.
        """
        ...

    async def ask(self, question: Question) -> Answer | None:
        """Ask a person, and wait for the answer; None if there is nobody to ask.

        One question of an agent is asked at a time. A cancel withdraws it.

        Raises:
            UsageError: what came back is no answer to the question.
        """
        ...
