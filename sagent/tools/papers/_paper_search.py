from typing import ClassVar

import attrs

from sagent.message import Message
from sagent.tool import Effect, Workspace
from sagent.tools._arguments import Arguments
from sagent.tools._builtin import Card
from sagent.tools.papers._choices import CHOICES, LIST_PARAMETERS
from sagent.tools.papers._paper_tool import PaperTool


@attrs.define(eq=False, kw_only=True)
class PaperSearch(PaperTool):
    """Searches for papers: in all services at once, or in one."""

    card: ClassVar[Card] = Card(
        name="PaperSearch",
        description="Search scholarly papers in Semantic Scholar, OpenAlex and arXiv, merged.",
        directive_schema={
            "type": "object",
            "properties": {
                "query": {"type": "string"},
                "source": {"enum": CHOICES, "description": "default: fused"},
                **LIST_PARAMETERS,
                "open_access_only": {"type": "boolean"},
            },
            "required": ["query"],
            "additionalProperties": False,
        },
        effects=frozenset({Effect.READS, Effect.NETWORK}),
        concurrency="shared",
        subjects=("query",),
    )

    async def _work(self, arguments: Arguments, workspace: Workspace) -> Message:  # noqa: ARG002  # the contract's
        from sagent.tools.papers._search import search  # noqa: PLC0415  # few agents ask

        return await search(self.library, arguments)
