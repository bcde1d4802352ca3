"""What stands about the prompt, as it looks on a terminal of some size."""

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

import attrs
from prompt_toolkit.data_structures import Size

from sagent.repl._family_view import FamilyView
from sagent.repl._menu import Menu
from sagent.repl._printed import Printed
from sagent.repl._screen import View
from sagent.terminal import simple_emoji

if TYPE_CHECKING:  # rich comes after the prompt
    from sagent.repl._paint import Painter


@attrs.define(eq=False)
class Picture:
    """Paints what it is given; it is for one thread.

    Attributes:
        view: what it shows.
        menu: the choices of the question that is asked; None for none.
        live: what is not yet whole, in lines.
        family: the agents at work, in lines.
    """

    view: View = attrs.field(factory=View, init=False)
    menu: Menu | None = attrs.field(default=None, init=False)
    live: str = attrs.field(default="", init=False)
    family: str = attrs.field(default="", init=False)
    _painter: "Painter | None" = attrs.field(default=None, init=False)

    def show(self, view: View, size: Size) -> None:
        """Show *view* in place of the one before."""
        if view.question is not self.view.question:
            question = view.question
            self.menu = Menu(question) if question is not None and question.choices else None
        painted = simple_emoji(self.painted(view.live, size).rstrip("\n")) if view.live else ""
        self.live = "\n".join(painted.split("\n")[-max(1, size.rows // 2) :])
        self.family = _family_text(view.family, size)
        self.view = view

    def painted(self, printed: Iterable[Printed], size: Size) -> str:
        """Give *printed* in lines, each with its end."""
        if self._painter is None:
            from sagent.repl._paint import Painter  # noqa: PLC0415  # rich comes after the prompt

            self._painter = Painter(os.environ)
        return self._painter.paint(printed, size.columns)


def _family_text(family: FamilyView, size: Size) -> str:
    if not family.rows:
        return ""
    from sagent.repl._family_lines import family_lines  # noqa: PLC0415  # it loads rich

    lines = family_lines(family, columns=size.columns, most=size.rows // 3)
    return simple_emoji("\n".join(lines))
