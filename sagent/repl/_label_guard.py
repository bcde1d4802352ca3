"""What stands for a paste is one thing: the cursor goes past it, and an edit takes all of it."""

from itertools import takewhile

import attrs
from prompt_toolkit.buffer import Buffer

from sagent.repl._pasted import Folds


@attrs.define(eq=False)
class LabelGuard:
    """Keeps the labels in a buffer whole: of one in part, nobody could tell what it stood for."""

    _buffer: Buffer
    _folds: Folds
    _cursor: int = attrs.field(default=0, init=False)
    _line: int = attrs.field(default=0, init=False)
    """Which of all that was written before is in the buffer."""
    _text: str = attrs.field(default="", init=False)

    def begin(self) -> None:
        """Guard from now on."""
        self._buffer.on_cursor_position_changed += self._step
        self._buffer.on_text_changed += self._mend
        self.accept()

    def accept(self) -> None:
        """Take what is in the buffer for what was meant to be there."""
        self._cursor, self._line = self._buffer.cursor_position, self._buffer.working_index
        self._text = self._buffer.text

    def expect(self, text: str) -> None:
        """Know that *text* takes the place of what is in the buffer, and is no edit of it."""
        self._text = text

    def _step(self, _: Buffer) -> None:
        place = self._buffer.cursor_position
        label = self._folds.around(self._buffer.text, place)
        if label is not None and place < label.end:
            self._buffer.cursor_position = label.start if self._cursor >= label.end else label.end
        self._cursor = self._buffer.cursor_position

    def _mend(self, _: Buffer) -> None:
        """Delete what an edit has left of a label."""
        before, text = self._text, self._buffer.text
        edited = self._line == self._buffer.working_index
        self.accept()
        for start, end in reversed(remnants(before, text, self._folds) if edited else []):
            self._buffer.cursor_position = end
            self._buffer.delete_before_cursor(end - start)


def remnants(before: str, after: str, folds: Folds) -> list[tuple[int, int]]:
    """Give the places in *after* of what an edit of *before* has left of labels, in order."""
    broken = [
        fold
        for fold in folds.found_in(before)
        if after.count(label := before[fold.start : fold.end]) < before.count(label)
    ]
    if not broken:
        return []
    start = _common(before, after)
    tail = _common(before[start:][::-1], after[start:][::-1])
    end, growth = len(before) - tail, len(after) - len(before)
    left = list[tuple[int, int]]()
    for fold in broken:
        if fold.start < start < fold.end:
            left.append((fold.start, start))
        if fold.start < end < fold.end:
            left.append((end + growth, fold.end + growth))
    return left


def _common(one: str, other: str) -> int:
    """Tell how many characters *one* and *other* begin with in common."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
