import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import ClassVar

import attrs
import trio

from sagent.errors import SlackError
from sagent.message import Message, TextMessage
from sagent.tool import Effect, Workspace
from sagent.tools._arguments import Arguments
from sagent.tools._builtin import BuiltinTool, Card
from sagent.tools._place import open_regular, place_of, shown
from sagent.tools._refusal import Refusal

MOST_SENT_BYTES = 50_000_000
"""Slack takes more, and a person who waits for it does not."""
_CHUNK_BYTES = 1 << 20

type Share = Callable[[str, bytes, str], Awaitable[None]]
"""Shares a file of that name and content, with a comment."""


@attrs.define(eq=False)
class SendFile(BuiltinTool):
    """Shares a file in the thread that its agent answers in."""

    card: ClassVar[Card] = Card(
        name="SendFile",
        description=(
            "Share a file with the people in this Slack thread: what they asked for as a file, a "
            "picture, a long listing."
        ),
        directive_schema={
            "type": "object",
            "properties": {"file_path": {"type": "string"}, "comment": {"type": "string"}},
            "required": ["file_path"],
            "additionalProperties": False,
        },
        effects=frozenset({Effect.READS, Effect.NETWORK}),
        concurrency="exclusive",
        subjects=("file_path",),
    )

    share: Share = attrs.field(kw_only=True)

    @property
    def supports_microcompaction(self) -> bool:
        """That a file was shared stays in the conversation: it is not to be shared again."""
        return False

    async def _work(self, arguments: Arguments, workspace: Workspace) -> Message:
        path = place_of(workspace, arguments.text("file_path"))
        content = await trio.to_thread.run_sync(_content, workspace, path)
        try:
            await self.share(path.name, content, arguments.text("comment", ""))
        except SlackError as error:
            raise Refusal(f"{shown(path)} was not shared: {error}") from error
        return TextMessage(f"Shared {shown(path)}, {len(content)} bytes")


def _content(workspace: Workspace, path: Path) -> bytes:
    with open_regular(workspace, path) as (file, _):
        size = os.fstat(file.fileno()).st_size
        if not size:
            raise Refusal(f"{shown(path)} is empty, and Slack takes no empty files")
        pieces, left = list[bytes](), MOST_SENT_BYTES + 1
        while left > 0 and (piece := file.read(min(left, _CHUNK_BYTES))):
            trio.from_thread.check_cancelled()
            pieces.append(piece)
            left -= len(piece)
    if left <= 0:
        raise Refusal(f"{shown(path)} has more than {MOST_SENT_BYTES:,} bytes: make it smaller")
    return b"".join(pieces)
