from collections.abc import Iterator

import attrs

from sagent.tool import Question


@attrs.frozen
class Menu:
    """A question's choices, one of which is under the bar.

    Attributes:
        question: what is asked.
        at: the place of the choice under the bar.
        ticked: the places of those that are chosen, where several may be.
    """

    question: Question
    at: int = 0
    ticked: frozenset[int] = frozenset()

    def moved(self, by: int) -> "Menu":
        """Move the bar, from the last to the first and back."""
        return attrs.evolve(self, at=(self.at + by) % len(self.question.choices))

    def toggled(self) -> "Menu":
        """Choose what is under the bar, or choose it no more."""
        return attrs.evolve(self, ticked=self.ticked ^ {self.at})

    @property
    def chosen(self) -> tuple[str, ...]:
        """The labels of what is chosen; of what is under the bar, if nothing is."""
        labels = self.question.labels
        places = sorted(self.ticked) if self.question.multiple and self.ticked else [self.at]
        return tuple(labels[place] for place in places)

    def rows(self) -> Iterator[tuple[str, bool]]:
        """Give a line for each choice, and whether it is under the bar; then what keys do."""
        for place, choice in enumerate(self.question.choices):
            tick = "" if not self.question.multiple else "[x] " if place in self.ticked else "[ ] "
            more = f" - {choice.description}" if choice.description else ""
            mark = "▸" if place == self.at else " "
            yield f"  {mark} {place + 1}. {tick}{choice.label}{more}", place == self.at
        several = "Space ticks, " if self.question.multiple else ""
        other = "or type your own answer, " if self.question.allow_other else ""
        yield f"    {several}Enter answers, {other}Esc passes it over", False
