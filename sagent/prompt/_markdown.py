"""As much of Markdown as tells what is written from what is only shown.

Code and comments are found as CommonMark 0.31 describes fenced code blocks (4.5), code spans
(6.1) and HTML comments (4.6), but a fence may stand at any depth, in a list or a quotation.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

import attrs

type Kind = Literal["prose", "code", "comment"]

_OPENER = re.compile(
    r"""
      ^[ \t>]* (?P<fence> `{3,} (?=[^`\n]*$) | ~{3,} ) .*
    | (?P<span> `+ )
    | (?P<comment> <!-- )
    """,
    re.VERBOSE | re.MULTILINE,
)
_TICKS = re.compile(r"`+")
_PARAGRAPH_END = re.compile(r"\n(?=[ \t]*\n)")


@attrs.frozen
class Part:
    """A stretch of a text; the parts of a text, joined, are the text."""

    kind: Kind
    text: str


@attrs.frozen
class _Marks:
    """Where what opens in a text may end; looked up, since much may open that does not."""

    _ticks: Mapping[int, Sequence[int]]
    """Where runs of backticks begin, by their length."""
    _paragraph_ends: Sequence[int]
    last_comment_end: int

    @classmethod
    def of(cls, text: str) -> "_Marks":
        ticks: dict[int, list[int]] = {}
        for run in _TICKS.finditer(text):
            ticks.setdefault(len(run[0]), []).append(run.start())
        ends = [end.start() for end in _PARAGRAPH_END.finditer(text)]
        return cls(ticks, ends, text.rfind("-->"))

    def span_end(self, ticks: str, position: int) -> int:
        """Tell where the code span of *ticks* ends that goes on at *position*; 0 for nowhere."""
        end = _first_from(position, self._ticks.get(len(ticks), ()))
        paragraph_end = _first_from(position, self._paragraph_ends)
        if end is None or (paragraph_end is not None and paragraph_end < end):
            return 0
        return end + len(ticks)


def parts(text: str) -> Iterator[Part]:
    """Divide *text*."""
    start = position = 0
    marks = _Marks.of(text)
    while opener := _OPENER.search(text, position):
        kind, end = _extent(text, opener, marks)
        if end:
            if opener.start() > start:
                yield Part("prose", text[start : opener.start()])
            yield Part(kind, text[opener.start() : end])
            start = end
        position = end or opener.end()
    if start < len(text):
        yield Part("prose", text[start:])


def without_comments(text: str) -> str:
    """Take the comments out of *text*, with the lines that hold nothing else."""
    kept: list[str] = []
    line_goes = False
    for part in parts(text):
        if part.kind == "comment":
            line_goes = not kept or kept[-1].endswith("\n")
            continue
        if rest := part.text.removeprefix("\n") if line_goes else part.text:
            kept.append(rest)
        line_goes = False
    return "".join(kept)


def _extent(text: str, opener: re.Match[str], marks: _Marks) -> tuple[Kind, int]:
    """Tell what *opener* opens and where that ends; 0 for nothing."""
    if fence := opener["fence"]:
        return "code", _fence_end(text, fence, opener.end())
    if ticks := opener["span"]:
        return "code", marks.span_end(ticks, opener.end())
    inside = opener.start() + len("<!")  # "<!-->" is whole
    if inside > marks.last_comment_end:
        return "comment", 0
    return "comment", text.index("-->", inside) + len("-->")


def _fence_end(text: str, fence: str, position: int) -> int:
    closer = re.compile(rf"^[ \t>]*{fence[0]}{{{len(fence)},}}[ \t]*$", re.MULTILINE)
    end = closer.search(text, position)
    return end.end() if end else len(text)


def _first_from(position: int, places: Sequence[int]) -> int | None:
    """Give the first of *places*, in order, that is not before *position*."""
    at = bisect_left(places, position)
    return places[at] if at < len(places) else None
