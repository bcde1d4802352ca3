from typing import ClassVar

import attrs
import trio

from sagent.message import Message, TextMessage
from sagent.tool import Effect, Workspace
from sagent.tools._arguments import Arguments
from sagent.tools._builtin import BuiltinTool, Card
from sagent.tools._refusal import Refusal
from sagent.tools.papers._inquiry import DEADLINE_S
from sagent.tools.papers._library import CHOICES, Library
from sagent.tools.papers._parameters import LIST_PARAMETERS, Shape, choice_of, words_of, years_of
from sagent.tools.papers._shown import shown_harvests

_DEFAULT_PAPERS = 10
_ABSTRACT_CHARS = 300


@attrs.define(eq=False, kw_only=True)
class PaperSearch(BuiltinTool):
    """Searches for papers: in all services at once, or in one."""

    library: Library = attrs.field(factory=Library.from_env)

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
        text = words_of(arguments, "query")
        if text is None:
            raise Refusal("query is missing: say what the papers are about")
        choice = choice_of(arguments, "source", CHOICES) or "fused"
        only_open = arguments.flag("open_access_only")
        wanted = attrs.evolve(years_of(arguments), open_access_only=only_open)
        shape = Shape.of(arguments, papers=_DEFAULT_PAPERS, abstract_chars=_ABSTRACT_CHARS)
        harvests = await self.library.search(
            text, choice, wanted, most=shape.most, deadline=trio.current_time() + DEADLINE_S
        )
        shown = await trio.to_thread.run_sync(shown_harvests, harvests, "papers", shape)
        return TextMessage(shown)
