import os
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, ClassVar

import attrs
import trio

from sagent.message import Message, TextMessage
from sagent.tool import Effect, FileStamp, Workspace
from sagent.tools._arguments import Arguments
from sagent.tools._builtin import BuiltinTool, Card
from sagent.tools._line_reader import read_lines
from sagent.tools._place import open_regular, place_of, shown
from sagent.tools._refusal import Refusal
from sagent.tools._text_encoding import PROBE_BYTES, TextEncoding, probable_encodings

_DEFAULT_LINES = 2000
_MOST_LINES = 20_000
_MOST_CHARS = 100_000
_COUNTED_LINES = 2_000_000


@attrs.frozen(kw_only=True)
class _Window:
    """Which lines of a file were asked for: from *offset* on, or the last ones."""

    offset: int
    limit: int
    last_lines: int | None

    def show(self, batches: Iterable[list[str]]) -> str:
        """Number the lines of the window that *batches* hold, and say what is left out.

        Raises:
            Refusal: the file ends before the window.
        """
        return self._tail(batches) if self.last_lines else self._page(batches)

    def _page(self, batches: Iterable[list[str]]) -> str:
        shown_lines: list[str] = []
        total, chars, end = 0, 0, self.offset - 1 + self.limit
        for batch in batches:
            trio.from_thread.check_cancelled()
            for line in batch[max(0, self.offset - 1 - total) : max(0, end - total)]:
                number = self.offset + len(shown_lines)
                chars += len(line) + 8
                if chars > _MOST_CHARS:
                    end = number - 1
                    break
                shown_lines.append(f"{number}\t{line}")
            total += len(batch)
            if total - end > _COUNTED_LINES:
                break
        if not total:
            return ""
        if not shown_lines:
            raise Refusal(f"offset {self.offset} is beyond the end: the file has {total} lines")
        if total > end:
            known = "more than " if total - end > _COUNTED_LINES else ""
            shown_lines.append(
                f"... ({known}{total - end} more lines. Use offset={end + 1} to continue.)"
            )
        return "\n".join(shown_lines)

    def _tail(self, batches: Iterable[list[str]]) -> str:
        last = deque[str](maxlen=min(self.last_lines or 0, _MOST_LINES))
        total = 0
        for batch in batches:
            trio.from_thread.check_cancelled()
            last.extend(batch)
            total += len(batch)
        chars = sum(len(line) + 8 for line in last)
        while chars > _MOST_CHARS:
            chars -= len(last.popleft()) + 8
        first = total - len(last) + 1
        lines = [f"{number}\t{line}" for number, line in enumerate(last, first)]
        if len(last) < min(self.last_lines or 0, total):
            lines.insert(0, f"(the output is full: it begins at line {first})")
        return "\n".join(lines)


class Read(BuiltinTool):
    """Shows a text file, or a part of it, with line numbers."""

    card: ClassVar[Card] = Card(
        name="Read",
        description=(
            "Show a text file as numbered lines: NUMBER, a tab, the line. Shows "
            f"{_DEFAULT_LINES} lines unless told otherwise; continue with offset."
        ),
        directive_schema={
            "type": "object",
            "properties": {
                "file_path": {"type": "string"},
                "offset": {"type": "integer", "minimum": 1, "description": "first line"},
                "limit": {"type": "integer", "minimum": 1, "description": "how many lines"},
                "last_lines": {
                    "type": "integer",
                    "minimum": 1,
                    "description": "show the file's end instead",
                },
            },
            "required": ["file_path"],
            "additionalProperties": False,
        },
        effects=frozenset({Effect.READS}),
        concurrency="shared",
        subjects=("file_path",),
    )

    @property
    def max_result_chars(self) -> int:
        """More than it shows at a time: what is too large for it, it shows in parts."""
        return 2 * _MOST_CHARS

    async def _work(self, arguments: Arguments, workspace: Workspace) -> Message:
        path = place_of(workspace, arguments.text("file_path"))
        window = _Window(
            offset=arguments.count("offset", 1, least=1),
            limit=arguments.count("limit", _DEFAULT_LINES, least=1),
            last_lines=arguments.optional_count("last_lines", least=1),
        )
        return TextMessage(await trio.to_thread.run_sync(_show, path, window, workspace))


def _show(path: Path, window: _Window, workspace: Workspace) -> str:
    with open_regular(workspace, path) as (file, target):
        status = os.fstat(file.fileno())
        encodings = probable_encodings(file.read(PROBE_BYTES) or b"")
        if not encodings:
            return f"[Binary file: {shown(path)} ({status.st_size} bytes). Use Bash to inspect it.]"
        text = next(_shown_as(file, encodings, window))
    # The state before reading: a change meanwhile makes what was read stale.
    workspace.saw(target, FileStamp.of(status))
    return text or f"[The file is empty: {shown(path)}]"


def _shown_as(file: BinaryIO, encodings: Iterable[TextEncoding], window: _Window) -> Iterator[str]:
    for encoding in encodings:
        try:
            text = window.show(read_lines(file, encoding))
        except UnicodeDecodeError:
            continue
        yield f"[{encoding.note}]\n{text}" if text and encoding.note else text
