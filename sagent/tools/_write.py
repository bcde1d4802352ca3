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
from sagent.tools._known_file import check_same, check_seen, parted_names
from sagent.tools._line_changes import line_changes
from sagent.tools._place import place_of, short, shown
from sagent.tools._refusal import Refusal
from sagent.tools._slot import Slot, make_slot
from sagent.tools._text_file import TextFile

_MOST_COMPARED_BYTES = 2 << 20


class Write(BuiltinTool):
    """Writes a whole file, all of it or nothing."""

    card: ClassVar[Card] = Card(
        name="Write",
        description=(
            "Create a file, or replace one that you have read. Parent directories are made. "
            "To change a part of a file, use Edit."
        ),
        directive_schema={
            "type": "object",
            "properties": {"file_path": {"type": "string"}, "content": {"type": "string"}},
            "required": ["file_path", "content"],
            "additionalProperties": False,
        },
        effects=frozenset({Effect.WRITES}),
        concurrency="exclusive",
        subjects=("file_path",),
    )

    async def _work(self, arguments: Arguments, workspace: Workspace) -> Message:
        path = place_of(workspace, arguments.text("file_path"))
        try:
            content = arguments.text("content").encode()
        except UnicodeEncodeError as error:
            raise Refusal(f"content: {_surrogate(error)}") from error
        written = await trio.to_thread.run_sync(_write, path, content, workspace)
        told = f"Wrote {len(content)} bytes to {shown(path)}{written.note}"
        return MultipartMessage(
            (TextMessage(told), TextMessage(written.diff, Descriptor.DIFF)), Descriptor.TOOL_RESULT
        )


@attrs.frozen
class _Written:
    """What became of a file.

    Attributes:
        diff: the whole difference, bounded.
        note: what else is to be known.
    """

    diff: str
    note: str


def _write(path: Path, content: bytes, workspace: Workspace) -> _Written:
    with make_slot(workspace, path) as slot:
        status = slot.status()
        if status is not None:
            check_seen(workspace, slot.path, status)
        old = "" if status is None else _text_of(slot, status)

        def check() -> None:
            now = slot.status()
            if status is not None:
                check_same(path, status, now)
            elif now is not None:
                check_seen(workspace, slot.path, now)

        stamp = write_atomically(slot, content, like=status, check=check)
    workspace.saw(slot.path, stamp, content)
    return _Written(_diff(old, content, short(path, workspace)), parted_names(status))


def _text_of(slot: Slot, status: os.stat_result) -> str | None:
    """Give what is replaced, for the diff; None for what has none, or would take long."""
    if status.st_size > _MOST_COMPARED_BYTES:
        return None
    try:
        with slot.open() as file:
            return TextFile.of(slot.path, file.read(_MOST_COMPARED_BYTES) or b"").text
    except (OSError, Refusal):
        return None


def _diff(old: str | None, content: bytes, name: str) -> str:
    if old is None or len(content) > _MOST_COMPARED_BYTES:
        return f"--- {name}\n+++ {name}\n(not compared: it is binary, or large)"
    return unified_diff(old, line_changes(old, content.decode()), name)


def _surrogate(error: UnicodeEncodeError) -> str:
    character = error.object[error.start : error.start + 1]
    return (
        f"character {error.start} is half of a surrogate pair ({character!a}), "
        "which UTF-8 cannot hold: write the whole character"
    )
