"""Questions of agents, as blocks with buttons (https://docs.slack.dev/reference/block-kit)."""

from collections.abc import Iterable

from sagent.lib.json import JSON
from sagent.slack._envelope import CHOICES_ACTION, QUESTION_PREFIX
from sagent.slack._heard import Pressed
from sagent.slack._mrkdwn import escape, to_mrkdwn
from sagent.slack._pages import pages
from sagent.tool import Answer, Choice, Question

_MOST_SECTION_CHARS = 3_000
_MOST_SECTIONS = 20
"""A message has 50 blocks at most."""
_MOST_CLOSED_CHARS, _MOST_SAID_CHARS = 2_500, 200
"""What is left of a question that is closed; the answer's own words stand in the thread."""
_CUT = " …"
_MOST_BUTTON_CHARS = 75
_MOST_OPTION_CHARS = 75
_CHOICE_PREFIX = "choice-"
_SUBMIT = "submit"
_SKIP = "skip"


def question_blocks(question: Question, name: str) -> list[JSON]:
    """Draw *question*, whose blocks are called by *name*: a button for each choice.

    Where several choices are an answer, they are boxes to tick and a button to be done.
    """
    blocks = _sections(_asked(question)) + _sections(_descriptions(question.choices))
    buttons: list[JSON] = []
    if question.multiple and question.choices:
        blocks.append(_actions(name, CHOICES_ACTION, [_boxes(question.choices)]))
        buttons.append(_button("Done", _SUBMIT))
    else:
        buttons += [
            _button(choice.label, f"{_CHOICE_PREFIX}{number}")
            for number, choice in enumerate(question.choices)
        ]
    buttons.append(_button("Pass over", _SKIP))
    blocks.append(_actions(name, "buttons", buttons))
    if takes_words(question):
        blocks.append(_hint("Or answer in this thread, in your own words."))
    return blocks


def question_text(question: Question) -> str:
    """Give *question* in words, for notifications and where no blocks are shown."""
    return _beginning(_asked(question), _MOST_SECTION_CHARS)


def takes_words(question: Question) -> bool:
    """Tell whether a message in the thread is an answer."""
    return question.allow_other or not question.choices


def read_press(question: Question, pressed: Pressed) -> Answer | None:
    """Give the answer that a button stands for; None if it is none, as the ticking of a box."""
    labels = question.labels
    if pressed.action == _SKIP:
        return Answer()
    if pressed.action == _SUBMIT:
        ticked = tuple(labels[number] for number in pressed.chosen if number < len(labels))
        return Answer(chosen=ticked)
    actions = {f"{_CHOICE_PREFIX}{number}": label for number, label in enumerate(labels)}
    label = actions.get(pressed.action)
    return None if label is None else Answer(chosen=(label,))


def closed_text(question: Question, answer: Answer | None, user: str) -> str:
    """Say what became of *question*, in its place.

    Args:
        question: what was asked.
        answer: what was answered; None if it was withdrawn.
        user: who answered.
    """
    asked = _beginning(_asked(question), _MOST_CLOSED_CHARS)
    if answer is None:
        return f"{asked}\n_no answer is needed any more_"
    said = _short(", ".join(filter(None, (*answer.chosen, answer.other))), _MOST_SAID_CHARS)
    told = f"<@{user}>: {escape(said)}" if said else f"_passed over by_ <@{user}>"
    return f"{asked}\n✔️ {told}"


def _asked(question: Question) -> str:
    return f"{_who(question)}{to_mrkdwn(question.text)}"


def _beginning(text: str, limit: int) -> str:
    """Give as much of *text* as there is room for, cut in no entity and no code."""
    first, *more = pages(text, limit - len(_CUT)) or ("",)
    return f"{first}{_CUT}" if more else first


def _who(question: Question) -> str:
    return f"*{escape(question.agent)} asks:* " if question.agent else ""


def _descriptions(choices: Iterable[Choice]) -> str:
    lines = [
        f"• *{escape(choice.label)}*: {escape(choice.description)}"
        if choice.description
        else f"• *{escape(choice.label)}*"
        for choice in choices
        if choice.description or len(choice.label) > _MOST_BUTTON_CHARS
    ]
    return "\n".join(lines)


def _sections(text: str) -> list[JSON]:
    """Show all of *text*, since people decide by it; of what is no question any more, a part."""
    shown = pages(text, _MOST_SECTION_CHARS)
    if len(shown) > _MOST_SECTIONS:
        shown = (*shown[: _MOST_SECTIONS - 1], "*… and more than can be shown here*")
    return [{"type": "section", "text": {"type": "mrkdwn", "text": page}} for page in shown]


def _hint(text: str) -> JSON:
    return {"type": "context", "elements": [{"type": "plain_text", "text": text}]}


def _actions(name: str, part: str, elements: list[JSON]) -> JSON:
    return {
        "type": "actions",
        "block_id": f"{QUESTION_PREFIX}{name}/{part}",
        "elements": elements,
    }


def _button(label: str, action: str) -> JSON:
    return {
        "type": "button",
        "action_id": action,
        "text": {"type": "plain_text", "text": _short(label, _MOST_BUTTON_CHARS)},
    }


def _boxes(choices: Iterable[Choice]) -> JSON:
    options: list[JSON] = [
        {
            "text": {"type": "plain_text", "text": _short(choice.label, _MOST_OPTION_CHARS)},
            "value": str(number),
        }
        for number, choice in enumerate(choices)
    ]
    return {"type": "checkboxes", "action_id": CHOICES_ACTION, "options": options}


def _short(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
