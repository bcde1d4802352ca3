"""Where the user writes."""

import os
from collections.abc import Callable
from pathlib import Path

import attrs
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.completion import Completer, ThreadedCompleter
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.layout import BufferControl, Dimension, Window
from prompt_toolkit.widgets import SearchToolbar

MOST_ROWS = 12
"""How much of the screen the entry may take."""


@attrs.frozen(eq=False)
class Entry:
    """What the user is writing, and the windows that show it.

    Attributes:
        buffer: holds it.
        window: shows it.
        search: shows what is searched for in what was written before.
    """

    buffer: Buffer
    window: Window
    search: SearchToolbar

    @classmethod
    def of(cls, completer: Completer, history: History) -> "Entry":
        """Make an entry that offers what *completer* gives, and what is in *history*."""
        buffer = Buffer(
            completer=ThreadedCompleter(completer),
            complete_while_typing=True,
            history=history,
            multiline=True,
            tempfile_suffix=".md",
        )
        search = SearchToolbar()
        window = Window(
            BufferControl(buffer, search_buffer_control=search.control),
            height=Dimension(min=1, max=MOST_ROWS),
            wrap_lines=True,
            dont_extend_height=True,
            get_line_prefix=lambda line, wrap: "> " if line == wrap == 0 else "  ",
        )
        return cls(buffer, window, search)

    def fill(self, text: str) -> None:
        """Put *text* before what is written."""
        rest = f"\n{self.buffer.text}" if self.buffer.text else ""
        self.buffer.text = f"{text}{rest}"
        self.buffer.cursor_position = len(text)


def open_history(file: Path | None, complain: Callable[[str], object]) -> History:
    """Remember what is written in *file*; in memory alone if that is None, or cannot be written."""
    if file is None:
        return InMemoryHistory()
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(file, os.O_CREAT | os.O_APPEND | os.O_RDWR, 0o600))
    except OSError as error:
        complain(f"no history: {file}: {error.strerror}")
        return InMemoryHistory()
    return FileHistory(file)
