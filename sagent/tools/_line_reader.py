"""Lines of a file of any size, in the memory of a few of them."""

import codecs
import io
from collections.abc import Iterator
from typing import BinaryIO

import attrs

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
    def stop(self) -> int:
        """How many characters of a line stand before the first that is not shown."""
        return self.column - 1 + LINE_CHARS

    def cut(self, line: str, dropped: int = 0) -> str:
        """Show *line*, which is *dropped* characters longer than what is here of it."""
        more = dropped + max(0, len(line) - self.stop)
        seen = line[self.column - 1 : self.stop]
        if not more:
            return seen
        return f"{seen}... [{more} more characters in this line; column={self.stop + 1} shows them]"


def read_lines(file: BinaryIO, encoding: TextEncoding, window: LineWindow) -> Iterator[list[str]]:
    """Read *file* from its start as lists of lines without their ends, as many as come at once.

    A line ends at LF, CR LF or CR. One that is longer than *window* is cut and says so.

    Raises:
        UnicodeDecodeError: the bytes are not of *encoding*; lists may have come before.
    """
    file.seek(len(encoding.mark))
    decoder = io.IncrementalNewlineDecoder(
        codecs.getincrementaldecoder(encoding.codec)(), translate=True
    )
    rest, dropped = "", 0
    while chunk := file.read(_CHUNK_BYTES):
        first, *others = decoder.decode(chunk).split("\n")
        rest += first
        if others:
            last = others.pop()
            yield [window.cut(rest, dropped), *_all_cut(others, window)]
            rest, dropped = last, 0
        if len(rest) > window.stop:
            dropped += len(rest) - window.stop
            rest = rest[: window.stop]
    *lines, rest = (rest + decoder.decode(b"", final=True)).split("\n")
    if rest or dropped:
        lines.append(rest)
    if lines:
        yield [window.cut(lines[0], dropped), *_all_cut(lines[1:], window)]


def _all_cut(lines: list[str], window: LineWindow) -> list[str]:
    # Long lines are rare, and files of many lines are long.
    if window.column == 1 and max(map(len, lines), default=0) <= LINE_CHARS:
        return lines
    return [*map(window.cut, lines)]
