from collections.abc import Callable, Sequence

import trio

from sagent.errors import UsageError
from sagent.tool import Answer, Question

type Say = str | Answer | Exception
"""What the person says: the label of a choice, or words of their own; or how asking fails."""

type Turn = Say | trio.Event | Callable[[Question], Say]
"""What a person says, or what says it of the question; an event is waited for before that."""


class ScriptedAnswerer:
    """A person who says *turns*, one to each question, and keeps the questions.

    Asked once more than there are turns, it fails with a `UsageError` that says so; `unused` lists
    the turns that did not come.
    """

    def __init__(self, *turns: Turn) -> None:
        self.questions: list[Question] = []
        """Every question so far, oldest first."""
        self._turns = list(turns)

    @property
    def unused(self) -> Sequence[Turn]:
        """What there was no question for yet."""
        return tuple(self._turns)

    async def answer(self, question: Question) -> Answer:
        """Say the next of it."""
        await trio.lowlevel.checkpoint()
        self.questions.append(question)
        while self._turns:
            turn = self._turns.pop(0)
            if isinstance(turn, trio.Event):
                await turn.wait()
                continue
            say = turn(question) if callable(turn) else turn
            if isinstance(say, Exception):
                raise say
            return say if isinstance(say, Answer) else _answer(say, question)
        raise UsageError(f"the scripted person has nothing to say to: {question.text}")


def _answer(say: str, question: Question) -> Answer:
    return Answer(chosen=(say,)) if say in question.labels else Answer(other=say)
