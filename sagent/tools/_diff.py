from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

import attrs

from sagent.tools._line_ends import LINE_ENDS, Span, applied, split_lines

_CONTEXT_LINES = 3
_MOST_LINES = 2000
_MOST_CHARS = 200_000


@attrs.frozen
class _Region:
    """Lines that are replaced; *start* counts from 0 in the old text."""

    start: int
    old: Sequence[str]
    new: Sequence[str]

    @property
    def stop(self) -> int:
        return self.start + len(self.old)

    @property
    def growth(self) -> int:
        return len(self.new) - len(self.old)

    def trimmed(self) -> "_Region":
        """Leave out the lines at both ends that stay the same."""
        same = min(len(self.old), len(self.new))
        head = next((i for i in range(same) if self.old[i] != self.new[i]), same)
        rest = same - head
        tail = next((i for i in range(rest) if self.old[-1 - i] != self.new[-1 - i]), rest)
        return _Region(
            self.start + head,
            self.old[head : len(self.old) - tail],
            self.new[head : len(self.new) - tail],
        )


def unified_diff(text: str, spans: Sequence[Span], name: str) -> str:
    """Show what *spans*, which are in order, change in *text*, in the form that ``patch`` reads.

    The places are known, so nothing is searched for: the cost is that of one pass over *text*.
    """
    lines = split_lines(text)
    out = [f"--- {name}", f"+++ {name}"]
    shift = 0
    regions = (region.trimmed() for region in _regions(text, spans))
    # Where nothing but a line end differs, no line does.
    shown = _first(region for region in regions if region.old or region.new)
    for group in _grouped(shown):
        out += _hunk(lines, group, shift)
        shift += sum(region.growth for region in group)
    if len(out) > _MOST_LINES:
        out[_MOST_LINES:] = ["... (the diff goes on)"]
    diff = "\n".join(out)
    return diff if len(diff) <= _MOST_CHARS else f"{diff[:_MOST_CHARS]}\n... (the diff goes on)"


def _first(regions: Iterable[_Region]) -> Iterator[_Region]:
    """Give those that fill what is shown, which may be few of very many."""
    count = 0
    for region in regions:
        yield region
        count += len(region.old) + len(region.new)
        if count > _MOST_LINES:
            return


def _regions(text: str, spans: Sequence[Span]) -> Iterator[_Region]:
    starts = [0, *(match.end() for match in LINE_ENDS.finditer(text)), len(text) + 1]
    together: list[Span] = []
    for span, following in zip(spans, (*spans[1:], None), strict=False):
        together.append(span)
        stop = bisect_right(starts, span.end, hi=len(starts) - 1)
        if following is not None and following.start < starts[stop]:
            continue
        start = bisect_right(starts, together[0].start, hi=len(starts) - 1) - 1
        origin = starts[start]
        old = text[origin : starts[stop]]
        moved = [Span(s.start - origin, s.end - origin, s.text) for s in together]
        yield _Region(start, _block(old), _block(applied(old, moved)))
        together.clear()


def _block(text: str) -> list[str]:
    lines = split_lines(text)
    return lines if lines[-1] else lines[:-1]


def _grouped(regions: Iterable[_Region]) -> Iterator[list[_Region]]:
    group: list[_Region] = []
    for region in regions:
        if group and region.start - group[-1].stop > 2 * _CONTEXT_LINES:
            yield group
            group = []
        group.append(region)
    if group:
        yield group


def _hunk(lines: Sequence[str], group: Sequence[_Region], shift: int) -> Iterator[str]:
    count = len(lines) if lines[-1] else len(lines) - 1
    start = max(0, group[0].start - _CONTEXT_LINES)
    stop = min(count, group[-1].stop + _CONTEXT_LINES)
    growth = sum(region.growth for region in group)
    yield f"@@ -{_range(start, stop)} +{_range(start + shift, stop + shift + growth)} @@"
    for region in group:
        yield from (f" {line}" for line in lines[start : region.start])
        yield from (f"-{line}" for line in region.old)
        yield from (f"+{line}" for line in region.new)
        start = region.stop
    yield from (f" {line}" for line in lines[start:stop])


def _range(start: int, stop: int) -> str:
    return f"{start + 1 if stop > start else start},{stop - start}"
