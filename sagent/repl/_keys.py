"""What each key does; all others are prompt_toolkit's, as in Emacs and readline, or as in vi."""

from collections.abc import Callable
from typing import Protocol

from prompt_toolkit.application import get_app
from prompt_toolkit.filters import (
    Condition,
    Filter,
    FilterOrBool,
    has_focus,
    vi_insert_mode,
    vi_mode,
    vi_navigation_mode,
    vi_replace_mode,
)
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.key_binding.bindings.search import start_reverse_incremental_search
from prompt_toolkit.key_binding.vi_state import InputMode
from prompt_toolkit.keys import Keys

from sagent.repl._entry import Entry
from sagent.repl._image_names import image_names
from sagent.repl._picture import Picture
from sagent.repl._screen import (
    Chosen,
    ClipboardWanted,
    Escaped,
    Expanded,
    Gesture,
    ImagesNamed,
    Left,
    Lifted,
    Stopped,
    Submitted,
)


class Desk(Protocol):
    """What keys act on."""

    picture: Picture
    entry: Entry

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
type _Table = list[tuple[tuple[str, ...], FilterOrBool, _Act]]


def key_bindings(desk: Desk) -> KeyBindings:
    """Bind the keys of a conversation."""
    buffer = desk.entry.buffer
    writing = has_focus(buffer)
    empty = writing & Condition(lambda: not buffer.text)
    written = writing & Condition(lambda: bool(buffer.text))
    busy = Condition(lambda: desk.picture.view.busy)
    table: _Table = [
        (("enter",), writing, lambda _: _enter(desk)),
        (("escape", "enter"), writing & ~vi_mode, lambda _: buffer.insert_text("\n")),
        (("c-c",), writing, lambda _: _stop(desk)),
        (("c-d",), empty, lambda _: desk.deliver(Left())),
        (("c-o",), writing, lambda _: desk.deliver(Expanded())),
        (("c-x", "c-e"), writing, lambda _: desk.edit_elsewhere()),
        (("v",), writing & vi_navigation_mode, lambda _: desk.edit_elsewhere()),
        (("c-r",), writing & vi_insert_mode, start_reverse_incremental_search.call),
        (("c-z",), True, lambda _: desk.suspend()),
        (("escape", "escape"), empty & ~busy, lambda _: desk.deliver(Submitted("/rewind"))),
        (("escape", "escape"), written & ~busy & ~vi_mode, lambda _: desk.entry.set_aside()),
        *_pasting(desk, writing),
        *_labels(desk, writing),
        *_choosing(desk, empty),
    ]
    bindings = KeyBindings()

    def escape(event: KeyPressEvent) -> None:
        _escape(desk, event)

    for keys, when, act in table:
        bindings.add(*keys, filter=when)(act)
    # At once, where all other keys wait for what may follow them.
    interrupts = writing & busy & (~vi_mode | vi_navigation_mode)
    bindings.add("escape", filter=interrupts, eager=True)(escape)
    inserting = vi_insert_mode | vi_replace_mode
    moves = writing & vi_mode & (inserting | vi_navigation_mode & ~empty & ~busy)
    bindings.add("escape", filter=moves, eager=True)(_vi_escape)
    return bindings


def _pasting(desk: Desk, writing: Filter) -> _Table:
    return [
        ((Keys.BracketedPaste.value,), writing, lambda event: _paste(desk, event.data)),
        (
            ("c-v",),
            writing & ~vi_navigation_mode,
            lambda _: desk.deliver(ClipboardWanted()),
        ),
    ]


def _labels(desk: Desk, writing: Filter) -> _Table:
    """Delete a label as if it were one character."""
    entry = desk.entry
    at_end = Condition(lambda: entry.label_before is not None) & writing
    at_start = Condition(lambda: entry.label_after is not None) & writing
    inserting = ~vi_navigation_mode
    back: _Act = lambda _: entry.delete(entry.label_before)  # noqa: E731  # a row's, twice
    return [
        (("backspace",), at_end & inserting, back),
        (("c-w",), at_end & inserting, back),
        (("delete",), at_start, lambda _: entry.delete(entry.label_after)),
    ]


def _choosing(desk: Desk, empty: Filter) -> _Table:
    """Walk through the answers to a question, and through what waits."""
    choosing = Condition(lambda: desk.picture.menu is not None) & empty
    several = choosing & Condition(
        lambda: desk.picture.menu is not None and desk.picture.menu.question.multiple
    )
    waiting = Condition(lambda: bool(desk.picture.view.queue)) & empty
    return [
        (("up",), waiting & ~choosing, lambda _: desk.deliver(Lifted())),
        (("up",), choosing, lambda _: _move(desk, -1)),
        (("down",), choosing, lambda _: _move(desk, 1)),
        (("space",), several, lambda _: _toggle(desk)),
        (("enter",), choosing, lambda _: _choose(desk)),
    ]


def _enter(desk: Desk) -> None:
    buffer = desk.entry.buffer
    if buffer.complete_state is not None and buffer.complete_state.current_completion is not None:
        buffer.complete_state = None
    elif buffer.document.text_before_cursor.endswith("\\"):
        buffer.delete_before_cursor()
        buffer.insert_text("\n")
    elif buffer.text.strip():
        get_app().vi_state.input_mode = InputMode.INSERT  # what comes next is written anew
        desk.deliver(desk.entry.take())


def _escape(desk: Desk, event: KeyPressEvent) -> None:
    """Tell Esc from the beginning of what a terminal sends for Alt with another key."""
    if not event.key_processor.input_queue:
        desk.deliver(Escaped())
    elif _takes_enter(event):
        desk.entry.buffer.insert_text("\n")


def _vi_escape(event: KeyPressEvent) -> None:
    """Go to normal mode, or begin a new line if Esc is the beginning of Alt-Enter."""
    buffer, state = event.current_buffer, event.app.vi_state
    if _takes_enter(event):
        buffer.insert_text("\n")
    elif state.input_mode != InputMode.NAVIGATION:
        buffer.cursor_position += buffer.document.get_cursor_left_position()
        state.input_mode = InputMode.NAVIGATION


def _takes_enter(event: KeyPressEvent) -> bool:
    """Take Enter if it came with Esc, as a terminal sends Alt-Enter, and tell whether it did."""
    following = event.key_processor.input_queue
    if following and following[0].key == Keys.ControlM:
        following.popleft()
        return True
    return False


def _stop(desk: Desk) -> None:
    if desk.entry.buffer.text and not desk.picture.view.busy:
        desk.entry.set_aside()
    else:
        desk.deliver(Stopped())


def _paste(desk: Desk, text: str) -> None:
    names = image_names(text)
    if names:
        desk.deliver(ImagesNamed(text, names))
    else:
        desk.entry.insert(text)


def _move(desk: Desk, by: int) -> None:
    if desk.picture.menu is not None:
        desk.picture.menu = desk.picture.menu.moved(by)


def _toggle(desk: Desk) -> None:
    if desk.picture.menu is not None:
        desk.picture.menu = desk.picture.menu.toggled()


def _choose(desk: Desk) -> None:
    if desk.picture.menu is not None:
        desk.deliver(Chosen(desk.picture.menu.chosen))
