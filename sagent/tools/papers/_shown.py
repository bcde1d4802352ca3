"""How papers and authors are told to a model: few lines each, with ids that the tools take."""

from collections.abc import Iterable, Sequence

from sagent.tools.papers._author import Author
from sagent.tools.papers._inquiry import Harvest, notes_of
from sagent.tools.papers._library import Known
from sagent.tools.papers._merge import fused, ranked
from sagent.tools.papers._paper import Paper
from sagent.tools.papers._parameters import Shape

_NAMED_AUTHORS = 4
_MOST_NAMED_AUTHORS = 50
"""Some papers have thousands."""
_NAMES = {"s2": "Semantic Scholar", "openalex": "OpenAlex", "arxiv": "arXiv"}


def shown_harvests(
    harvests: Sequence[Harvest[Paper]], kind: str, shape: Shape, notes: Sequence[str] = ()
) -> str:
    """Show the best papers of *harvests* as one list, how many there are, and what went wrong.

    Args:
        harvests: what the services gave.
        kind: what the papers are, in the plural.
        shape: how much of them is shown.
        notes: what went wrong before.
    """
    papers = fused(paper for one in harvests for paper in ranked(one.items, one.service.source))
    blocks = [
        "\n   ".join(_lines(f"{number}. ", paper, shape.abstract_chars))
        for number, paper in enumerate(papers[: shape.most], start=1)
    ]
    count = _count(harvests, len(blocks), len(papers), kind)
    return "\n".join([count, *blocks, *_notes([*notes, *notes_of(harvests)])])


def shown_paper(known: Known, abstract_chars: int) -> str:
    """Show all that is *known* of a paper, of its abstract only so much."""
    paper = known.paper
    lines = _lines("", paper, abstract_chars, named_authors=_MOST_NAMED_AUTHORS)
    urls = [f"PDF: {url}" for url in paper.pdf_urls]
    return "\n".join([*lines, *urls, *_notes(known.notes)])


def shown_authors(harvests: Sequence[Harvest[Author]], most: int) -> str:
    """Show authors, those of each service in its order, and what went wrong."""
    rounds = max((len(one.items) for one in harvests), default=0)
    authors = [one.items[at] for at in range(rounds) for one in harvests if at < len(one.items)]
    lines = [f"{number}. {shown_author(one)}" for number, one in enumerate(authors[:most], start=1)]
    count = _count(harvests, len(lines), len(authors), "authors")
    return "\n".join([count, *lines, *_notes(notes_of(harvests))])


def shown_author(author: Author) -> str:
    """Show an author on one line."""
    facts = [
        fact.format(count)
        for count, fact in (
            (author.paper_count, "{:,} papers"),
            (author.citation_count, "{:,} citations"),
            (author.h_index, "h-index {}"),
        )
        if count is not None
    ]
    orcid = [f"orcid:{author.orcid}"] if author.orcid else []
    places = ["; ".join(author.affiliations)] if author.affiliations else []
    return " · ".join([author.name, *places, *facts, str(author.id), *orcid])


def _lines(
    mark: str, paper: Paper, abstract_chars: int, *, named_authors: int = _NAMED_AUTHORS
) -> list[str]:
    year = f" ({paper.year})" if paper.year is not None else ""
    notice = f" [{paper.notice.upper()}]" if paper.notice else ""
    lines = [
        f"{mark}{paper.title}{year}{notice}",
        _authors(paper.authors, named_authors),
        " · ".join(_facts(paper)),
        " ".join(map(str, paper.ids)),
        "from " + ", ".join(f"{_NAMES[source]} #{place}" for source, place in paper.ranks),
        _cut(paper.abstract, abstract_chars),
    ]
    if not paper.ids:
        lines[3] = "no id"
    return [line for line in lines if line]


def _authors(names: Sequence[str], most: int) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _facts(paper: Paper) -> Iterable[str]:
    if paper.venue:
        yield paper.venue
    if paper.citation_count is not None:
        yield f"{paper.citation_count:,} citations"
    if paper.influential:
        yield "influential"
    if paper.pdf_urls:
        yield "open PDF"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most].rstrip()}... ({len(text)} characters)"


def _count[T](harvests: Sequence[Harvest[T]], shown: int, found: int, kind: str) -> str:
    if not shown:
        return f"No {kind} found"
    more = found > shown or any(one.more or (one.total or 0) > shown for one in harvests)
    advice = "; raise limit for more" if more else ""
    if len(harvests) == 1:
        return f"{shown} of {_total(harvests[0])} {kind}{advice}"
    listed = ", ".join(f"{one.service.name} {_total(one)}" for one in harvests if one.items)
    return f"{shown} of {found} {kind} found (in all: {listed}){advice}"


def _total[T](harvest: Harvest[T]) -> str:
    if harvest.total is not None:
        return f"{harvest.total:,}"
    return f"more than {len(harvest.items)}" if harvest.more else str(len(harvest.items))


def _notes(notes: Sequence[str]) -> list[str]:
    return [f"Note: {note}" for note in dict.fromkeys(notes)]
