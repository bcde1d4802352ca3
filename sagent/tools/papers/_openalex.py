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
    counts_in,
    fields_in,
    object_of,
    objects_in,
    plain,
    text_in,
)
from sagent.tools.papers._paper import Paper
from sagent.tools.papers._paper_id import PaperId, paper_id_of, without_version
from sagent.tools.papers._service import Filter, Listing, Lookup, Page, Request

_WORK = (
    "id,doi,display_name,publication_year,authorships,primary_location,best_oa_location,locations,"
    "cited_by_count,abstract_inverted_index,is_retracted"
)
_PAGE_ITEMS = 100
_MOST_WORDS = 20_000
"""What is longer is no abstract, or wants to fill our memory."""


@attrs.frozen(kw_only=True)
class OpenAlex:
    """The API of OpenAlex: https://developers.openalex.org/api-reference.

    Attributes:
        base_url: where it is.
        key: makes the daily allowance ten times as large; looking single things up is free.
        email: who asks; OpenAlex has no use for it any more where there is a key.
        pace_s: how long it is left alone after a request.
        source: the service's word in a call.
        name: the service's for people.
        speaks_json: whether its answers are JSON.
    """

    base_url: str = "https://api.openalex.org"
    key: str | None = attrs.field(default=None, repr=False)
    email: str | None = None
    pace_s: float = 0.1

    source: Literal["openalex"] = attrs.field(default="openalex", init=False)
    name: str = attrs.field(default="OpenAlex", init=False)
    speaks_json: bool = attrs.field(default=True, init=False)

    @property
    def headers(self) -> Mapping[str, str]:
        """Nothing: the key goes into the query."""
        return {}

    @property
    def secrets(self) -> tuple[str, ...]:
        """The key, if there is one."""
        return (self.key,) if self.key else ()

    def paper(self, wanted: PaperId) -> Lookup[Paper] | None:
        """Ask for one paper, by any id but Semantic Scholar's."""
        name = _work_name(wanted)
        if name is None:
            return None
        return self._lookup(f"works/{name}", {"select": _WORK}, _paper)

    def search(self, text: str, wanted: Filter, most: int) -> Listing[Paper]:
        """Ask for papers about *text*."""
        return self._papers({"search": text}, _filters(wanted), most)

    def related(
        self, paper: Paper, relation: Relation, wanted: Filter, most: int
    ) -> Listing[Paper] | None:
        """Ask for the papers around *paper*, the most cited first."""
        if not paper.openalex_id or wanted.influential_only:
            return None
        name = "cited_by" if relation == "references" else "cites"
        return self._papers(
            {"sort": "cited_by_count:desc"},
            [f"{name}:{paper.openalex_id}", *_filters(wanted)],
            most,
        )

    def author(self, wanted: AuthorId) -> Lookup[Author] | None:
        """Ask for one author, by OpenAlex's id or by ORCID."""
        names = {"openalex": "", "orcid": "orcid:"}
        if wanted.kind not in names:
            return None
        return self._lookup(f"authors/{names[wanted.kind]}{wanted.value}", {}, _author)

    def authors(self, name: str, most: int) -> Listing[Author]:
        """Ask for the authors of a name."""
        return self._listing("authors", {"search": name}, _author, most)

    def papers_of(self, author: AuthorId, wanted: Filter, most: int) -> Listing[Paper] | None:
        """Ask for what an author wrote, the newest first."""
        names = {"openalex": "author.id", "orcid": "author.orcid"}
        if author.kind not in names:
            return None
        by = f"{names[author.kind]}:{author.value}"
        return self._papers({"sort": "publication_date:desc"}, [by, *_filters(wanted)], most)

    def _lookup[T](
        self, path: str, query: Mapping[str, str], read: Callable[[Fields], T | None]
    ) -> Lookup[T]:
        return Lookup(
            Request(path=path, query=self._query(query)),
            lambda answer: read(object_of(answer, self.name)),
        )

    def _papers(self, query: Mapping[str, str], filters: list[str], most: int) -> Listing[Paper]:
        chosen = {"filter": ",".join(filters)} if filters else {}
        return self._listing("works", {**query, **chosen, "select": _WORK}, _paper, most)

    def _listing[T](
        self, path: str, query: Mapping[str, str], read: Callable[[Fields], T | None], most: int
    ) -> Listing[T]:
        items = min(most, _PAGE_ITEMS)

        def request(offset: int) -> Request:
            place: dict[str, str | int] = {"per_page": items, "page": offset // items + 1}
            return Request(path=path, query=self._query({**query, **place}))

        return Listing(request, lambda answer: self._page(answer, read, items))

    def _page[T](self, answer: JSON, read: Callable[[Fields], T | None], items: int) -> Page[T]:
        fields = object_of(answer, self.name)
        works, meta = objects_in(fields, "results"), fields_in(fields, "meta")
        total = count_in(meta, "count")
        following = (count_in(meta, "page") or 1) * items
        more = len(works) >= items and total is not None and following < total
        return Page(
            items=[item for work in works if (item := read(work))],
            total=total,
            next_offset=following if more else None,
        )

    def _query(self, query: Mapping[str, str | int]) -> Mapping[str, str | int]:
        who = {"api_key": self.key, "mailto": self.email}
        return {**query, **{name: value for name, value in who.items() if value}}


def _work_name(wanted: PaperId) -> str | None:
    if wanted.kind == "arxiv":
        return f"doi:10.48550/arxiv.{without_version(wanted.value)}"
    names = {"doi": "doi:", "openalex": ""}
    return quote(names[wanted.kind] + wanted.value, safe=":/") if wanted.kind in names else None


def _filters(wanted: Filter) -> list[str]:
    filters: list[str] = []
    if wanted.year_from is not None:
        filters.append(f"from_publication_date:{wanted.year_from:04}-01-01")
    if wanted.year_to is not None:
        filters.append(f"to_publication_date:{wanted.year_to:04}-12-31")
    if wanted.open_access_only:
        filters.append("open_access.is_oa:true")
    return filters


def _paper(work: Fields) -> Paper | None:
    title = text_in(work, "display_name") or text_in(work, "title")
    if not title:
        return None
    places = [fields_in(work, "best_oa_location"), *objects_in(work, "locations")]
    urls = [text_in(work, "doi"), *(text_in(at, "landing_page_url") for at in places)]
    return Paper(
        title=title,
        authors=_authors(work),
        year=count_in(work, "publication_year"),
        venue=text_in(fields_in(fields_in(work, "primary_location"), "source"), "display_name"),
        dois=(text_in(work, "doi"),),
        arxiv_id=_arxiv_id(urls),
        openalex_id=_openalex_id(text_in(work, "id")),
        citation_count=count_in(work, "cited_by_count"),
        abstract=_abstract(fields_in(work, "abstract_inverted_index")),
        pdf_urls=tuple(dict.fromkeys(filter(None, (text_in(at, "pdf_url") for at in places)))),
        notice="retracted" if work.get("is_retracted") is True else "",
    )


def _authors(work: Fields) -> tuple[str, ...]:
    names = (
        text_in(fields_in(one, "author"), "display_name") or text_in(one, "raw_author_name")
        for one in objects_in(work, "authorships")
    )
    return tuple(filter(None, names))


def _arxiv_id(urls: list[str]) -> str | None:
    ids = (paper_id_of(url) for url in urls)
    return next((found.value for found in ids if found and found.kind == "arxiv"), None)


def _openalex_id(url: str) -> str | None:
    found = paper_id_of(url)
    return found.value if found and found.kind == "openalex" else None


def _abstract(index: Fields) -> str:
    """Put the words of an abstract back in their order: each is listed with its places."""
    words = {place: word for word in index for place in counts_in(index, word)}
    return plain(" ".join(words[place] for place in sorted(words)[:_MOST_WORDS]))


def _author(fields: Fields) -> Author | None:
    name, number = text_in(fields, "display_name"), text_in(fields, "id").rpartition("/")[2]
    if not name or not number:
        return None
    places = objects_in(fields, "last_known_institutions")
    return Author(
        name=name,
        id=AuthorId("openalex", number),
        affiliations=tuple(filter(None, (text_in(one, "display_name") for one in places))),
        paper_count=count_in(fields, "works_count"),
        citation_count=count_in(fields, "cited_by_count"),
        h_index=count_in(fields_in(fields, "summary_stats"), "h_index"),
        orcid=orcid_of(text_in(fields, "orcid")),
    )
