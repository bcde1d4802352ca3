from collections.abc import Iterable

import attrs

from sagent.errors import UsageError

LEAST_CHOICES = 2
MOST_CHOICES = 10


def _labels(labels: Iterable[str]) -> tuple[str, ...]:
    return tuple(labels)


def _choices(choices: "Iterable[Choice]") -> "tuple[Choice, ...]":
    return tuple(choices)


@attrs.frozen
class Choice:
    """One of the answers that a question offers.

    Attributes:
        label: what it is called, and how it is told that it was chosen.
        description: what it means, if that needs more words.
    """

    label: str
    description: str = ""


@attrs.frozen(kw_only=True)
class Answer:
    """What a person says to a question; nothing at all if they pass it over.

    Attributes:
        chosen: the labels of the choices.
        other: words of their own.
    """

    chosen: tuple[str, ...] = attrs.field(default=(), converter=_labels)
    other: str = ""


@attrs.frozen(kw_only=True)
class Question:
    """What an agent wants to know of a person.

    Attributes:
        text: the question.
        choices: the answers that it offers, 2 to 10; none for a question that is open.
        allow_other: whether words of their own are an answer, too; they are to an open question.
        multiple: whether several choices are.
        agent: the name of who asks.

    Raises:
        UsageError: nobody could answer it.
    """

    text: str
    choices: tuple[Choice, ...] = attrs.field(default=(), converter=_choices)
    allow_other: bool = True
    multiple: bool = False
    agent: str = ""

    def __attrs_post_init__(self) -> None:
        if not self.text.strip():
            raise UsageError("the question is empty: say what you want to know")
        if self.choices and not LEAST_CHOICES <= len(self.choices) <= MOST_CHOICES:
            raise UsageError(
                f"the question has {len(self.choices)} choices: offer {LEAST_CHOICES} to "
                f"{MOST_CHOICES}, or none"
            )
        if not all(label.strip() for label in self.labels):
            raise UsageError("a choice is empty: say what it is")
        if len(set(self.labels)) < len(self.labels):
            raise UsageError("two choices are the same: leave one out")

    @property
    def labels(self) -> tuple[str, ...]:
        """What the choices are called."""
        return tuple(choice.label for choice in self.choices)

    def check(self, answer: Answer) -> None:
        """See whether *answer* is one.

        Raises:
            UsageError: it is not among those that may be given.
        """
        if strange := [label for label in answer.chosen if label not in self.labels]:
            raise UsageError(f"{strange[0]!r} is none of the choices: {', '.join(self.labels)}")
        if answer.other and self.choices and not self.allow_other:
            raise UsageError(f"only a choice is an answer: {', '.join(self.labels)}")
        count = len(answer.chosen) + bool(answer.other)
        if count > 1 and not self.multiple:
            raise UsageError(f"one answer is wanted, and {count} were given")
