import difflib
import os
from pathlib import Path
from typing import ClassVar

import attrs
import trio

from sagent.message import Descriptor, Message, MultipartMessage, TextMessage
from sagent.tool import Effect, Workspace
from sagent.tools._arguments import Arguments
from sagent.tools._atomic_write import write_atomically
from sagent.tools._builtin import BuiltinTool, Card
from sagent.tools._diff import unified_diff
from sagent.tools._known_file import check_same, check_unchanged
from sagent.tools._line_ends import Span, applied, replacements, split_lines
from sagent.tools._place import check_regular, missing, place_of, short, shown, unreadable
from sagent.tools._refusal import Refusal
from sagent.tools._slot import Slot, open_slot
from sagent.tools._text_file import TextFile

_MOST_BYTES = 64 << 20
_SEARCHED_LINES = 5000
_LISTED_PLACES = 10
_SHOWN_CHARS = 120


@attrs.frozen(kw_only=True)
class _Change:
    """What an edit asks for."""

    old: str
    new: str
    everywhere: bool

    def spans(self, text: str, path: Path) -> list[Span]:
        """Find where *text*, which is the file at *path*, changes.

        Raises:
            Refusal: the old string is not there, or in more places than one was meant.
        """
        spans = list(replacements(text, self.old, self.new))
        if not spans:
            raise Refusal(f"old_string not found in {shown(path)}.{_hint(text, self.old)}")
        if len(spans) > 1 and not self.everywhere:
            numbers = [str(_line_number(text, span.start)) for span in spans[:_LISTED_PLACES]]
            more = ", ..." if len(spans) > _LISTED_PLACES else ""
            raise Refusal(
                f"old_string found {len(spans)} times in {shown(path)} "
                f"(lines {', '.join(numbers)}{more}): include more of the text around the one "
                "you mean, or set replace_all"
            )
        return spans


class Edit(BuiltinTool):
    """Replaces text in a file and leaves every other byte of it alone."""

    card: ClassVar[Card] = Card(
        name="Edit",
        description=(
            "Replace old_string in a file by new_string. old_string is taken literally, must be "
            "exact (indentation, no line numbers) and occur once, unless replace_all is set. "
            "Line ends, encoding and mode of the file stay."
        ),
        directive_schema={
            "type": "object",
            "properties": {
                "file_path": {"type": "string"},
                "old_string": {"type": "string"},
                "new_string": {"type": "string"},
                "replace_all": {"type": "boolean"},
            },
            "required": ["file_path", "old_string", "new_string"],
            "additionalProperties": False,
        },
        effects=frozenset({Effect.READS, Effect.WRITES}),
        concurrency="exclusive",
        subjects=("file_path",),
    )

    async def _work(self, arguments: Arguments, workspace: Workspace) -> Message:
        path = place_of(workspace, arguments.text("file_path"))
        change = _Change(
            old=arguments.text("old_string"),
            new=arguments.text("new_string"),
            everywhere=arguments.flag("replace_all"),
        )
        if not change.old:
            raise Refusal("old_string cannot be empty: name the text to replace, or use Write")
        if change.old == change.new:
            raise Refusal("old_string and new_string are the same: nothing would change")
        count, diff = await trio.to_thread.run_sync(_edit, path, change, workspace)
        return MultipartMessage(
            (
                TextMessage(f"Replaced {count} occurrence(s) in {shown(path)}"),
                TextMessage(diff, Descriptor.DIFF),
            ),
            Descriptor.TOOL_RESULT,
        )


def _edit(path: Path, change: _Change, workspace: Workspace) -> tuple[int, str]:
    with open_slot(workspace, path) as slot:
        if slot.status() is None:
            raise missing(path)
        status, file = _read(slot, workspace)
        spans = change.spans(file.text, path)
        text = applied(file.text, spans)
        stamp = write_atomically(
            slot,
            file.encoded(text),
            like=status,
            check=lambda: check_same(path, status, slot.status()),
        )
    if workspace.last_seen(slot.path) is not None:
        workspace.saw(slot.path, stamp)
    return len(spans), unified_diff(file.text, spans, short(path, workspace))


def _read(slot: Slot, workspace: Workspace) -> tuple[os.stat_result, TextFile]:
    try:
        with slot.open() as source:
            status = os.fstat(source.fileno())
            check_regular(slot.path, status)
            check_unchanged(workspace, slot.path, status)
            if status.st_size > _MOST_BYTES:
                size = f"larger than {_MOST_BYTES >> 20} MiB"
                raise Refusal(f"{shown(slot.path)} is {size}: use sed in Bash")
            return status, TextFile.of(slot.path, source.read() or b"")
    except OSError as error:
        raise unreadable(slot.path, error) from error


def _line_number(text: str, position: int) -> int:
    return len(split_lines(text[:position]))


def _hint(text: str, old: str) -> str:
    """Say what in *text* comes nearest to *old*, and what may be wrong with it."""
    wanted = next((line for line in split_lines(old) if line.strip()), "").strip()
    number, tab, rest = wanted.partition("\t")
    if tab and number.isdecimal() and rest.strip() in text:
        return " It begins with a line number of Read's output: leave the numbers out."
    lines = [line.strip()[:_SHOWN_CHARS] for line in split_lines(text)[:_SEARCHED_LINES]]
    near = difflib.get_close_matches(wanted[:_SHOWN_CHARS], lines, n=1)
    if not near:
        return " Nothing in the file comes near it: read the file again."
    return (
        f" The nearest is line {lines.index(near[0]) + 1}: {near[0]!r}. "
        "Read it again and copy it exactly, with its indentation."
    )
