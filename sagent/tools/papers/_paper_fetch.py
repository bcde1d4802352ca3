from typing import ClassVar

import attrs

from sagent.message import Message
from sagent.tool import Effect, Workspace
from sagent.tools._arguments import Arguments
from sagent.tools._builtin import Card
from sagent.tools.papers._paper_tool import PaperTool


@attrs.define(eq=False, kw_only=True)
class PaperFetch(PaperTool):
    """Gets the PDF of a paper that is open to all, and keeps it in the user's home."""

    card: ClassVar[Card] = Card(
        name="PaperFetch",
        description="Download the open-access PDF of a paper, and give its path, for Read.",
        directive_schema={
            "type": "object",
            "properties": {"id": {"type": "string", "description": "as PaperDetails takes it"}},
            "required": ["id"],
            "additionalProperties": False,
        },
        # What it writes is a cache of our own, as what large results leave on disk is.
        effects=frozenset({Effect.READS, Effect.NETWORK}),
        concurrency="shared",
        subjects=("id",),
    )

    async def _work(self, arguments: Arguments, workspace: Workspace) -> Message:  # noqa: ARG002  # the contract's
        from sagent.tools.papers._fetching import fetch  # noqa: PLC0415  # few agents ask

        return await fetch(self.library, arguments)
