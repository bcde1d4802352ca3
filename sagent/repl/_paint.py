"""From what is to be printed to text with colours, for a terminal of some width."""

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import SequenceMatcher
from io import StringIO
from itertools import islice, takewhile
from typing import ClassVar, assert_never

import attrs
from rich.console import Console, RenderableType
from rich.markdown import CodeBlock, Heading, Markdown, MarkdownElement
from rich.padding import Padding
from rich.syntax import Syntax
from rich.text import Text

from sagent.repl._palette import CODE, CYAN, GREEN, PROSE, RED, SAID, TONES
from sagent.repl._printed import Diff, Printed, Prose, Remark, Said, Tone, Verbatim
from sagent.terminal import clean

MOST_COLUMNS = 110
"""Longer lines of prose are hard to read."""
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_WORDS = re.compile(r"\w+|\s+|[^\w\s]")
_OURS: frozenset[Tone] = frozenset({"error", "notice"})
"""Tones of lines that we word ourselves, which are broken between words."""
MOST_DIFF_LINES = 60
_MOST_LINE_CHARS = 400
"""Words of longer lines are not compared, nor of more lines than are shown."""


class _Heading(Heading):
    """A heading on the left, in bold, without a frame."""

    def __rich_console__(self, *_: object) -> Iterator[RenderableType]:
        self.text.justify = "left"
        self.text.stylize("bold" if self.tag != "h1" else "bold underline")
        yield self.text


class _Code(CodeBlock):
    """Code in our colours."""

    def __rich_console__(self, *_: object) -> Iterator[RenderableType]:
        code = str(self.text).rstrip()
        yield Syntax(code, self.lexer_name, theme=CODE, word_wrap=True, padding=1)


class _Markdown(Markdown):
    elements: ClassVar[dict[str, type[MarkdownElement]]] = {
        **Markdown.elements,
        "heading_open": _Heading,
        "fence": _Code,
        "code_block": _Code,
    }


@attrs.frozen
class Painter:
    """Paints for a terminal.

    Attributes:
        environ: says which colours it has: ``NO_COLOR``, ``TERM``, ``COLORTERM``.
    """

    environ: Mapping[str, str]

    def paint(self, printed: Iterable[Printed], columns: int) -> str:
        """Give *printed* in lines of *columns* at most, each with its end, cleaned of controls."""
        console = Console(
            file=StringIO(),
            width=max(columns, 1),
            force_terminal=self.environ.get("TERM") != "dumb",
            _environ=self.environ,
            highlight=False,
            markup=False,
            emoji=False,
            theme=PROSE,
        )
        pieces: list[str] = []
        for one in printed:
            with console.capture() as captured:
                _print(console, one)
            pieces.append("\n".join(map(_without_end, captured.get().split("\n"))))
            if isinstance(one, Prose):  # rich has its own mind about empty lines
                pieces[-1] = f"{'\n' if one.gap else ''}{pieces[-1].strip('\n')}\n"
        return "".join(pieces)


def _without_end(line: str) -> str:
    """Take out the spaces at the end of *line*, and what colours nothing but them."""
    words, colours = line.rstrip(" "), ""
    while words.endswith("m") and (found := _COLOUR.fullmatch(words, words.rfind("\x1b"))):
        colours = f"{found.group()}{colours}"
        words = words[: found.start()].rstrip(" ")
    return f"{words}{colours}" if words else ""


def _print(console: Console, printed: Printed) -> None:
    match printed:
        case Prose():
            width = max(1, min(console.width, MOST_COLUMNS) - printed.indent)
            prose = _Markdown(clean(printed.text), hyperlinks=False)
            console.print(Padding(prose, (0, 0, 0, printed.indent)), width=width + printed.indent)
        case Remark(text=text, tone=tone):
            line = " ".join(clean(text).replace("\t", " ").splitlines())
            console.print(Text(line, TONES[tone]), no_wrap=True, overflow="ellipsis")
        case Said(text=text):
            console.print()
            console.print(Text(f"> {clean(text)}".replace("\n", "\n  "), SAID))
        case Verbatim(text=text, tone=tone):
            words = Text(clean(text).rstrip("\n"), TONES[tone])
            console.print(words, soft_wrap=tone not in _OURS)
        case Diff(text=text):
            lines = _diff_lines(clean(text).split("\n"))
            for shown in islice(lines, MOST_DIFF_LINES):
                console.print(shown, no_wrap=True, overflow="ellipsis")
            if next(lines, None) is not None:
                console.print(Text("    … the diff goes on: Ctrl-O shows the whole result", "dim"))
        case _:
            assert_never(printed)


def _diff_lines(lines: list[str]) -> Iterator[Text]:
    """Colour a diff; within lines that took the place of others, the words that differ."""
    body = [line for line in lines if not line.startswith(("--- ", "+++ "))]
    place = 0
    while place < len(body):
        old = list(takewhile(lambda line: line.startswith("-"), body[place:]))
        new = list(takewhile(lambda line: line.startswith("+"), body[place + len(old) :]))
        if not old and not new:
            yield Text(
                f"    {body[place]}", f"dim {CYAN}" if body[place].startswith("@@") else "dim"
            )
            place += 1
            continue
        yield from _changed(old, new)
        place += len(old) + len(new)


def _changed(old: list[str], new: list[str]) -> Iterator[Text]:
    are_comparable = len(old) == len(new) <= MOST_DIFF_LINES
    if not are_comparable or max(map(len, [*old, *new])) > _MOST_LINE_CHARS:
        yield from (Text(f"    {line}", RED) for line in old)
        yield from (Text(f"    {line}", GREEN) for line in new)
        return
    pairs = [_words_changed(one, other) for one, other in zip(old, new, strict=True)]
    yield from (one for one, _ in pairs)
    yield from (other for _, other in pairs)


def _words_changed(old: str, new: str) -> tuple[Text, Text]:
    before, after = _WORDS.findall(old[1:]), _WORDS.findall(new[1:])
    left, right = Text("    -", RED), Text("    +", GREEN)
    for kind, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        same = kind == "equal"
        left.append("".join(before[i:j]), RED if same else f"bold reverse {RED}")
        right.append("".join(after[k:m]), GREEN if same else f"bold reverse {GREEN}")
    return left, right
