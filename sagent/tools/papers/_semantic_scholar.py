from collections.abc import Callable, Mapping
from typing import Literal
from urllib.parse import quote

import attrs

from sagent.lib.json import JSON
from sagent.tools.papers._author import Author, AuthorId, orcid_of
from sagent.tools.papers._choices import Relation
from sagent.tools.papers._fields import (
    Fields,
    count_in,
    fields_in,
    object_of,
    objects_in,
    text_in,
    texts_in,
)
from sagent.tools.papers._paper import Paper
from sagent.tools.papers._paper_id import PaperId, without_version
from sagent.tools.papers._service import Filter, Listing, Lookup, Page, Request

_PAPER = "title,abstract,year,venue,authors,externalIds,citationCount,openAccessPdf"
_AUTHOR = "name,affiliations,paperCount,citationCount,hIndex,externalIds"
_KINDS = {"doi": "DOI:", "arxiv": "ARXIV:", "s2": "", "corpus": "CorpusId:"}
_FOUND_ITEMS = 100
_FOUND_MOST = 999
"""How far a search may be read, by offset and limit together."""
_LISTED_ITEMS = 1000
_LISTED_MOST = 9999
"""How far any other list may be read."""


@attrs.frozen(kw_only=True)
class SemanticScholar:
    """The Academic Graph API of Semantic Scholar: https://api.semanticscholar.org/api-docs/graph.

    Attributes:
        base_url: where it is.
        key: without one all of its users share one small allowance.
        pace_s: one request a second is what it allows, with a key as well, unless agreed otherwise.
        source: the service's word in a call.
        name: the service's for people.
        secrets: what of its requests nobody is to see.
        speaks_json: whether its answers are JSON.
    """

    base_url: str = "https://api.semanticscholar.org/graph/v1"
    key: str | None = attrs.field(default=None, repr=False)
    pace_s: float = 1.0

    source: Literal["s2"] = attrs.field(default="s2", init=False)
    name: str = attrs.field(default="Semantic Scholar", init=False)
    secrets: tuple[str, ...] = attrs.field(default=(), init=False)
    speaks_json: bool = attrs.field(default=True, init=False)

    @property
    def headers(self) -> Mapping[str, str]:
        """The key, if there is one."""
        return {"x-api-key": self.key} if self.key else {}

    def paper(self, wanted: PaperId) -> Lookup[Paper] | None:
        """Ask for one paper, by any id but OpenAlex's."""
        if wanted.kind not in _KINDS:
            return None
        return Lookup(
            Request(path=f"paper/{_name(wanted)}", query={"fields": _PAPER}),
            lambda answer: _paper(object_of(answer, self.name)),
        )

    def search(self, text: str, wanted: Filter, most: int) -> Listing[Paper]:
        """Ask for papers about *text*: 999 at most."""
        query = {"query": text, "fields": _PAPER} | _years(wanted)
        if wanted.open_access_only:
            query["openAccessPdf"] = ""
        return self._listing(
            "paper/search", query, _paper, items=min(most, _FOUND_ITEMS), end=_FOUND_MOST
        )

    def related(
        self, paper: Paper, relation: Relation, wanted: Filter, most: int
    ) -> Listing[Paper] | None:
        """Ask for the papers around *paper*; their years are not filtered."""
        own = [PaperId("s2", paper.s2_id)] if paper.s2_id else []
        known = next((one for one in (*own, *paper.ids) if one.kind in _KINDS), None)
        if known is None:
            return None
        key = "citedPaper" if relation == "references" else "citingPaper"
        query = {"fields": f"isInfluential,{_PAPER}"}
        filters = wanted != Filter()  # then much of what comes is not wanted
        return self._listing(
            f"paper/{_name(known)}/{relation}",
            query,
            lambda link: _linked(link, key),
            items=_LISTED_ITEMS if filters else min(most, _LISTED_ITEMS),
        )

    def author(self, wanted: AuthorId) -> Lookup[Author] | None:
        """Ask for one author, by the number that Semantic Scholar gave."""
        if wanted.kind != self.source:
            return None
        return Lookup(
            Request(path=f"author/{wanted.value}", query={"fields": _AUTHOR}),
            lambda answer: _author(object_of(answer, self.name)),
        )

    def authors(self, name: str, most: int) -> Listing[Author]:
        """Ask for the authors of a name."""
        query = {"query": name, "fields": _AUTHOR}
        return self._listing("author/search", query, _author, items=min(most, _LISTED_ITEMS))

    def papers_of(self, author: AuthorId, wanted: Filter, most: int) -> Listing[Paper] | None:
        """Ask for what an author wrote; the years are not filtered."""
        if author.kind != self.source:
            return None
        items = min(most, _LISTED_ITEMS) if wanted == Filter() else _LISTED_ITEMS
        return self._listing(
            f"author/{author.value}/papers", {"fields": _PAPER}, _paper, items=items
        )

    def _listing[T](
        self,
        path: str,
        query: Mapping[str, str],
        read: Callable[[Fields], T | None],
        *,
        items: int,
        end: int = _LISTED_MOST,
    ) -> Listing[T]:
        """Ask for the items at *path*, so many at a time, up to the offset *end*."""

        def request(offset: int) -> Request:
            count = min(items, end - offset)
            return Request(path=path, query={**query, "offset": offset, "limit": count})

        def page(answer: JSON) -> Page[T]:
            fields = object_of(answer, self.name)
            following = count_in(fields, "next")
            return Page(
                items=[item for each in objects_in(fields, "data") if (item := read(each))],
                total=count_in(fields, "total"),
                next_offset=following if following and following < end else None,
            )

        return Listing(request, page)


def _name(wanted: PaperId) -> str:
    value = without_version(wanted.value) if wanted.kind == "arxiv" else wanted.value
    return quote(_KINDS[wanted.kind] + value, safe=":/")


def _years(wanted: Filter) -> dict[str, str]:
    if wanted.year_from is None and wanted.year_to is None:
        return {}
    return {"year": f"{wanted.year_from or ''}-{wanted.year_to or ''}"}


def _linked(link: Fields, key: str) -> Paper | None:
    paper = _paper(fields_in(link, key))
    return paper and attrs.evolve(paper, influential=link.get("isInfluential") is True)


def _paper(fields: Fields) -> Paper | None:
    title = text_in(fields, "title")
    if not title:
        return None
    names, pdf = (
        fields_in(fields, "externalIds"),
        text_in(fields_in(fields, "openAccessPdf"), "url"),
    )
    return Paper(
        title=title,
        authors=tuple(
            filter(None, (text_in(one, "name") for one in objects_in(fields, "authors")))
        ),
        year=count_in(fields, "year"),
        venue=text_in(fields, "venue"),
        dois=(text_in(names, "DOI"),),
        arxiv_id=text_in(names, "ArXiv"),
        s2_id=text_in(fields, "paperId") or None,
        citation_count=count_in(fields, "citationCount"),
        abstract=text_in(fields, "abstract"),
        pdf_urls=(pdf,) if pdf else (),
    )


def _author(fields: Fields) -> Author | None:
    name, number = text_in(fields, "name"), text_in(fields, "authorId")
    if not name or not number:
        return None
    return Author(
        name=name,
        id=AuthorId("s2", number),
        affiliations=tuple(texts_in(fields, "affiliations")),
        paper_count=count_in(fields, "paperCount"),
        citation_count=count_in(fields, "citationCount"),
        h_index=count_in(fields, "hIndex"),
        orcid=orcid_of(text_in(fields_in(fields, "externalIds"), "ORCID")),
    )
