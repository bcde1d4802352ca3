"""What stands where, about the prompt."""

from collections.abc import Callable
from typing import Protocol

from prompt_toolkit.filters import Condition
from prompt_toolkit.formatted_text import ANSI, StyleAndTextTuples
from prompt_toolkit.layout import (
    ConditionalContainer,
    FormattedTextControl,
    HSplit,
    Layout,
    Window,
)
from prompt_toolkit.layout.menus import CompletionsMenu
from prompt_toolkit.styles import Style

from sagent.repl._entry import Entry
from sagent.repl._menu import Menu
from sagent.repl._screen import View
from sagent.terminal import clean, one_line

STYLE = Style([("status", "fg:ansibrightblack"), ("queue", "italic"), ("bar", "bold")])


class Shown(Protocol):
    """What is laid out."""

    view: View
    menu: Menu | None
    live: str


def stage_layout(shown: Shown, entry: Entry) -> Layout:
    """Lay out what is *shown*, from what is not yet whole to the status line."""
    about = HSplit(
        [
            _window(lambda: ANSI(shown.live), lambda: bool(shown.live)),
            _window(lambda: _queue_text(shown.view), lambda: bool(shown.view.queue)),
            _window(lambda: _menu_text(shown.menu), lambda: shown.menu is not None),
            entry.window,
            entry.search,
            CompletionsMenu(max_height=8, scroll_offset=1),
            Window(FormattedTextControl(lambda: [("class:status", shown.view.status)]), height=1),
        ]
    )
    return Layout(about, focused_element=entry.window)


def _queue_text(view: View) -> StyleAndTextTuples:
    rows = (f"  ⏳ {one_line(text)}" for text in view.queue)
    return [("class:queue", "\n".join([*rows, "    (Up edits the last)"]))]


def _menu_text(menu: Menu | None) -> StyleAndTextTuples:
    rows = menu.rows() if menu else ()
    lines = [("class:bar" if at else "", f"{clean(row)}\n") for row, at in rows]
    return [*lines[:-1], *((style, text.rstrip("\n")) for style, text in lines[-1:])]


type _Words = ANSI | StyleAndTextTuples


def _window(text: Callable[[], _Words], when: Callable[[], bool]) -> ConditionalContainer:
    window = Window(FormattedTextControl(text), dont_extend_height=True)
    return ConditionalContainer(window, Condition(when))
