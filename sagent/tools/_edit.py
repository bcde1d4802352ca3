from typing import ClassVar

import trio

from sagent.message import Message
from sagent.tool import Effect, Workspace
from sagent.tools._arguments import Arguments
from sagent.tools._builtin import BuiltinTool, Card
from sagent.tools._change import Change
from sagent.tools._edited import edit_file
from sagent.tools._place import place_of


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
        change = Change.of(arguments)
        edited = await trio.to_thread.run_sync(edit_file, path, [change.spans], workspace)
        return edited.message()
