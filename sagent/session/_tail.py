"""The end of a session's file, where a crash may have left half a record."""

import os

from sagent.session._line import parse_line, read_seal

_STEP_BYTES = 64 * 1024


def cut_torn_tail(descriptor: int) -> None:
    """Cut what is left of a record that was not written to its end: nobody was told that it was.

    A whole one that lacks only its line's end stays, and so does every line before.
    """
    size = os.fstat(descriptor).st_size
    tail = _after_last_line(descriptor, size)
    text = tail.strip(b"\0")  # a crash of the machine can leave zeros
    if not text or not (read_seal(text) or parse_line(text)):
        kept = size - len(tail)
    else:
        kept = size - len(tail) + len(tail.rstrip(b"\0"))
    if kept < size:
        os.ftruncate(descriptor, kept)


def _after_last_line(descriptor: int, size: int) -> bytes:
    pieces: list[bytes] = []
    end = size
    while end:
        start = max(0, end - _STEP_BYTES)
        _, newline, rest = os.pread(descriptor, end - start, start).rpartition(b"\n")
        pieces.append(rest)
        end = 0 if newline else start
    return b"".join(reversed(pieces))
