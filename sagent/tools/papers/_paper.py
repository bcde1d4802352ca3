import unicodedata
from typing import Literal, get_args

import attrs

from sagent.tools.papers._paper_id import (
    PaperId,
    arxiv_of,
    arxiv_of_doi,
    doi_of,
    without_version,
)

type Source = Literal["s2", "openalex", "arxiv"]
"""A service that papers come from."""

SOURCES: tuple[Source, ...] = get_args(Source.__value__)
"""The services, the one whose account of a paper we prefer first."""

_PREPRINTS = (
    "10.48550/",
    "10.1101/",
    "10.21203/",
    "10.2139/",
    "10.20944/",
    "10.26434/",
    "10.31234/",
)
"""Who gives DOIs to preprints.

arXiv, bioRxiv, Research Square, SSRN, Preprints.org, ChemRxiv and PsyArXiv.
"""


def _dois(given: tuple[str, ...]) -> tuple[str, ...]:
    known = {doi for text in given if (doi := doi_of(text)) and not arxiv_of_doi(doi)}
    return tuple(sorted(known, key=lambda doi: (doi.startswith(_PREPRINTS), doi)))


def _arxiv_id(given: str | None) -> str | None:
    found = arxiv_of(given) if given else None
    return without_version(found) if found else None


@attrs.frozen(kw_only=True)
class Paper:
    """What is known of a paper.

    Attributes:
        year: of publication, or of the preprint.
        dois: in lower case, a publisher's before a preprint server's; arXiv's own are not among
            them, for they say no more than `arxiv_id`.
        arxiv_id: without a version.
        s2_id: 40 hexadecimal digits.
        openalex_id: ``W`` and a number.
        pdf_urls: where it may be had for nothing, the likeliest first.
        notice: ``withdrawn`` or ``retracted``, if it is.
        influential: whether the citation that led here mattered to the paper that cites.
        ranks: for each service that knows it, its place in that service's answer, from 1.
    """

    title: str
    authors: tuple[str, ...] = ()
    year: int | None = None
    venue: str = ""
    dois: tuple[str, ...] = attrs.field(default=(), converter=_dois)
    arxiv_id: str | None = attrs.field(default=None, converter=_arxiv_id)
    s2_id: str | None = None
    openalex_id: str | None = None
    citation_count: int | None = None
    abstract: str = ""
    pdf_urls: tuple[str, ...] = ()
    notice: str = ""
    influential: bool = False
    ranks: tuple[tuple[Source, int], ...] = ()

    @property
    def doi(self) -> str | None:
        """The DOI that it is cited by."""
        return self.dois[0] if self.dois else None

    @property
    def published_dois(self) -> frozenset[str]:
        """Its DOIs that are no preprint's."""
        return frozenset(doi for doi in self.dois if not doi.startswith(_PREPRINTS))

    @property
    def sources(self) -> tuple[Source, ...]:
        """The services that know it."""
        return tuple(source for source, _ in self.ranks)

    @property
    def ids(self) -> tuple[PaperId, ...]:
        """All of its names."""
        ids = [PaperId("doi", doi) for doi in self.dois]
        if self.arxiv_id:
            ids.append(PaperId("arxiv", self.arxiv_id))
        if self.s2_id:
            ids.append(PaperId("s2", self.s2_id))
        if self.openalex_id:
            ids.append(PaperId("openalex", self.openalex_id))
        return tuple(ids)

    @property
    def title_key(self) -> tuple[str, int, str] | None:
        """Title, year and first author's surname, as different services spell them alike."""
        if self.year is None or not self.authors:
            return None
        title, surname = _letters(self.title), _letters(_surname(self.authors[0]))
        return (title, self.year, surname) if title and surname else None


def _letters(text: str) -> str:
    spelled = unicodedata.normalize("NFKD", text).casefold()
    return "".join(char for char in spelled if char.isalnum())


def _surname(name: str) -> str:
    family, comma, _ = name.partition(",")
    return family if comma else (name.split() or [""])[-1]
