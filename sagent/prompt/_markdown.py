"""As much of Markdown as tells what is written from what is only shown.

Code and comments are found as CommonMark 0.31 describes fenced code blocks (4.5), code spans
(6.1) and HTML comments (4.6), but a fence may stand at any depth, in a list or a quotation.
"""

import re
from collections.abc import Iterator
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
_PARAGRAPH_END = re.compile(r"\n[ \t]*\n")


@attrs.frozen
class Part:
    """A stretch of a text; the parts of a text, joined, are the text."""

    kind: Kind
    text: str


def parts(text: str) -> Iterator[Part]:
    """Divide *text*."""
    start = position = 0
    last_comment_end = text.rfind("-->")
    while opener := _OPENER.search(text, position):
        kind, end = _extent(text, opener, last_comment_end)
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


def _extent(text: str, opener: re.Match[str], last_comment_end: int) -> tuple[Kind, int]:
    """Tell what *opener* opens and where that ends; 0 for nothing."""
    if fence := opener["fence"]:
        return "code", _fence_end(text, fence, opener.end())
    if ticks := opener["span"]:
        return "code", _span_end(text, ticks, opener.end())
    inside = opener.start() + len("<!")  # "<!-->" is whole
    if inside > last_comment_end:
        return "comment", 0
    return "comment", text.index("-->", inside) + len("-->")


def _fence_end(text: str, fence: str, position: int) -> int:
    closer = re.compile(rf"^[ \t>]*{fence[0]}{{{len(fence)},}}[ \t]*$", re.MULTILINE)
    end = closer.search(text, position)
    return end.end() if end else len(text)


def _span_end(text: str, ticks: str, position: int) -> int:
    end = re.compile(rf"(?<!`){ticks}(?!`)").search(text, position)
    if not end or _PARAGRAPH_END.search(text, position, end.start()):
        return 0
    return end.end()
