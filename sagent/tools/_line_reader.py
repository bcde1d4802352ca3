"""Lines of a file of any size, in the memory of a few of them."""

import codecs
import io
from collections.abc import Iterator
from typing import BinaryIO

import attrs
import trio

from sagent.tools._text_encoding import TextEncoding

LINE_CHARS = 2000
"""How much of a line is shown."""

_CHUNK_BYTES = 1 << 20


@attrs.frozen
class LineWindow:
    """Which characters of each line are shown.

    Attributes:
        column: the first one, from 1.
    """

    column: int = 1

    @property
    def start(self) -> int:
        """How many characters of a line stand before the first that is shown."""
        return self.column - 1

    @property
    def stop(self) -> int:
        """How many characters of a line stand before the first behind the window."""
        return self.start + LINE_CHARS

    def cut(self, line: str) -> str:
        """Show the window of *line*."""
        return self.told(line[self.start : self.stop], len(line) - self.stop)

    def told(self, seen: str, more: int) -> str:
        """Show what is *seen* of a line, and that there are *more* characters behind it, if any."""
        if more <= 0:
            return seen
        return f"{seen}... [{more} more characters in this line; column={self.stop + 1} shows them]"


@attrs.define
class _Begun:
    """A line whose end has not come yet; of a long one only what is shown is held."""

    _window: LineWindow
    _held: str = attrs.field(default="", init=False)
    _before: int = attrs.field(default=0, init=False)
    """How many characters stand before what is held."""
    _after: int = attrs.field(default=0, init=False)

    @property
    def is_empty(self) -> bool:
        return not (self._held or self._before or self._after)

    @property
    def text(self) -> str:
        return self._window.told(self._held, self._after)

    def feed(self, text: str) -> None:
        held = self._held + text
        skipped = min(self._window.start - self._before, len(held))
        self._before += skipped
        self._held = held[skipped : skipped + LINE_CHARS]
        self._after += len(held) - skipped - len(self._held)


def read_lines(file: BinaryIO, encoding: TextEncoding, window: LineWindow) -> Iterator[list[str]]:
    """Read *file* from its start as lists of lines without their ends, as many as come at once.

    A line ends at LF, CR LF or CR. One that is longer than *window* is cut and says so. Called in a
    trio thread, where a cancel ends it.

    Raises:
        UnicodeDecodeError: the bytes are not of *encoding*; lists may have come before.
    """
    file.seek(len(encoding.mark))
    decoder = io.IncrementalNewlineDecoder(
        codecs.getincrementaldecoder(encoding.codec)(), translate=True
    )
    begun = _Begun(window)
    while chunk := file.read(_CHUNK_BYTES):
        trio.from_thread.check_cancelled()
        first, *others = decoder.decode(chunk).split("\n")
        begun.feed(first)
        if others:
            last = others.pop()
            yield [begun.text, *_all_cut(others, window)]
            begun = _Begun(window)
            begun.feed(last)
    first, *others = decoder.decode(b"", final=True).split("\n")
    begun.feed(first)
    if others or not begun.is_empty:
        yield [begun.text]


def _all_cut(lines: list[str], window: LineWindow) -> list[str]:
    # Long lines are rare, and files of many lines are long.
    if window.column == 1 and max(map(len, lines), default=0) <= LINE_CHARS:
        return lines
    return [*map(window.cut, lines)]
