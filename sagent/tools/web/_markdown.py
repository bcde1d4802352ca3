"""Markdown of a page's tree: what a reader needs of it, in few characters.

Headings, lists, quotes, code, tables, links and the words of images are kept; emphasis is not.
"""

import re
from collections.abc import Callable

import attrs
from justhtml import Element, Text

from sagent.tools.web._main_part import MainPart
from sagent.tools.web._table import is_table, table_of
from sagent.tools.web._tree import walk

type Absolute = Callable[[str], str]
"""Makes a link's address absolute; "" for one that leads nowhere."""

_BLOCKS = frozenset(
    """
    address article aside body caption center dd details div dl dt fieldset figcaption figure footer
    form header hgroup hr html legend main nav p search section summary tbody tfoot thead
    """.split()  # noqa: SIM905  # a list would take a line each
)
_HEADINGS = {f"h{level}": "#" * level + " " for level in range(1, 7)}
_FRAMES = frozenset(
    {"ul", "ol", "li", "blockquote", "table", "tr", "td", "th", "a", "code", "pre", *_HEADINGS}
)
_MOST_FRAMES = 40
_BREAK = "\0"
"""Stands for a line break in running text; no page holds it, since parsers replace it."""
_LANGUAGE = "language-"
_TICKS = re.compile("`{3,}")


@attrs.define(eq=False)
class _Frame:
    """An element that is being written: its finished blocks, and the text that runs on."""

    tag: str
    element: Element | None = None
    blocks: list[str] = attrs.field(factory=list[str])
    running: list[str] = attrs.field(factory=list[str])
    rows: list[list[str]] = attrs.field(factory=list[list[str]])

    def flush(self) -> None:
        """Make a block of the text that ran."""
        if self.running:
            text = "".join(self.running)
            self.running.clear()
            lines = [" ".join(line.split()) for line in text.split(_BREAK)]
            block = "\n".join(lines).strip("\n")
            if block:
                self.blocks.append(block)

    def line(self) -> str:
        """Give all of it as one line."""
        self.flush()
        return " ".join(" ".join(self.blocks).split())

    def spaces(self) -> tuple[str, str]:
        """Give the space that its running text begins with, and the one that it ends with."""
        text = "".join(self.running)
        return " " if text[:1].isspace() else "", " " if text[-1:].isspace() else ""

    def text(self, between: str = "\n\n") -> str:
        """Give all of it."""
        self.flush()
        return between.join(self.blocks)


@attrs.define(eq=False)
class _Writer:
    """Writes what a walk over the tree tells it."""

    _absolute: Absolute
    _frames: list[_Frame] = attrs.field(factory=lambda: [_Frame("")], init=False)
    _pre: int = attrs.field(default=0, init=False)

    def text(self, text: str) -> None:
        """Go on with *text*."""
        self._frames[-1].running.append(text)

    def begin(self, element: Element) -> None:
        """Begin *element*."""
        tag = element.name
        if tag == "br":
            self.text("\n" if self._pre else _BREAK)
        elif tag == "img":
            self._image(element)
        elif tag in _FRAMES and len(self._frames) < _MOST_FRAMES and not self._pre:
            if tag not in {"a", "code"}:
                self._frames[-1].flush()
            self._frames.append(_Frame(tag, element))
            self._pre += tag == "pre"
        elif tag in _BLOCKS or tag in _FRAMES:
            self._end_block()

    def end(self, element: Element) -> None:
        """End *element*."""
        if self._frames[-1].element is element:
            frame = self._frames.pop()
            self._pre -= frame.tag == "pre"
            _ENDS[frame.tag](self, frame)
        elif element.name in _BLOCKS or element.name in _FRAMES:
            self._end_block()

    def result(self) -> str:
        """Give what was written."""
        return self._frames[0].text()

    def _end_block(self) -> None:
        if self._pre:
            return
        if self._frames[-1].tag in {"a", "code"}:
            self.text(" ")
        else:
            self._frames[-1].flush()

    def _block(self, block: str) -> None:
        if block.strip():
            self._frames[-1].flush()
            self._frames[-1].blocks.append(block)

    def _image(self, element: Element) -> None:
        words = " ".join((element.attrs.get("alt") or "").split())
        if words and not self._pre:
            source = self._absolute(element.attrs.get("src") or "")
            self.text(f"![{words}]({source})" if source else f"[image: {words}]")

    def end_heading(self, frame: _Frame) -> None:
        """Write a heading."""
        line = frame.line()
        mark = "" if self._frames[-1].tag == "a" else _HEADINGS[frame.tag]
        self._block(mark + line if line else "")

    def end_quote(self, frame: _Frame) -> None:
        """Write a quotation."""
        text = frame.text()
        self._block("\n".join(f"> {line}".rstrip() for line in text.split("\n")) if text else "")

    def end_list_item(self, frame: _Frame) -> None:
        """Write an item of a list."""
        text = frame.text("\n")
        if not text:
            return
        above = self._frames[-1]
        above.flush()
        mark = f"{len(above.blocks) + 1}. " if above.tag == "ol" else "- "
        above.blocks.append(mark + text.replace("\n", "\n" + " " * len(mark)))

    def end_list(self, frame: _Frame) -> None:
        """Write a list."""
        self._block(frame.text("\n"))

    def end_link(self, frame: _Frame) -> None:
        """Write a link."""
        before, after = frame.spaces()
        words = frame.line()
        assert frame.element is not None
        target = self._absolute(frame.element.attrs.get("href") or "")
        if words and target and words != target and "](" not in words:
            words = f"[{words}]({target})"
        self.text(before + words + after)

    def end_code(self, frame: _Frame) -> None:
        """Write code in running text."""
        before, after = frame.spaces()
        line = frame.line()
        self.text(before + (f"`{line}`" if line else "") + after)

    def end_preformatted(self, frame: _Frame) -> None:
        """Write preformatted text."""
        text = "".join(frame.running).replace(_BREAK, "\n").strip("\n").rstrip()
        longest = max((len(ticks) for ticks in _TICKS.findall(text)), default=0)
        fence = "`" * max(3, longest + 1)
        assert frame.element is not None
        self._block(f"{fence}{_language(frame.element)}\n{text}\n{fence}" if text else "")

    def end_cell(self, frame: _Frame) -> None:
        """Write a cell."""
        row = self._frames[-1]
        if row.tag == "tr":
            row.rows.append([frame.text()])
        else:
            self._block(frame.text())

    def end_row(self, frame: _Frame) -> None:
        """Write a row of a table."""
        cells = [cell for (cell,) in frame.rows]
        above = self._frames[-1]
        rest = frame.text()
        if above.tag == "table":
            above.rows.append([*cells, *([rest] if rest else [])])
        else:
            self._block("\n\n".join([*cells, rest]))

    def end_table(self, frame: _Frame) -> None:
        """Write a table, or what only lays a page out as one."""
        self._block(frame.text())  # a caption, or what strayed into it
        rows = [row for row in frame.rows if any(cell.strip() for cell in row)]
        if rows and is_table(rows):
            self._block(table_of(rows))
        else:
            self._block("\n\n".join(cell for row in rows for cell in row if cell.strip()))


_ENDS: dict[str, Callable[[_Writer, _Frame], None]] = {
    **dict.fromkeys(_HEADINGS, _Writer.end_heading),
    "ul": _Writer.end_list,
    "ol": _Writer.end_list,
    "li": _Writer.end_list_item,
    "blockquote": _Writer.end_quote,
    "table": _Writer.end_table,
    "tr": _Writer.end_row,
    "td": _Writer.end_cell,
    "th": _Writer.end_cell,
    "a": _Writer.end_link,
    "code": _Writer.end_code,
    "pre": _Writer.end_preformatted,
}


def markdown_of(part: MainPart, absolute: Absolute) -> str:
    """Write *part* as Markdown, its links made so by *absolute*."""
    writer = _Writer(absolute)
    for node, ends in walk(part.root, part.skipped):
        if isinstance(node, Text):
            writer.text(node.data or "")
        elif ends:
            writer.end(node)
        else:
            writer.begin(node)
    return writer.result()


def _language(element: Element) -> str:
    inner = [child for child in element.children if isinstance(child, Element)]
    for one in (element, *inner[:1]):
        for word in (one.attrs.get("class") or "").split():
            if word.startswith(_LANGUAGE):
                return word.removeprefix(_LANGUAGE)[:30]
    return ""
