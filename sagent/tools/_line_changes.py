"""What differs between two texts, by lines: where nobody knows what was done."""

import difflib
import re
from collections.abc import Iterator, Sequence
from itertools import accumulate

from sagent.tools._line_ends import Span

_COMPARED_LINES = 1000
"""More lines than this, on either side, count as replaced by each other: to compare them would
take time with the square of their number."""

_LINES = re.compile(r"[^\r\n]*(?>\r\n|\n|\r)|[^\r\n]+")


def line_changes(old: str, new: str) -> list[Span]:
    """Find what is to change in *old* to make it *new*, in order."""
    before, after = _LINES.findall(old), _LINES.findall(new)
    same = min(len(before), len(after))
    head = next((i for i in range(same) if before[i] != after[i]), same)
    rest = same - head
    tail = next((i for i in range(rest) if before[-1 - i] != after[-1 - i]), rest)
    before_stop, after_stop = len(before) - tail, len(after) - tail
    starts = [0, *accumulate(map(len, before))]
    return [
        Span(starts[head + i], starts[head + j], "".join(after[head + k : head + m]))
        for i, j, k, m in _blocks(before[head:before_stop], after[head:after_stop])
    ]


def _blocks(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[int, int, int, int]]:
    if not before and not after:
        return
    if max(len(before), len(after)) > _COMPARED_LINES:
        yield 0, len(before), 0, len(after)
        return
    for tag, *block in difflib.SequenceMatcher(None, before, after).get_opcodes():
        if tag != "equal":
            i, j, k, m = block
            yield i, j, k, m
