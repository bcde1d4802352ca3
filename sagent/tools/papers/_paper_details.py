from typing import ClassVar

import attrs
import trio

from sagent.message import Message, TextMessage
from sagent.tool import Effect, Workspace
from sagent.tools._arguments import Arguments
from sagent.tools._builtin import BuiltinTool, Card
from sagent.tools._refusal import Refusal
from sagent.tools.papers._inquiry import DEADLINE_S
from sagent.tools.papers._library import Library
from sagent.tools.papers._paper import Paper
from sagent.tools.papers._paper_id import paper_id
from sagent.tools.papers._parameters import LIST_PARAMETERS, Shape, choice_of, years_of
from sagent.tools.papers._service import RELATIONS, Relation
from sagent.tools.papers._shown import shown_harvests, shown_paper

_DEFAULT_PAPERS = 20
_ABSTRACT_CHARS = 200
_WHOLE_ABSTRACT_CHARS = 5000
_LISTED = ("year_from", "limit", "abstract_chars")


@attrs.define(eq=False, kw_only=True)
class PaperDetails(BuiltinTool):
    """Tells what is known of a paper, or which papers it cites or is cited by."""

    library: Library = attrs.field(factory=Library.from_env)

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
        wanted = paper_id(arguments.text("id"))
        relation = choice_of(arguments, "operation", RELATIONS)
        deadline = trio.current_time() + DEADLINE_S
        if relation is None:
            shape = Shape.of(arguments, papers=1, abstract_chars=_WHOLE_ABSTRACT_CHARS)
            known = await self.library.paper(wanted, deadline=deadline)
            return TextMessage(shown_paper(known, shape.abstract_chars))
        only_influential = arguments.flag("influential_only")
        filters = attrs.evolve(years_of(arguments), influential_only=only_influential)
        shape = Shape.of(arguments, papers=_DEFAULT_PAPERS, abstract_chars=_ABSTRACT_CHARS)
        known = await self.library.paper(wanted, deadline=deadline)
        harvests = await self.library.related(
            known.paper, relation, filters, most=shape.most, deadline=deadline
        )
        if not harvests:
            raise Refusal(_untold(known.paper, relation))
        kind = f"{relation} of {known.paper.title!r}"
        shown = await trio.to_thread.run_sync(shown_harvests, harvests, kind, shape, known.notes)
        return TextMessage(shown)


def _untold(paper: Paper, relation: Relation) -> str:
    return (
        f"No service that answers tells the {relation} of {paper.title!r}: Semantic Scholar and "
        "OpenAlex would; leave out influential_only, or try again later"
    )
