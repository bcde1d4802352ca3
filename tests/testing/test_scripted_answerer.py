"""The double of a person who is asked."""

import pytest
import trio
from trio.testing import MockClock

from sagent.errors import UsageError
from sagent.testing import ScriptedAnswerer
from sagent.tool import Answer, Choice, Question

WHY = Question(text="Why?")
WHICH = Question(text="Which?", choices=[Choice("a"), Choice("b")])


async def test_words_are_a_choice_where_they_name_one() -> None:
    person = ScriptedAnswerer("a", "a", Answer(other="c"))

    assert await person.answer(WHICH) == Answer(chosen=("a",))
    assert await person.answer(WHY) == Answer(other="a")
    assert await person.answer(WHICH) == Answer(other="c")
    assert person.questions == [WHICH, WHY, WHICH]


async def test_what_is_said_may_be_made_of_the_question_and_asking_may_fail() -> None:
    person = ScriptedAnswerer(lambda question: question.text, OSError("gone"))

    assert await person.answer(WHY) == Answer(other="Why?")
    with pytest.raises(OSError, match="gone"):
        await person.answer(WHY)


async def test_an_event_is_waited_for_before_the_next_word(autojump_clock: MockClock) -> None:
    person = ScriptedAnswerer(trio.Event(), "late")

    with trio.move_on_after(5) as patience:
        await person.answer(WHY)

    assert patience.cancelled_caught
    assert person.unused == ("late",)


async def test_a_question_too_many_fails_and_says_so() -> None:
    with pytest.raises(UsageError, match="nothing to say to: Why"):
        await ScriptedAnswerer().answer(WHY)
