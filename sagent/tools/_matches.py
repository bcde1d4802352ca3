import os
import re
from abc import ABC, abstractmethod
from collections import deque

import attrs

from sagent.tools._place import shown

_RECORD = re.compile(rb"(?P<path>[^\0]*)\0(?P<line>\d+)(?P<mark>[:-])(?P<text>.*)", re.DOTALL)
_SEPARATOR = b"--"
_HERE = b"./"
_LINE_CHARS = 500
_MOST_CHARS = 60_000
_MESSAGE_BYTES = 4096


@attrs.frozen(kw_only=True)
class Page:
    """Which lines of the result are shown."""

    mode: str
    numbered: bool
    offset: int
    keep_first: int
    """0 for as many as there is room for."""
    keep_last: int | None


@attrs.define
class Findings(ABC):
    """What a search has written so far."""

    _page: Page
    _root: str
    """What stands before each name, with a slash at its end where there is something."""
    _only: str = ""
    """The name of the one file that is searched, as it was given; "" for more than one."""
    _rest: bytes = attrs.field(default=b"", init=False)
    _seen: int = attrs.field(default=0, init=False)
    _message: bytes = attrs.field(default=b"", init=False)
    _begun: bytes = attrs.field(default=b"", init=False)
    """What may be the beginning of a path; else it is a complaint."""
    is_full: bool = attrs.field(default=False, init=False)
    """Whether nothing that comes now would be shown."""

    @property
    def message(self) -> str:
        """What was written that is no match: the search's complaint."""
        return (self._message + self._begun + self._rest).decode(errors="replace").strip()

    @property
    def found(self) -> bool:
        """Whether there was a match."""
        return self._seen > 0

    @abstractmethod
    def feed(self, chunk: bytes) -> None:
        """Take in what the search wrote next."""

    @abstractmethod
    def text(self) -> str:
        """Show what was kept, and tell what was not."""

    def _complain(self, record: bytes) -> None:
        self._message = (self._message + record + b"\n")[:_MESSAGE_BYTES]

    def _name(self, path: bytes) -> str:
        return self._only or self._root + shown(os.fsdecode(path.removeprefix(b"./")))

    def _joined(self, record: bytes) -> bytes | None:
        """Give *record* from its path on; None for the beginning of a path that has a line end."""
        if self._begun and record.startswith(_HERE):
            self._complain(self._begun)
        elif self._begun:
            record = self._begun + b"\n" + record
        self._begun = b""
        if b"\0" in record or not record.startswith(_HERE):
            return record
        self._begun = record
        return None


@attrs.define
class Matches(Findings):
    """The lines that a search finds, shown as they come; reads what ``rg --null`` writes."""

    _lines: deque[str] = attrs.field(factory=deque[str], init=False)
    _chars: int = attrs.field(default=0, init=False)

    def feed(self, chunk: bytes) -> None:
        """Take in what the search wrote next."""
        *records, self._rest = (self._rest + chunk).split(b"\n")
        for record in records:
            if self.is_full:
                return
            if (joined := self._joined(record)) is not None:
                self._take(joined)

    def text(self) -> str:
        """Show what was kept, and tell what was not."""
        if not self.found:
            return "(no matches)"
        if not self._lines:
            return f"(offset {self._page.offset} is beyond the end: {self._seen} lines in all)"
        lines = list(self._lines)
        if self._page.keep_last is not None:
            if self._seen > len(lines):
                lines.insert(0, f"({self._seen - len(lines)} lines before these)")
        elif self.is_full:
            following = self._page.offset + len(lines)
            lines.append(f"... (more matches. Use offset={following} to continue.)")
        return "\n".join(lines)

    def _take(self, record: bytes) -> None:
        line = self._shown(record)
        if line is None:
            self._complain(record)
            return
        first, last = self._page.keep_first, self._page.keep_last
        if last is None and self._seen >= self._page.offset:
            full = first and len(self._lines) >= first
            if full or (self._lines and self._chars + len(line) > _MOST_CHARS):
                self.is_full = True
                return
        self._seen += 1
        if self._seen > self._page.offset or last is not None:
            self._lines.append(line)
            self._chars += len(line) + 1
        while last is not None and (len(self._lines) > last or self._chars > _MOST_CHARS):
            self._chars -= len(self._lines.popleft()) + 1

    def _shown(self, record: bytes) -> str | None:
        """Word a record, or give None for one that is no match."""
        # Searching text of either line end, ripgrep writes CR LF itself.
        record = record.removesuffix(b"\r")
        if record == _SEPARATOR:
            return _SEPARATOR.decode()
        match = _RECORD.fullmatch(record)
        if match is None:
            return None
        mark = match["mark"].decode()
        text = match["text"].decode(errors="replace")
        if len(text) > _LINE_CHARS:
            text = f"{text[:_LINE_CHARS]}... [line cut]"
        number = f"{match['line'].decode()}{mark}" if self._page.numbered else ""
        return f"{self._name(match['path'])}{mark}{number}{text}"
