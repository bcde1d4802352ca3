from typing import ClassVar

import attrs

from sagent.message import Message
from sagent.tool import Effect, Workspace
from sagent.tools._arguments import Arguments
from sagent.tools._builtin import Card
from sagent.tools.papers._choices import LIST_PARAMETERS
from sagent.tools.papers._paper_tool import PaperTool


@attrs.define(eq=False, kw_only=True)
class PaperAuthor(PaperTool):
    """Finds authors by name, or tells what one wrote."""

    card: ClassVar[Card] = Card(
        name="PaperAuthor",
        description="Find authors of papers by name (query), or show one by id; or their papers.",
        directive_schema={
            "type": "object",
            "properties": {
                "query": {"type": "string"},
                "id": {"type": "string", "description": "Semantic Scholar or OpenAlex id, ORCID"},
                "operation": {"enum": ["papers"]},
                **LIST_PARAMETERS,
            },
            "required": [],
            "additionalProperties": False,
        },
        effects=frozenset({Effect.READS, Effect.NETWORK}),
        concurrency="shared",
        subjects=("query", "id"),
    )

    async def _work(self, arguments: Arguments, workspace: Workspace) -> Message:  # noqa: ARG002  # the contract's
        from sagent.tools.papers._authorship import authorship  # noqa: PLC0415  # few agents ask

        return await authorship(self.library, arguments)
