import re
from typing import Literal
from urllib.parse import unquote

import attrs

from sagent.tools._refusal import Refusal

type IdKind = Literal["doi", "arxiv", "s2", "corpus", "openalex"]

# DOI Handbook, 2.2: a prefix 10.NNNN, a slash, and whatever the registrant chose.
_DOI = re.compile(r"10\.\d{4,9}(?:\.\d+)*/[^\s\"]+", re.IGNORECASE)
_BRACKETS = {")": "(", ">": "<", "]": "["}
_MOST_CHARS = 2000
"""What is longer is no name of a paper, and would take long to look at."""
# https://info.arxiv.org/help/arxiv_identifier.html
_ARXIV = re.compile(
    r"(\d{4}\.\d{4,5}|[a-z]+(?:-[a-z]+)?(?:\.[a-z]{2})?/\d{7})(v[1-9]\d{0,3})?", re.IGNORECASE
)
_ARXIV_DOI = re.compile(r"10\.48550/arxiv\.(.+)", re.IGNORECASE)
_URL = re.compile(
    r"(?:https?://)?(?:www\.|dx\.|export\.|api\.)?([a-z0-9.-]+\.[a-z]{2,})/(.*)", re.IGNORECASE
)
_PREFIXES: dict[str, IdKind] = {
    "doi": "doi",
    "arxiv": "arxiv",
    "s2": "s2",
    "corpusid": "corpus",
    "openalex": "openalex",
}
_SHAPES: dict[IdKind, re.Pattern[str]] = {
    "s2": re.compile(r"[0-9a-f]{40}", re.IGNORECASE),
    "corpus": re.compile(r"\d{1,18}"),
    "openalex": re.compile(r"W\d{1,18}", re.IGNORECASE),
}
# What the addresses of publishers put behind a DOI; bioRxiv's also name a version.
_VIEW = re.compile(r"(?:/(?:pdf|epdf|full|abstract|meta)|(?:\.full)?(?:\.pdf)?)$")
_BIORXIV_VERSION = re.compile(r"(?<=\d)v\d+$")


@attrs.frozen
class PaperId:
    """A paper's name at one of the services, in the one spelling that we use for it.

    Attributes:
        kind: whose name it is; ``corpus`` is Semantic Scholar's number.
        value: a DOI in lower case; an arXiv id, with its version if one was given.
    """

    kind: IdKind
    value: str

    @property
    def names_version(self) -> bool:
        """Whether it stands for one version of a paper on arXiv."""
        return self.kind == "arxiv" and self.value != without_version(self.value)

    def __str__(self) -> str:
        return f"{_LABELS[self.kind]}:{self.value}"


_ARXIV_PAGES = frozenset({"abs", "pdf", "html", "format", "ps"})
_LABELS: dict[IdKind, str] = {
    "doi": "doi",
    "arxiv": "arXiv",
    "s2": "s2",
    "corpus": "CorpusId",
    "openalex": "openalex",
}


def paper_id(text: str) -> PaperId:
    """Read a DOI, an arXiv, Semantic Scholar or OpenAlex id, or a URL that holds one.

    Raises:
        Refusal: it is none of these.
    """
    found = paper_id_of(text)
    if found is None:
        raise Refusal(
            f"{text.strip()[:80]!r} is no paper's id: give a DOI, an arXiv id, a Semantic "
            "Scholar id, an OpenAlex id (W...), or a URL of one; PaperSearch finds them"
        )
    return found


def paper_id_of(text: str) -> PaperId | None:
    """Read an id as `paper_id` does; None if it is none."""
    text = text.strip()
    return _prefixed(text) or _bare(text) or _of_url(text)


def doi_of(text: str) -> str | None:
    """Give the DOI that *text* holds, in lower case and without what precedes it."""
    found = _DOI.search(text) if len(text) <= _MOST_CHARS else None
    if found is None:
        return None
    doi = found[0].lower().rstrip(".,;")
    # A bracket that opens before the DOI is none of it; others are, as in <1::AID-X>.
    while (opening := _BRACKETS.get(doi[-1])) and doi.count(doi[-1]) > doi.count(opening):
        doi = doi[:-1]
    return None if doi.endswith("/") else doi


def arxiv_of(text: str) -> str | None:
    """Give the arXiv id that *text* is, in lower case, with its version if it has one."""
    found = _ARXIV.fullmatch(text)
    if found is None:
        return None
    # The old ones may name a subject class, which changes nothing: math.GT/0309136.
    number = re.sub(r"\.[a-z]{2}(?=/)", "", found[1].lower())
    return number + (found[2] or "").lower()


def arxiv_of_doi(doi: str) -> str | None:
    """Give the arXiv id under a DOI that arXiv itself gave out."""
    found = _ARXIV_DOI.fullmatch(doi)
    return arxiv_of(found[1]) if found else None


def without_version(arxiv_id: str) -> str:
    """Give the arXiv id of all versions of *arxiv_id*."""
    return re.sub(r"v\d+$", "", arxiv_id)


def _prefixed(text: str) -> PaperId | None:
    prefix, colon, rest = text.partition(":")
    kind = _PREFIXES.get(prefix.strip().lower()) if colon else None
    return _of_kind(kind, rest.strip()) if kind else None


def _bare(text: str) -> PaperId | None:
    kinds: tuple[IdKind, ...] = ("arxiv", "s2", "openalex")
    found = next((found for kind in kinds if (found := _of_kind(kind, text))), None)
    return found or (_of_kind("doi", text) if text.startswith("10.") else None)


def _of_kind(kind: IdKind, text: str) -> PaperId | None:
    if kind == "doi":
        doi = doi_of(text)
        arxiv = arxiv_of_doi(doi) if doi else None
        if arxiv:
            return PaperId("arxiv", arxiv)
        return PaperId("doi", doi) if doi else None
    if kind == "arxiv":
        arxiv = arxiv_of(text)
        return PaperId("arxiv", arxiv) if arxiv else None
    if not _SHAPES[kind].fullmatch(text):
        return None
    return PaperId(kind, text.upper() if kind == "openalex" else text.lower())


def _of_url(text: str) -> PaperId | None:
    url = _URL.fullmatch(text)
    if url is None:
        return None
    host, path = url[1].lower(), unquote(url[2].split("?")[0].split("#")[0]).strip("/")
    last = path.rpartition("/")[2]
    if host == "arxiv.org":
        kind, _, rest = path.partition("/")
        return _of_kind("arxiv", rest.removesuffix(".pdf")) if kind in _ARXIV_PAGES else None
    if host == "semanticscholar.org":
        return _of_kind("s2", last) or _prefixed(last)
    if host == "openalex.org":
        return _of_kind("openalex", last)
    doi = doi_of(path)
    if doi is None:
        return None
    if host != "doi.org":
        doi = _VIEW.sub("", doi)
    if doi.startswith("10.1101/"):
        doi = _BIORXIV_VERSION.sub("", doi)
    return _of_kind("doi", doi)
