import attrs
import trio

from sagent.errors import UsageError
from sagent.tool import Answer, Question


@attrs.define(eq=False)
class LineAnswerer:
    """Lets a program answer questions, one after the other; see `Answerer`."""

    _asked: int = attrs.field(default=0, init=False)
    _question: Question | None = attrs.field(default=None, init=False)
    _answer: Answer = attrs.field(factory=Answer, init=False)
    _answered: trio.Event = attrs.field(factory=trio.Event, init=False)
    _closed: bool = attrs.field(default=False, init=False)

    async def answer(self, question: Question) -> Answer:
        """Wait for what the program says to *question*; it is passed over if none will."""
        self._asked += 1
        self._question, self._answer, self._answered = question, Answer(), trio.Event()
        if self._closed:
            self._answered.set()
        try:
            await self._answered.wait()
        finally:
            self._question = None
        return self._answer

    def give(self, question: str, answer: Answer) -> None:
        """Answer the *question* of that name.

        Raises:
            UsageError: it is not asked now, or *answer* is not among those that may be given.
        """
        if self._question is None or question != name_of(self._asked):
            raise UsageError(f"the question {question!r} does not wait for an answer")
        self._question.check(answer)
        self._answer = answer
        self._answered.set()

    def close(self) -> None:
        """Pass over what is asked, now and later: nobody is there any more."""
        self._closed = True
        self._answered.set()


def name_of(number: int) -> str:
    """Name a question, the first being number 1."""
    return f"q{number}"
