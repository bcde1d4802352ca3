"""Line ends, which a model writes as LF whatever the file has."""

import re
from collections.abc import Iterator, Sequence

import attrs

_LINE_END = r"(?>\r\n|\n|\r)"
LINE_ENDS = re.compile(_LINE_END)


@attrs.frozen
class Span:
    """A place in a text, and what is to stand there."""

    start: int
    end: int
    text: str


def replacements(text: str, old: str, new: str) -> Iterator[Span]:
    """Find *old* in *text*, and give what *new* is there, with the line ends of the place.

    LF in *old* matches any line end; LF in *new* becomes the one that stood at this line, else
    the one of the lines around. Where *old* or *new* has CR itself, *new* is taken as it is.
    """
    kept = _kept_ends(split_lines(old), split_lines(new))
    for start, stop in _places(text, split_lines(old)):
        if "\r" in old + new or "\n" not in new:
            yield Span(start, stop, new)
            continue
        ends = LINE_ENDS.findall(text, start, stop)
        default = ends[-1] if ends else _end_around(text, start)
        own = [default if index is None else ends[index] for index in kept]
        lines = new.split("\n")
        mended = "".join(line + end for line, end in zip(lines, [*own, ""], strict=True))
        yield Span(start, stop, mended)


def applied(text: str, spans: Sequence[Span]) -> str:
    """Put each of *spans*, which are in order, into *text*."""
    pieces: list[str] = []
    done = 0
    for span in spans:
        pieces += (text[done : span.start], span.text)
        done = span.end
    return "".join([*pieces, text[done:]])


def split_lines(text: str) -> list[str]:
    """Part *text* at its line ends; what follows the last one comes last, and may be empty."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _places(text: str, lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Find where *lines* stand in *text*, whatever their ends are there."""
    end = _only_end(text)
    if end is None:
        pattern = re.compile(_LINE_END.join(map(re.escape, lines)))
        yield from (match.span() for match in pattern.finditer(text))
        return
    # Unlike a pattern, this takes no longer where much of the text is alike.
    wanted = end.join(lines)
    start = text.find(wanted)
    while start >= 0:
        yield start, start + len(wanted)
        start = text.find(wanted, start + len(wanted))


def _only_end(text: str) -> str | None:
    """Give the line end of *text*; None if it has several kinds."""
    pairs = text.count("\r\n")
    counts = {"\r\n": pairs, "\n": text.count("\n") - pairs, "\r": text.count("\r") - pairs}
    kinds = [end for end, count in counts.items() if count]
    return (kinds or ["\n"])[0] if len(kinds) <= 1 else None


def _kept_ends(old: list[str], new: list[str]) -> list[int | None]:
    """Say for each line end of *new* which one of *old* it is, if its line was there before."""
    before, after = len(old) - 1, len(new) - 1
    same = min(before, after)
    head = next((i for i in range(same) if old[i] != new[i]), same)
    tail = next((i for i in range(same - head) if old[-1 - i] != new[-1 - i]), same - head)
    kept: list[int | None] = [None] * after
    kept[:head] = range(head)
    if tail:
        kept[after - tail :] = range(before - tail, before)
    return kept


def _end_around(text: str, position: int) -> str:
    following = LINE_ENDS.search(text, position)
    if following:
        return following[0]
    last = max(text.rfind("\n", 0, position), text.rfind("\r", 0, position))
    if last < 0:
        return "\n"
    return "\r\n" if text[max(0, last - 1) : last + 1] == "\r\n" else text[last]
