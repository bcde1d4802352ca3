from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar

import attrs
import trio

from sagent.lib.json import JSON
from sagent.message import Message
from sagent.tool import Effect, Workspace
from sagent.tools._arguments import Arguments
from sagent.tools._builtin import BuiltinTool, Card
from sagent.tools._change import Change
from sagent.tools._edited import edit_file
from sagent.tools._line_ends import Span
from sagent.tools._place import place_of
from sagent.tools._refusal import Refusal


@attrs.frozen
class _Step:
    """One of several edits."""

    number: int
    of: int
    change: Change

    def spans(self, text: str, path: Path) -> Sequence[Span]:
        """Find where *text* changes.

        Raises:
            Refusal: it cannot; which edit this is, is told.
        """
        try:
            return self.change.spans(text, path)
        except Refusal as error:
            raise _numbered(self.number, self.of, error) from error


class MultiEdit(BuiltinTool):
    """Makes several edits of one file, all or none of them."""

    card: ClassVar[Card] = Card(
        name="MultiEdit",
        description=(
            "Make several edits of one file at once, all or none, each as Edit does and on the "
            "result of the one before."
        ),
        directive_schema={
            "type": "object",
            "properties": {
                "file_path": {"type": "string"},
                "edits": {
                    "type": "array",
                    "minItems": 1,
                    "items": {
                        "type": "object",
                        "properties": {
                            "old_string": {"type": "string"},
                            "new_string": {"type": "string"},
                            "replace_all": {"type": "boolean"},
                        },
                        "required": ["old_string", "new_string"],
                        "additionalProperties": False,
                    },
                },
            },
            "required": ["file_path", "edits"],
            "additionalProperties": False,
        },
        effects=frozenset({Effect.READS, Effect.WRITES}),
        concurrency="exclusive",
        subjects=("file_path",),
    )

    async def _work(self, arguments: Arguments, workspace: Workspace) -> Message:
        path = place_of(workspace, arguments.text("file_path"))
        edits = arguments.objects("edits")
        steps = [_step(number, len(edits), edit) for number, edit in enumerate(edits, 1)]
        finds = [step.spans for step in steps]
        edited = await trio.to_thread.run_sync(partial(edit_file, path, finds, workspace))
        return edited.message()


def _step(number: int, of: int, edit: Mapping[str, JSON]) -> _Step:
    try:
        return _Step(number, of, Change.of(Arguments(edit)))
    except Refusal as error:
        raise _numbered(number, of, error) from error


def _numbered(number: int, of: int, error: Refusal) -> Refusal:
    return Refusal(f"edit {number} of {of}, so nothing was changed: {error}")
