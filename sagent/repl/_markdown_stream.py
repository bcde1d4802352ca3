"""Markdown that comes in pieces, cut into parts that nothing later can change.

What is printed above a prompt cannot be painted again, so a part is given out once it is whole: a
paragraph at its empty line, a list's item when the next begins, a heading at its line's end, code
at its closing fence. Code, tables and paragraphs without an end are given out in portions.
"""

import re

import attrs

from sagent.repl._printed import Prose

MOST_FENCED_LINES = 20
"""How many lines of code wait for their closing fence."""
MOST_CHARS = 4000
"""How much of all else waits for its end: it is painted anew with each piece that comes."""
_FENCE = re.compile(r"\s*(`{3,}|~{3,})[^`]*$")
_ITEM = re.compile(r"(\s*)(?:[-*+]|\d{1,9}[.)])\s+")
_HEADING = re.compile(r" {0,3}#{1,6}\s")
_INDENT = re.compile(r"[ \t]*")


@attrs.define
class MarkdownStream:
    """Takes pieces of Markdown, and gives the parts that are whole."""

    _lines: list[str] = attrs.field(factory=list[str], init=False)
    _rest: str = attrs.field(default="", init=False)
    """The line that has not ended."""
    _fence: str = attrs.field(default="", init=False)
    """The line that opened the code that we are in."""
    _in_list: bool = attrs.field(default=False, init=False)
    _gap: bool = attrs.field(default=False, init=False)
    """Whether an empty line came before what we are in."""

    @property
    def tail(self) -> tuple[Prose, ...]:
        """What is not whole yet, as it looks until now."""
        text = "\n".join([*self._lines, self._rest] if self._rest else self._lines)
        return (self._part(text),) if text.strip() else ()

    def feed(self, text: str) -> list[Prose]:
        """Take *text* in, and give what became whole by it."""
        *lines, self._rest = f"{self._rest}{text}".split("\n")
        whole: list[Prose] = []
        for line in lines:
            whole += self._take(line.rstrip("\r"))
        while len(self._rest) > MOST_CHARS:
            cut = self._rest.rfind(" ", 0, MOST_CHARS) + 1 or MOST_CHARS
            line, self._rest = self._rest[:cut], self._rest[cut:]
            whole += self._take(line)
            if not self._fence:
                whole += self._give()
        return whole

    def finish(self) -> list[Prose]:
        """Give what is left, when no more comes."""
        rest, self._rest = self._rest, ""
        whole = [*(self._take(rest) if rest else []), *self._give()]
        self._fence, self._in_list, self._gap = "", False, True
        return whole

    def _take(self, line: str) -> list[Prose]:
        if self._fence:
            return self._take_code(line)
        if not line.strip():
            given = self._give()
            self._gap = True
            return given
        if _FENCE.match(line):
            given = self._give()
            self._fence = line
            self._lines = [line]
            return given
        if _HEADING.match(line):
            given = self._give()
            self._lines, self._in_list = [line], False
            return [*given, *self._give()]
        item = _ITEM.match(line)
        given = self._give() if item else self._give_portion()
        if not self._lines:
            self._in_list = bool(item) or (self._in_list and line.startswith((" ", "\t")))
        self._lines.append(line)
        return given

    def _give_portion(self) -> list[Prose]:
        """Give what there is if it is much; what goes on of a table begins with its head again."""
        if sum(map(len, self._lines)) <= MOST_CHARS:
            return []
        head = _head(self._lines)
        given = self._give()
        self._lines = head
        return given

    def _take_code(self, line: str) -> list[Prose]:
        self._lines.append(line)
        mark = self._fence.strip()
        length = len(mark) - len(mark.lstrip(mark[0]))
        closing = line.strip()
        if len(closing) >= length and not closing.strip(mark[0]):
            self._fence = ""
            return self._give()
        if len(self._lines) <= MOST_FENCED_LINES:
            return []
        indent = _INDENT.match(self._fence)
        self._lines.append(f"{indent.group() if indent else ''}{mark[0] * length}")
        given = self._give()
        self._lines = [self._fence]
        return given

    def _give(self) -> list[Prose]:
        lines, self._lines = self._lines, []
        if not any(map(str.strip, lines)):
            return []
        part, self._gap = self._part("\n".join(lines)), False
        return [part]

    def _part(self, text: str) -> Prose:
        if not self._in_list:
            return Prose(text=text, gap=self._gap)
        found = _INDENT.match(text)
        columns = len(found.group().expandtabs(4)) if found else 0
        lines = (line.expandtabs(4) for line in text.split("\n"))
        level = [line[min(columns, len(line) - len(line.lstrip())) :] for line in lines]
        return Prose(text="\n".join(level), indent=columns, gap=self._gap)


def _head(lines: list[str]) -> list[str]:
    """Give the two lines that a table begins with, if *lines* are a table, and those are short."""
    match lines:
        case [names, rule, _, *_] if {"|", "-"} <= {*rule} <= {*"|-: \t"}:
            return [names, rule] if "|" in names and len(names + rule) < MOST_CHARS // 4 else []
        case _:
            return []
