import attrs
import trio

from sagent.message import Message, TextMessage
from sagent.tools._arguments import Arguments
from sagent.tools._refusal import Refusal
from sagent.tools.papers._choices import RELATIONS, Relation
from sagent.tools.papers._inquiry import DEADLINE_S
from sagent.tools.papers._library import Library
from sagent.tools.papers._paper import Paper
from sagent.tools.papers._paper_id import paper_id
from sagent.tools.papers._parameters import Shape, choice_of, years_of
from sagent.tools.papers._shown import shown_harvests, shown_paper

_DEFAULT_PAPERS = 20
_ABSTRACT_CHARS = 200
_WHOLE_ABSTRACT_CHARS = 5000


async def details(library: Library, arguments: Arguments) -> Message:
    """Tell of a paper what *arguments* ask for.

    Raises:
        Refusal: it cannot be asked for, or no service answered.
    """
    wanted = paper_id(arguments.text("id"))
    relation = choice_of(arguments, "operation", RELATIONS)
    deadline = trio.current_time() + DEADLINE_S
    if relation is None:
        shape = Shape.of(arguments, papers=1, abstract_chars=_WHOLE_ABSTRACT_CHARS)
        known = await library.paper(wanted, deadline=deadline)
        return TextMessage(shown_paper(known, shape.abstract_chars))
    only_influential = arguments.flag("influential_only")
    filters = attrs.evolve(years_of(arguments), influential_only=only_influential)
    shape = Shape.of(arguments, papers=_DEFAULT_PAPERS, abstract_chars=_ABSTRACT_CHARS)
    known = await library.paper(wanted, deadline=deadline)
    harvests = await library.related(
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
