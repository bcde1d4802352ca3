from typing import ClassVar

import attrs

from sagent.message import Message
from sagent.tool import Effect, Workspace
from sagent.tools._arguments import Arguments
from sagent.tools._builtin import Card
from sagent.tools.papers._choices import LIST_PARAMETERS, RELATIONS
from sagent.tools.papers._paper_tool import PaperTool

_LISTED = ("year_from", "limit", "abstract_chars")


@attrs.define(eq=False, kw_only=True)
class PaperDetails(PaperTool):
    """Tells what is known of a paper, or which papers it cites or is cited by."""

    card: ClassVar[Card] = Card(
        name="PaperDetails",
        description="Show a paper by its id, or list the papers it cites or is cited by.",
        directive_schema={
            "type": "object",
            "properties": {
                "id": {
                    "type": "string",
                    "description": "DOI, arXiv, Semantic Scholar or OpenAlex id, or a URL of one",
                },
                "operation": {"enum": RELATIONS},
                "influential_only": {"type": "boolean"},
                **{name: LIST_PARAMETERS[name] for name in _LISTED},
            },
            "required": ["id"],
            "additionalProperties": False,
        },
        effects=frozenset({Effect.READS, Effect.NETWORK}),
        concurrency="shared",
        subjects=("id",),
    )

    async def _work(self, arguments: Arguments, workspace: Workspace) -> Message:  # noqa: ARG002  # the contract's
        from sagent.tools.papers._details import details  # noqa: PLC0415  # few agents ask

        return await details(self.library, arguments)
