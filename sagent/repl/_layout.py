"""What stands where, about the prompt."""

from collections.abc import Callable

from prompt_toolkit.application import get_app
from prompt_toolkit.filters import Condition, vi_mode, vi_navigation_mode, vi_replace_mode
from prompt_toolkit.formatted_text import ANSI, StyleAndTextTuples
from prompt_toolkit.layout import (
    AnyContainer,
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
from sagent.repl._picture import Picture
from sagent.repl._screen import View
from sagent.terminal import clean, one_line, simple_emoji

STYLE = Style([("status", "dim"), ("family", "dim"), ("queue", "italic"), ("bar", "bold")])
_AIRY_ROWS = 12
"""From how many rows on an empty one stands above the entry."""
_AT_THE_BAR = ("[SetCursorPosition]", "")
"""Where a window that is too small for all is to be looked into."""


def stage_layout(picture: Picture, entry: Entry) -> Layout:
    """Lay out what *picture* shows, from what is not yet whole to the status line.

    Where a terminal has too few rows for all, the entry is what is left.
    """
    about = HSplit(
        [
            _window(lambda: ANSI(picture.live), lambda: bool(picture.live)),
            _window(lambda: [("class:family", picture.family)], lambda: bool(picture.family)),
            _window(lambda: _queue_text(picture.view), lambda: bool(picture.view.queue)),
            _window(lambda: _menu_text(picture.menu), lambda: picture.menu is not None),
            _from_rows(_AIRY_ROWS, Window(height=1)),
            entry.window,
            _from_rows(3, entry.search),
            _from_rows(4, CompletionsMenu(max_height=8, scroll_offset=1)),
            _from_rows(
                2, Window(FormattedTextControl(lambda: _status_text(picture.view)), height=1)
            ),
        ]
    )
    return Layout(about, focused_element=entry.window)


def _status_text(view: View) -> StyleAndTextTuples:
    return [("class:status", f"{_vi_words()}{view.status}")]


def _vi_words() -> str:
    """Tell what vi's keys do now; nothing where keys are as in Emacs."""
    if not vi_mode():
        return ""
    mode = "NORMAL" if vi_navigation_mode() else "REPLACE" if vi_replace_mode() else "INSERT"
    return f"-- {mode} -- "


def _queue_text(view: View) -> StyleAndTextTuples:
    rows = (f"  ⏳ {simple_emoji(one_line(text))}" for text in view.queue)
    return [("class:queue", "\n".join([*rows, "    (Up edits the last)"]))]


def _menu_text(menu: Menu | None) -> StyleAndTextTuples:
    rows = menu.rows() if menu else ()
    lines: StyleAndTextTuples = []
    for row, at in rows:
        lines += [("", "\n")] if lines else []
        shown = simple_emoji(clean(row))
        lines += [_AT_THE_BAR, ("class:bar", shown)] if at else [("", shown)]
    return lines


def _from_rows(rows: int, content: AnyContainer) -> ConditionalContainer:
    """Show *content* on a terminal of that many rows or more."""
    return ConditionalContainer(
        content, Condition(lambda: get_app().output.get_size().rows >= rows)
    )


type _Words = ANSI | StyleAndTextTuples


def _window(text: Callable[[], _Words], when: Callable[[], bool]) -> ConditionalContainer:
    window = Window(FormattedTextControl(text), dont_extend_height=True)
    return ConditionalContainer(window, Condition(when))
