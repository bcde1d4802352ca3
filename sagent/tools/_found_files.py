import heapq
from collections.abc import Iterable, Iterator

import attrs

from sagent.tools._matches import Findings

_MOST_SHOWN = 200_000
_MOST_HELD = 400_000
_SLACK = 10_000
"""How many lines more than are wanted are held, so that they are seldom sorted."""


@attrs.define
class FoundFiles(Findings):
    """The files that a search finds, or their counts, shown in order; reads ``rg --null``.

    They may come in any order, so all must have come before the first is shown.
    """

    _lines: list[bytes] = attrs.field(factory=list[bytes], init=False)

    def feed(self, chunk: bytes) -> None:
        """Take in what the search wrote next."""
        end = b"\0" if self._page.mode == "files_with_matches" else b"\n"
        *records, self._rest = (self._rest + chunk).split(end)
        if self._page.mode == "count":
            records = [*self._counts(records)]
        self._seen += len(records)
        self._lines += records
        if len(self._lines) > self._wanted + _SLACK:
            self._lines = self._chosen(self._wanted)

    def text(self) -> str:
        """Show what was asked for, and tell what was not."""
        page = self._page
        if not self.found:
            return "(no matches)"
        if page.keep_last is not None:
            last = self._chosen(self._wanted)
            before = self._seen - len(last)
            head = [f"({before} lines before these)"] if before else []
            return "\n".join([*head, *map(self._shown, last)])
        lines = self._chosen(self._wanted)[page.offset :]
        if not lines:
            return f"(offset {page.offset} is beyond the end: {self._seen} lines in all)"
        following = page.offset + len(lines)
        shown = [*map(self._shown, lines)]
        if self._seen > following:
            more = self._seen - following
            shown.append(f"... ({more} more. Use offset={following} to continue.)")
        return "\n".join(shown)

    @property
    def _wanted(self) -> int:
        """How many lines, from one end, hold all that is shown."""
        page = self._page
        if page.keep_last is not None:
            return min(page.keep_last, _MOST_SHOWN)
        return min(page.offset + min(page.keep_first or _MOST_SHOWN, _MOST_SHOWN), _MOST_HELD)

    def _counts(self, records: Iterable[bytes]) -> Iterator[bytes]:
        for record in records:
            joined = self._joined(record)
            if joined is not None and b"\0" in joined:
                yield joined
            elif joined is not None:
                self._complain(joined)

    def _chosen(self, most: int) -> list[bytes]:
        """Give the *most* lines that are shown first; the last ones where those are wanted."""
        if self._page.keep_last is not None:
            return heapq.nlargest(most, self._lines, key=in_order)[::-1]
        if most >= len(self._lines):
            return sorted(self._lines, key=in_order)
        return heapq.nsmallest(most, self._lines, key=in_order)

    def _shown(self, record: bytes) -> str:
        path, _, count = record.partition(b"\0")
        return f"{self._name(path)}:{count.decode().strip()}" if count else self._name(path)


def in_order(record: bytes) -> bytes:
    """Give what records are sorted by, directory by directory; no other byte is less than NUL."""
    path, nul, rest = record.partition(b"\0")
    return path.replace(b"/", b"\0") + nul + nul + rest
