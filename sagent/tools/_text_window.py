from collections import deque
from collections.abc import Iterable, Iterator
from typing import BinaryIO

import attrs

from sagent.tools._line_reader import LineWindow, read_lines
from sagent.tools._refusal import Refusal
from sagent.tools._text_encoding import TextEncoding

DEFAULT_LINES = 2000
"""How many lines are shown unless told otherwise."""

_MOST_LINES = 20_000
MOST_CHARS = 100_000
"""What is shown at a time, about."""
_COUNTED_LINES = 2_000_000


@attrs.frozen(kw_only=True)
class TextWindow:
    """Which lines of a file were asked for: from *offset* on, or the last ones."""

    offset: int
    limit: int
    last_lines: int | None
    column: int

    def read(self, file: BinaryIO, encodings: Iterable[TextEncoding]) -> str:
        """Show the window of *file* in the first of *encodings* that fits it.

        Raises:
            Refusal: the file ends before the window.
        """
        return next(self._shown_as(file, encodings))

    def _shown_as(self, file: BinaryIO, encodings: Iterable[TextEncoding]) -> Iterator[str]:
        for encoding in encodings:
            try:
                text = self.show(read_lines(file, encoding, LineWindow(self.column)))
            except UnicodeDecodeError:
                continue
            yield f"[{encoding.note}]\n{text}" if text and encoding.note else text

    def show(self, batches: Iterable[list[str]]) -> str:
        """Number the lines of the window that *batches* hold, and say what is left out.

        Raises:
            Refusal: the file ends before the window.
        """
        return self._tail(batches) if self.last_lines else self._page(batches)

    def _page(self, batches: Iterable[list[str]]) -> str:
        shown_lines: list[str] = []
        total, chars, end = 0, 0, self.offset - 1 + self.limit
        for batch in batches:
            for line in batch[max(0, self.offset - 1 - total) : max(0, end - total)]:
                number = self.offset + len(shown_lines)
                chars += len(line) + 8
                if chars > MOST_CHARS:
                    end = number - 1
                    break
                shown_lines.append(f"{number}\t{line}")
            total += len(batch)
            if total - end > _COUNTED_LINES:
                break
        if not total:
            return ""
        if not shown_lines:
            raise Refusal(f"offset {self.offset} is beyond the end: the file has {total} lines")
        if total > end:
            known = "more than " if total - end > _COUNTED_LINES else ""
            shown_lines.append(
                f"... ({known}{total - end} more lines. Use offset={end + 1} to continue.)"
            )
        return "\n".join(shown_lines)

    def _tail(self, batches: Iterable[list[str]]) -> str:
        last = deque[str](maxlen=min(self.last_lines or 0, _MOST_LINES))
        total = 0
        for batch in batches:
            last.extend(batch)
            total += len(batch)
        chars = sum(len(line) + 8 for line in last)
        while chars > MOST_CHARS:
            chars -= len(last.popleft()) + 8
        first = total - len(last) + 1
        lines = [f"{number}\t{line}" for number, line in enumerate(last, first)]
        if len(last) < min(self.last_lines or 0, total):
            lines.insert(0, f"(the output is full: it begins at line {first})")
        return "\n".join(lines)
