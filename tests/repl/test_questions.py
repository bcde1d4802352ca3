"""Questions of an agent, and what a person answers."""

import pytest
import trio
import trio.testing

from sagent.errors import UsageError
from sagent.repl._menu import Menu
from sagent.repl._screen_answerer import answer_in
from sagent.repl.conversation import ScreenAnswerer
from sagent.tool import Answer, Choice, Question

WHICH = Question(text="Which?", choices=[Choice("red"), Choice("green"), Choice("blue")])


def test_a_menu_is_walked_through_and_ticked() -> None:
    several = Question(text="Which?", choices=WHICH.choices, multiple=True)

    menu = Menu(several).moved(-1).toggled().moved(1).toggled().moved(1)

    assert menu.chosen == ("red", "blue")
    assert Menu(WHICH).moved(4).chosen == ("green",)
    assert "[x] red" in "\n".join(row for row, _ in menu.rows())


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("2", Answer(chosen=["green"])),
        ("3, 1", Answer(chosen=["blue", "red"])),
        ("4", Answer(other="4")),
        ("9" * 5_000, Answer(other="9" * 5_000)),
        ("mauve ", Answer(other="mauve")),
    ],
)
def test_an_answer_is_a_number_or_own_words(typed: str, answer: Answer) -> None:
    assert answer_in(typed, WHICH) == answer


async def test_questions_are_put_one_after_the_other() -> None:
    answerer = ScreenAnswerer()
    answers = dict[str, Answer]()

    async def ask(text: str) -> None:
        answers[text] = await answerer.answer(Question(text=text))

    async with trio.open_nursery() as nursery:
        for text in ("a", "b"):
            nursery.start_soon(ask, text)
        for _ in range(2):
            await trio.testing.wait_all_tasks_blocked()
            assert answerer.question is not None
            answerer.give(Answer(other=answerer.question.text))

    assert answers == {"a": Answer(other="a"), "b": Answer(other="b")}
    assert answerer.question is None


def test_a_choice_that_is_none_is_refused() -> None:
    answerer = ScreenAnswerer()
    answerer.question = WHICH

    with pytest.raises(UsageError, match="none of the choices"):
        answerer.give(Answer(chosen=["mauve"]))
