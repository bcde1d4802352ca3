import trio

from sagent.message import Message, TextMessage
from sagent.tools._arguments import Arguments
from sagent.tools._refusal import Refusal
from sagent.tools.papers._author import Author, AuthorId, author_id
from sagent.tools.papers._inquiry import DEADLINE_S
from sagent.tools.papers._library import Library
from sagent.tools.papers._parameters import Shape, choice_of, words_of, years_of
from sagent.tools.papers._shown import shown_author, shown_authors, shown_harvests

_DEFAULT_ITEMS = 20
_ABSTRACT_CHARS = 200
_SURE = 3
"""How many authors of a name are asked for, to tell whether the name is one person's."""


async def authorship(library: Library, arguments: Arguments) -> Message:
    """Find the authors that *arguments* ask for, or tell what one wrote.

    Raises:
        Refusal: it cannot be asked for, no service answered, or nobody is found.
    """
    name, given = words_of(arguments, "query"), arguments.optional_text("id")
    if name is None and given is None:
        raise Refusal("give query, a name, or id: there is nobody to look for")
    wanted = None if given is None else author_id(given)
    shape = Shape.of(arguments, papers=_DEFAULT_ITEMS, abstract_chars=_ABSTRACT_CHARS)
    deadline = trio.current_time() + DEADLINE_S
    if choice_of(arguments, "operation", ("papers",)):
        author, hint = await _author(library, wanted, name or "", deadline)
        harvests = await library.papers_of(
            author.id, years_of(arguments), most=shape.most, deadline=deadline
        )
        papers = await trio.to_thread.run_sync(shown_harvests, harvests, "papers", shape)
        return TextMessage("\n".join(filter(None, (shown_author(author), hint, papers))))
    if wanted is not None:
        return TextMessage(shown_author(await library.author(wanted, deadline=deadline)))
    found = await library.authors(name or "", most=shape.most, deadline=deadline)
    return TextMessage(shown_authors(found, shape.most))


async def _author(
    library: Library, wanted: AuthorId | None, name: str, deadline: float
) -> tuple[Author, str]:
    """Give whose papers are asked for, and a word of caution if it might be someone else."""
    if wanted is not None:
        return await library.author(wanted, deadline=deadline), ""
    harvests = await library.authors(name, most=_SURE, deadline=deadline)
    found = next((one.items for one in harvests if one.items), None)
    if found is None:
        raise Refusal(f"No author is called {name!r}: check the spelling")
    others = "Others have that name: leave out operation to see them." if found[1:] else ""
    return found[0], others
