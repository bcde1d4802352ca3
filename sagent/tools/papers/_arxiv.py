import re
from collections.abc import Mapping
from typing import Literal
from xml.etree import ElementTree as ET

import attrs

from sagent.lib.json import JSON
from sagent.tools._refusal import Refusal
from sagent.tools.papers._fields import plain
from sagent.tools.papers._paper import Paper
from sagent.tools.papers._paper_id import PaperId, paper_id_of
from sagent.tools.papers._service import Filter, Listing, Lookup, Page, Request

_ATOM = "{http://www.w3.org/2005/Atom}"
_OWN = "{http://arxiv.org/schemas/atom}"
_OPEN_SEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"
_PAGE_ITEMS = 200
_WORDS = re.compile(r'"([^"]+)"|(\S+)')
_NO_SYNTAX = re.compile(r"[^\w\s.+*/-]|\b(?:AND|OR|ANDNOT)\b")
_WITHDRAWN = re.compile(
    r"\A\W*withdrawn\b|\b(?:paper|article|submission|manuscript|work|preprint)\s+"
    r"(?:has\s+been|is|was|will\s+be)\s+withdrawn\b",
    re.IGNORECASE,
)


@attrs.frozen(kw_only=True)
class Arxiv:
    """The API of arXiv, which answers in Atom: https://info.arxiv.org/help/api/user-manual.html.

    Attributes:
        base_url: where it is.
        pdf_base_url: where the papers themselves are.
        pace_s: its terms of use ask for three seconds between two requests.
        source: the service's word in a call.
        name: the service's for people.
        secrets: what of its requests nobody is to see.
        speaks_json: whether its answers are JSON.
    """

    base_url: str = "https://export.arxiv.org/api"
    pdf_base_url: str = "https://arxiv.org/pdf"
    pace_s: float = 3.0

    source: Literal["arxiv"] = attrs.field(default="arxiv", init=False)
    name: str = attrs.field(default="arXiv", init=False)
    secrets: tuple[str, ...] = attrs.field(default=(), init=False)
    speaks_json: bool = attrs.field(default=False, init=False)

    @property
    def headers(self) -> Mapping[str, str]:
        """Nothing."""
        return {}

    def paper(self, wanted: PaperId) -> Lookup[Paper] | None:
        """Ask for one paper, by its arXiv id."""
        if wanted.kind != "arxiv":
            return None
        return Lookup(
            Request(path="query", query={"id_list": wanted.value, "max_results": 1}),
            lambda answer: next(iter(self._page(answer, 0).items), None),
        )

    def search(self, text: str, wanted: Filter, most: int) -> Listing[Paper]:
        """Ask for papers that hold all words of *text*, and its quoted phrases."""
        items = min(most, _PAGE_ITEMS)

        def request(offset: int) -> Request:
            query = {"search_query": _query(text, wanted), "sortBy": "relevance"}
            return Request(path="query", query={**query, "start": offset, "max_results": items})

        return Listing(request, lambda answer: self._page(answer, items))

    def pdf_url(self, arxiv_id: str) -> str:
        """Give the address of a paper, of the version that is named or of the newest."""
        return f"{self.pdf_base_url.rstrip('/')}/{arxiv_id}"

    def _page(self, answer: JSON, items: int) -> Page[Paper]:
        feed = _feed(answer, self.name)
        entries = feed.findall(f"{_ATOM}entry")
        total = _number(feed, f"{_OPEN_SEARCH}totalResults")
        following = (_number(feed, f"{_OPEN_SEARCH}startIndex") or 0) + items
        more = 0 < items <= len(entries) and total is not None and following < total
        return Page(
            items=[paper for entry in entries if (paper := self._paper(entry))],
            total=total,
            next_offset=following if more else None,
        )

    def _paper(self, entry: ET.Element) -> Paper | None:
        found = paper_id_of(_text(entry, f"{_ATOM}id"))
        title = _text(entry, f"{_ATOM}title")
        if not title or found is None or found.kind != "arxiv":
            return None
        names = (_text(one, f"{_ATOM}name") for one in entry.findall(f"{_ATOM}author"))
        about = (_text(entry, f"{_OWN}comment"), _text(entry, f"{_ATOM}summary"))
        withdrawn = any(map(_WITHDRAWN.search, about))
        year = _text(entry, f"{_ATOM}published")[:4]
        return Paper(
            title=title,
            authors=tuple(filter(None, names)),
            year=int(year) if re.fullmatch("[0-9]{4}", year) else None,
            venue=_text(entry, f"{_OWN}journal_ref") or "arXiv",
            # Some papers name two, with a blank between them.
            dois=tuple(_text(entry, f"{_OWN}doi").split()),
            arxiv_id=found.value,
            abstract=about[1],
            pdf_urls=() if withdrawn else (self.pdf_url(found.value),),
            notice="withdrawn" if withdrawn else "",
        )


def _feed(answer: JSON, service: str) -> ET.Element:
    """Read an Atom feed.

    Raises:
        Refusal: it is none, or tells of an error.
    """
    # A feed declares no document type, and without one there is no entity to blow it up.
    if not isinstance(answer, str) or "<!DOCTYPE" in answer:
        raise Refusal(f"{service} sent an answer that is no Atom feed")
    try:
        feed = ET.fromstring(answer)  # noqa: S314  # as said above
    except (ET.ParseError, ValueError) as error:  # a lone surrogate is a ValueError
        raise Refusal(f"{service} sent an answer that is no Atom feed") from error
    if feed.tag != f"{_ATOM}feed":
        raise Refusal(f"{service} sent an answer that is no Atom feed")
    for entry in feed.findall(f"{_ATOM}entry"):
        if "/api/errors" in _text(entry, f"{_ATOM}id"):
            raise Refusal(f"{service} refuses: {_text(entry, f'{_ATOM}summary')[:200]}")
    return feed


def _query(text: str, wanted: Filter) -> str:
    words = [
        f'all:"{bare}"' if " " in bare else f"all:{bare}"
        for phrase, word in _WORDS.findall(text)
        if (bare := " ".join(_NO_SYNTAX.sub(" ", phrase or word).split()))
    ]
    first, last = wanted.year_from, wanted.year_to
    if first is not None or last is not None:
        span = f"{first or 1900:04}01010000 TO {9999 if last is None else last:04}12312359"
        words.append(f"submittedDate:[{span}]")
    return " AND ".join(words)


def _text(element: ET.Element, tag: str) -> str:
    return plain(element.findtext(tag) or "")


def _number(element: ET.Element, tag: str) -> int | None:
    text = _text(element, tag)
    return int(text) if re.fullmatch("[0-9]{1,9}", text) else None
