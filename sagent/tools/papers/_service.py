"""What the services have in common: questions and answers as values, with nothing that waits."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import attrs

from sagent.lib.json import JSON
from sagent.tools.papers._author import Author, AuthorId
from sagent.tools.papers._choices import Relation
from sagent.tools.papers._paper import Paper, Source
from sagent.tools.papers._paper_id import PaperId


@attrs.frozen(kw_only=True)
class Request:
    """A GET request for *path* under the service's address."""

    path: str
    query: Mapping[str, str | int]


@attrs.frozen(kw_only=True)
class Filter:
    """Which papers are wanted; both years count."""

    year_from: int | None = None
    year_to: int | None = None
    open_access_only: bool = False
    influential_only: bool = False

    def passes(self, paper: Paper) -> bool:
        """Tell whether *paper* is wanted; one of unknown year is no paper of those years.

        What is open, the services know better than we can tell by a paper.
        """
        return self._in_time(paper.year) and (paper.influential or not self.influential_only)

    def _in_time(self, year: int | None) -> bool:
        if self.year_from is None and self.year_to is None:
            return True
        first, last = self.year_from or 0, self.year_to
        return year is not None and first <= year and (last is None or year <= last)


@attrs.frozen(kw_only=True)
class Page[T]:
    """A piece of a long answer.

    Attributes:
        total: how many there are in all, if the service says so.
        next_offset: where the next page begins; None after the last one.
    """

    items: Sequence[T]
    total: int | None = None
    next_offset: int | None = None


@attrs.frozen
class Listing[T]:
    """A long answer, which is asked for page by page.

    Attributes:
        request: makes the request for a page that begins at an offset.
        read: reads a page; raises `Refusal` for one that is not of the service's form.
    """

    request: Callable[[int], Request]
    read: Callable[[JSON], Page[T]]


@attrs.frozen
class Lookup[T]:
    """A question for one thing.

    Attributes:
        read: reads the answer; None if it tells of no such thing.
    """

    request: Request
    read: Callable[[JSON], T | None]


class Service(Protocol):
    """Where papers are looked up and searched for."""

    @property
    def source(self) -> Source:
        """The short name."""
        ...

    @property
    def name(self) -> str:
        """What people call it."""
        ...

    @property
    def base_url(self) -> str:
        """What the paths of its requests begin with."""
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """What goes along with each request; may hold a key."""
        ...

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no message may hold, beside what is in the headers."""
        ...

    @property
    def pace_s(self) -> float:
        """How long it wants to be left alone after a request."""
        ...

    @property
    def speaks_json(self) -> bool:
        """Whether its answers are JSON; else they are handed on as text."""
        ...

    def paper(self, wanted: PaperId) -> Lookup[Paper] | None:
        """Ask for one paper; None if the service does not go by such names."""
        ...

    def search(self, text: str, wanted: Filter, most: int) -> Listing[Paper]:
        """Ask for *most* papers about *text*; there may be unwanted ones among them."""
        ...


class Graph(Service, Protocol):
    """A service that also knows who cites whom, and who wrote what."""

    def related(
        self, paper: Paper, relation: Relation, wanted: Filter, most: int
    ) -> Listing[Paper] | None:
        """Ask for the papers around *paper*; None if the service cannot tell."""
        ...

    def author(self, wanted: AuthorId) -> Lookup[Author] | None:
        """Ask for one author; None if the service does not go by such names."""
        ...

    def authors(self, name: str, most: int) -> Listing[Author]:
        """Ask for the authors of a name."""
        ...

    def papers_of(self, author: AuthorId, wanted: Filter, most: int) -> Listing[Paper] | None:
        """Ask for what an author wrote; None if the service does not go by such names."""
        ...
