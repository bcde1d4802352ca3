"""Lines of a file of any size, in the memory of a few of them."""

import codecs
import io
from collections.abc import Iterator
from typing import BinaryIO

from sagent.tools._text_encoding import TextEncoding

LINE_CHARS = 2000
"""How much of a line is shown."""

_CHUNK_BYTES = 1 << 20


def read_lines(file: BinaryIO, encoding: TextEncoding) -> Iterator[list[str]]:
    """Read *file* from its start as lists of lines without their ends, as many as come at once.

    A line ends at LF, CR LF or CR. One that is longer than `LINE_CHARS` is cut and says so.

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
            yield [_cut(rest, dropped), *_all_cut(others)]
            rest, dropped = last, 0
        if len(rest) > LINE_CHARS:
            dropped += len(rest) - LINE_CHARS
            rest = rest[:LINE_CHARS]
    *lines, rest = (rest + decoder.decode(b"", final=True)).split("\n")
    if rest or dropped:
        lines.append(rest)
    if lines:
        yield [_cut(lines[0], dropped), *_all_cut(lines[1:])]


def _all_cut(lines: list[str]) -> list[str]:
    # Long lines are rare, and files of many lines are long.
    return lines if max(map(len, lines), default=0) <= LINE_CHARS else [*map(_cut, lines)]


def _cut(line: str, dropped: int = 0) -> str:
    more = dropped + max(0, len(line) - LINE_CHARS)
    return f"{line[:LINE_CHARS]}... [{more} more characters in this line]" if more else line
