"""Where the user writes."""

from collections.abc import Callable

import attrs
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.completion import Completer, ThreadedCompleter
from prompt_toolkit.document import Document
from prompt_toolkit.history import History
from prompt_toolkit.layout import BufferControl, Dimension, Window
from prompt_toolkit.widgets import SearchToolbar

from sagent.repl._label_guard import LabelGuard
from sagent.repl._pasted import Fold, Folds, Pasted
from sagent.repl._screen import Submitted

MOST_ROWS = 12
"""How much of the screen the entry may take."""


@attrs.frozen(eq=False)
class Entry:
    """What the user is writing, and the windows that show it.

    What is long, or an image, stands in it as a label, which the cursor goes past at one step, and
    which is deleted as one.

    Attributes:
        buffer: holds it.
        folds: knows what the labels in it stand for.
        window: shows it.
        search: shows what is searched for in what was written before.
    """

    buffer: Buffer
    folds: Folds
    window: Window
    search: SearchToolbar
    _guard: LabelGuard

    @classmethod
    def of(cls, completer: Completer, history: History, folds: Folds) -> "Entry":
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
            BufferControl(buffer, search_buffer_control=search.control, preview_search=True),
            height=Dimension(min=1, max=MOST_ROWS),
            wrap_lines=True,
            dont_extend_height=True,
            get_line_prefix=lambda line, wrap: "> " if line == wrap == 0 else "  ",
        )
        guard = LabelGuard(buffer, folds)
        guard.begin()
        return cls(buffer, folds, window, search, guard)

    @property
    def label_before(self) -> Fold | None:
        """The label that the cursor is at the end of, or in."""
        return self.folds.around(self.buffer.text, self.buffer.cursor_position)

    @property
    def label_after(self) -> Fold | None:
        """The label that the cursor is before."""
        return self.folds.after(self.buffer.text, self.buffer.cursor_position)

    def fill(self, text: str) -> None:
        """Put *text* before what is written."""
        folded = next(self.folds.found_in(text), None) is not None
        shown = text if folded else self.folds.shortened(text)
        rest = f"\n{self.buffer.text}" if self.buffer.text else ""
        self._write(f"{shown}{rest}", len(shown))

    def insert(self, pasted: str | Pasted) -> None:
        """Put *pasted* where the cursor is: a short text as it is, all else as a label."""
        if isinstance(pasted, str):
            text = pasted.replace("\r\n", "\n").replace("\r", "\n")
            self.buffer.insert_text(self.folds.shortened(text))
        else:
            self.buffer.insert_text(self.folds.label(pasted))

    def delete(self, label: Fold | None) -> None:
        """Delete *label*."""
        if label is not None:
            self.buffer.cursor_position = label.end
            self.buffer.delete_before_cursor(label.end - label.start)

    def unfold(self) -> Callable[[], None]:
        """Show what is written whole, and give what folds again what is still there."""
        before = self.buffer.text
        whole = self.folds.unfolded(before)
        self._write(whole, len(whole))

        def fold_again() -> None:
            text = self.folds.refolded(self.buffer.text, before)
            if text != self.buffer.text:
                self._write(text, len(text))

        return fold_again

    def set_aside(self) -> None:
        """Write anew; what is written is remembered, so that Up brings it back."""
        self.buffer.append_to_history()
        self.buffer.reset()
        self._guard.accept()

    def take(self) -> Submitted:
        """Take what is written, which is remembered."""
        text = self.buffer.text
        self.set_aside()
        pasted = tuple(fold.pasted for fold in self.folds.found_in(text))
        return Submitted(text, self.folds.unfolded(text), pasted)

    def _write(self, text: str, place: int) -> None:
        """Have *text* in place of what is written, whatever that was."""
        self._guard.expect(text)
        self.buffer.document = Document(text, place)
