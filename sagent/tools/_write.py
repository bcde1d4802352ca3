from pathlib import Path
from typing import ClassVar

import trio

from sagent.message import Message, TextMessage
from sagent.tool import Effect, Workspace
from sagent.tools._arguments import Arguments
from sagent.tools._atomic_write import write_atomically
from sagent.tools._builtin import BuiltinTool, Card
from sagent.tools._known_file import check_same, check_seen
from sagent.tools._place import place_of, shown
from sagent.tools._refusal import Refusal
from sagent.tools._slot import make_slot


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
        await trio.to_thread.run_sync(_write, path, content, workspace)
        return TextMessage(f"Wrote {len(content)} bytes to {shown(path)}")


def _write(path: Path, content: bytes, workspace: Workspace) -> None:
    with make_slot(workspace, path) as slot:
        status = slot.status()
        if status is not None:
            check_seen(workspace, slot.path, status)

        def check() -> None:
            now = slot.status()
            if status is not None:
                check_same(path, status, now)
            elif now is not None:
                check_seen(workspace, slot.path, now)

        stamp = write_atomically(slot, content, like=status, check=check)
    workspace.saw(slot.path, stamp)


def _surrogate(error: UnicodeEncodeError) -> str:
    character = error.object[error.start : error.start + 1]
    return (
        f"character {error.start} is half of a surrogate pair ({character!a}), "
        "which UTF-8 cannot hold: write the whole character"
    )
