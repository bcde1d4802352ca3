import attrs
import trio

from sagent.message import Message, TextMessage
from sagent.tools._arguments import Arguments
from sagent.tools._refusal import Refusal
from sagent.tools.papers._choices import CHOICES
from sagent.tools.papers._inquiry import DEADLINE_S
from sagent.tools.papers._library import Library
from sagent.tools.papers._parameters import Shape, choice_of, words_of, years_of
from sagent.tools.papers._shown import shown_harvests

_DEFAULT_PAPERS = 10
_ABSTRACT_CHARS = 300


async def search(library: Library, arguments: Arguments) -> Message:
    """Search *library* for what *arguments* ask for.

    Raises:
        Refusal: it cannot be asked for, or no service answered.
    """
    text = words_of(arguments, "query")
    if text is None:
        raise Refusal("query is missing: say what the papers are about")
    choice = choice_of(arguments, "source", CHOICES) or "fused"
    only_open = arguments.flag("open_access_only")
    wanted = attrs.evolve(years_of(arguments), open_access_only=only_open)
    shape = Shape.of(arguments, papers=_DEFAULT_PAPERS, abstract_chars=_ABSTRACT_CHARS)
    harvests = await library.search(
        text, choice, wanted, most=shape.most, deadline=trio.current_time() + DEADLINE_S
    )
    shown = await trio.to_thread.run_sync(shown_harvests, harvests, "papers", shape)
    return TextMessage(shown)
