from collections.abc import Callable

import attrs
import trio

from sagent.tool import Answer, Question


def _nothing() -> None:
    pass


@attrs.define(eq=False)
class ScreenAnswerer:
    """Puts questions to whoever is at the screen, one after the other; see `Answerer`.

    Attributes:
        question: what is asked now; None for nothing.
        on_change: called when that changes.
    """

    question: Question | None = attrs.field(default=None, init=False)
    on_change: Callable[[], object] = attrs.field(default=_nothing, init=False)
    _asking: trio.Lock = attrs.field(factory=trio.Lock, init=False)
    _answer: Answer = attrs.field(factory=Answer, init=False)
    _answered: trio.Event = attrs.field(factory=trio.Event, init=False)

    async def answer(self, question: Question) -> Answer:
        """Ask *question*, and wait for what the person says to it."""
        async with self._asking:
            self._answered = trio.Event()
            self._ask(question)
            try:
                await self._answered.wait()
            finally:
                self._ask(None)
            return self._answer

    def give(self, answer: Answer) -> None:
        """Answer what is asked now.

        Raises:
            UsageError: it is not among the answers that may be given.
        """
        if self.question is not None:
            self.question.check(answer)
            self._answer = answer
            self._answered.set()

    def _ask(self, question: Question | None) -> None:
        self.question = question
        self.on_change()


def answer_in(text: str, question: Question) -> Answer:
    """Read what a person has typed: the number of a choice, numbers of several, or own words."""
    labels = {f"{number}": label for number, label in enumerate(question.labels, 1)}
    words = text.replace(",", " ").split()
    if words and all(word in labels for word in words):
        return Answer(chosen=[labels[word] for word in dict.fromkeys(words)])
    return Answer(other=text.strip())
