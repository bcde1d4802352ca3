import re
from typing import Literal

import attrs

from sagent.tools._refusal import Refusal

type AuthorKind = Literal["s2", "openalex", "orcid"]

_SHAPES: dict[AuthorKind, re.Pattern[str]] = {
    "orcid": re.compile(
        r"(?:(?:https?://)?orcid\.org/|orcid:)?(\d{4}-\d{4}-\d{4}-\d{3}[\dX])", re.IGNORECASE
    ),
    "openalex": re.compile(
        r"(?:openalex:|(?:https?://)?(?:api\.)?openalex\.org/(?:authors/)?)?(A\d{1,18})",
        re.IGNORECASE,
    ),
    "s2": re.compile(
        r"(?:s2:|(?:https?://)?(?:www\.)?semanticscholar\.org/author/(?:[^/]+/)?)?(\d{1,18})",
        re.IGNORECASE,
    ),
}


@attrs.frozen
class AuthorId:
    """An author's name at one of the services."""

    kind: AuthorKind
    value: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.value}"


@attrs.frozen(kw_only=True)
class Author:
    """What a service knows of somebody who writes papers."""

    name: str
    id: AuthorId
    affiliations: tuple[str, ...] = ()
    paper_count: int | None = None
    citation_count: int | None = None
    h_index: int | None = None
    orcid: str | None = None


def author_id(text: str) -> AuthorId:
    """Read an author's id at Semantic Scholar or OpenAlex, an ORCID, or a URL that holds one.

    Raises:
        Refusal: it is none of these.
    """
    text = text.strip().rstrip("/")
    for kind, shape in _SHAPES.items():
        if found := shape.fullmatch(text):
            return AuthorId(kind, found[1].upper())
    raise Refusal(
        f"{text[:80]!r} is no author's id: give the number of Semantic Scholar, an OpenAlex id "
        "(A...) or an ORCID; query finds them by name"
    )


def orcid_of(text: str) -> str | None:
    """Give the ORCID that *text* is or is a URL of."""
    found = _SHAPES["orcid"].fullmatch(text)
    return found[1].upper() if found else None
