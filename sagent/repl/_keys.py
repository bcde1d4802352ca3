"""What each key does; all others are prompt_toolkit's, as in Emacs and readline."""

from collections.abc import Callable
from typing import Protocol

from prompt_toolkit.buffer import Buffer
from prompt_toolkit.filters import Condition, FilterOrBool, has_focus
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys

from sagent.repl._menu import Menu
from sagent.repl._screen import (
    Chosen,
    Escaped,
    Expanded,
    Gesture,
    Left,
    Lifted,
    Stopped,
    Submitted,
    View,
)


class Desk(Protocol):
    """What keys act on."""

    view: View
    menu: Menu | None
    buffer: Buffer

    def deliver(self, gesture: Gesture) -> None:
        """Tell the conversation what the user does."""
        ...

    def suspend(self) -> None:
        """Let the shell have the terminal, until it lets us go on."""
        ...

    def edit_elsewhere(self) -> None:
        """Let the user's editor have the text."""
        ...


type _Act = Callable[[KeyPressEvent], object]


def key_bindings(desk: Desk) -> KeyBindings:
    """Bind the keys of a conversation."""
    writing = has_focus(desk.buffer)
    empty = writing & Condition(lambda: not desk.buffer.text)
    choosing = empty & Condition(lambda: desk.menu is not None)
    several = choosing & Condition(lambda: desk.menu is not None and desk.menu.question.multiple)
    waiting = empty & Condition(lambda: bool(desk.view.queue))
    busy = writing & Condition(lambda: desk.view.busy)
    table: list[tuple[tuple[str, ...], FilterOrBool, _Act]] = [
        (("enter",), writing & ~choosing, lambda _: _enter(desk)),
        (("escape", "enter"), writing, lambda _: desk.buffer.insert_text("\n")),
        (("c-c",), writing, lambda _: _stop(desk)),
        (("c-d",), empty, lambda _: desk.deliver(Left())),
        (("c-o",), writing, lambda _: desk.deliver(Expanded())),
        (("c-x", "c-e"), writing, lambda _: desk.edit_elsewhere()),
        (("c-z",), True, lambda _: desk.suspend()),
        (("up",), waiting & ~choosing, lambda _: desk.deliver(Lifted())),
        (("up",), choosing, lambda _: _move(desk, -1)),
        (("down",), choosing, lambda _: _move(desk, 1)),
        (("space",), several, lambda _: _toggle(desk)),
        (("enter",), choosing, lambda _: _choose(desk)),
    ]
    bindings = KeyBindings()

    def escape(event: KeyPressEvent) -> None:
        _escape(desk, event)

    for keys, when, act in table:
        bindings.add(*keys, filter=when)(act)
    # At once, where all other keys wait for what may follow them.
    bindings.add("escape", filter=busy, eager=True)(escape)
    return bindings


def _enter(desk: Desk) -> None:
    buffer = desk.buffer
    if buffer.complete_state is not None and buffer.complete_state.current_completion is not None:
        buffer.complete_state = None
    elif buffer.document.text_before_cursor.endswith("\\"):
        buffer.delete_before_cursor()
        buffer.insert_text("\n")
    elif buffer.text.strip():
        text = buffer.text
        buffer.append_to_history()
        buffer.reset()
        desk.deliver(Submitted(text))


def _escape(desk: Desk, event: KeyPressEvent) -> None:
    """Tell Esc from the beginning of what a terminal sends for Alt with another key."""
    following = event.key_processor.input_queue
    if not following:
        desk.deliver(Escaped())
    elif following[0].key == Keys.ControlM:
        following.popleft()
        desk.buffer.insert_text("\n")


def _stop(desk: Desk) -> None:
    if desk.buffer.text and not desk.view.busy:
        desk.buffer.reset()
    else:
        desk.deliver(Stopped())


def _move(desk: Desk, by: int) -> None:
    if desk.menu is not None:
        desk.menu = desk.menu.moved(by)


def _toggle(desk: Desk) -> None:
    if desk.menu is not None:
        desk.menu = desk.menu.toggled()


def _choose(desk: Desk) -> None:
    if desk.menu is not None:
        desk.deliver(Chosen(desk.menu.chosen))
