"""Questions as blocks with buttons."""

import json

from hypothesis import given
from hypothesis import strategies as st

from sagent.slack._heard import Pressed
from sagent.slack._question import question_blocks, read_press
from sagent.tool import Answer, Choice, Question

NAME = st.text("abz09_-", min_size=1, max_size=8)


@given(
    st.lists(
        st.text(min_size=1, max_size=90).filter(str.strip), min_size=2, max_size=10, unique=True
    ),
    st.booleans(),
)
def test_a_question_fits_into_blocks_and_each_button_is_its_choice(
    labels: list[str], multiple: bool
) -> None:
    question = Question(
        text="Which? " * 900,
        choices=[Choice(label, "d" * 90) for label in labels],
        multiple=multiple,
    )

    blocks = json.loads(json.dumps(question_blocks(question, "n")))

    texts = [block["text"]["text"] for block in blocks if block["type"] == "section"]
    assert all(len(text) <= 3_000 for text in texts)
    buttons = [one for block in blocks for one in block.get("elements", ()) if "action_id" in one]
    answers = [read_press(question, _pressed(button["action_id"])) for button in buttons]
    given_labels = [answer.chosen[0] for answer in answers if answer and answer.chosen]
    assert given_labels == ([] if multiple else labels)


def test_ticked_boxes_are_choices_and_strange_numbers_are_none() -> None:
    question = Question(text="Which?", choices=[Choice("a"), Choice("b")], multiple=True)

    assert read_press(question, _pressed("submit", 1, 9)) == Answer(chosen=("b",))
    assert read_press(question, _pressed("choice-7")) is None
    assert read_press(question, _pressed("skip")) == Answer()


def _pressed(action: str, *chosen: int) -> Pressed:
    return Pressed(channel="C1", user="U1", question="n", action=action, chosen=chosen)
