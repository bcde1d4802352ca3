"""Puts questions of agents to the people in a thread, and brings back what they say."""

from collections.abc import Generator
from contextlib import contextmanager, suppress
from secrets import token_hex

import attrs
import trio

from sagent.errors import SlackError, UsageError
from sagent.slack._board import Board
from sagent.slack._heard import Place, Pressed
from sagent.slack._question import (
    closed_text,
    question_blocks,
    question_text,
    read_press,
    takes_words,
)
from sagent.tool import Answer, Question

CLOSING_S = 2.0
"""How long it may take to say that a question is not to be answered any more."""


@attrs.define(eq=False)
class _Open:
    """A question that waits for its answer."""

    question: Question
    place: Place
    label: str
    answered: trio.Event = attrs.field(factory=trio.Event, init=False)
    answer: Answer | None = attrs.field(default=None, init=False)
    user: str = attrs.field(default="", init=False)

    def settle(self, answer: Answer, user: str) -> bool:
        """Take *answer*, if it is the first and one that may be given."""
        try:
            self.question.check(answer)
        except UsageError:
            return False
        if not self.answered.is_set():
            self.answer, self.user = answer, user
            self.answered.set()
        return True


@attrs.define(eq=False)
class Inquiries:
    """All questions that wait."""

    _open: dict[str, _Open] = attrs.field(factory=dict[str, _Open], init=False)

    def press(self, pressed: Pressed) -> bool:
        """Take the press of a button for the answer that it may be.

        Tells whether its question waits for one: of an earlier run none does.
        """
        waiting = self._open.get(pressed.question)
        if waiting is None or waiting.place.channel != pressed.channel:
            return False
        if (answer := read_press(waiting.question, pressed)) is not None:
            waiting.settle(answer, pressed.user)
        return True

    def reply(self, label: str, place: Place, text: str, user: str) -> bool:
        """Take what was said for the answer to a question of *label*, and tell whether it was."""
        for waiting in self._open.values():
            here = (waiting.label, waiting.place) == (label, place)
            if here and not waiting.answered.is_set() and text and takes_words(waiting.question):
                return waiting.settle(Answer(other=text), user)
        return False

    @contextmanager
    def opened(self, question: Question, place: Place, label: str) -> Generator[tuple[str, _Open]]:
        """Let *question* be answered during the block; give the name of its blocks."""
        name, waiting = token_hex(8), _Open(question, place, label)
        self._open[name] = waiting
        try:
            yield name, waiting
        finally:
            del self._open[name]


@attrs.frozen(eq=False)
class Inquirer:
    """Asks the people in one place; see `sagent.agent.Answerer`."""

    _board: Board
    _inquiries: Inquiries
    _place: Place
    _label: str

    async def answer(self, question: Question) -> Answer:
        """Show *question* with its buttons, and wait for the first answer.

        Raises:
            SlackError: it cannot be shown.
        """
        with self._inquiries.opened(question, self._place, self._label) as (name, waiting):
            blocks = question_blocks(question, name)
            text = question_text(question)
            ts = await self._board.post(self._place, text, author=self._label, blocks=blocks)
            try:
                await waiting.answered.wait()
            finally:
                with trio.move_on_after(CLOSING_S, shield=True):
                    await self._close(ts, waiting)
        assert waiting.answer is not None, "it was answered"
        return waiting.answer

    async def _close(self, ts: str, waiting: _Open) -> None:
        text = closed_text(waiting.question, waiting.answer, waiting.user)
        with suppress(SlackError):  # the question is closed, whether or not people can see it
            await self._board.update(self._place.channel, ts, text)
