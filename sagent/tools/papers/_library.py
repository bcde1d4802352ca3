import os
from collections.abc import Callable, Sequence
from typing import Self

import attrs

from sagent.tools._refusal import Refusal
from sagent.tools.papers._arxiv import Arxiv
from sagent.tools.papers._author import Author, AuthorId
from sagent.tools.papers._choices import Choice, Relation
from sagent.tools.papers._inquiry import Asker, Harvest, Question, check_answered, notes_of
from sagent.tools.papers._merge import joined, ranked
from sagent.tools.papers._openalex import OpenAlex
from sagent.tools.papers._paper import Paper
from sagent.tools.papers._paper_id import PaperId
from sagent.tools.papers._semantic_scholar import SemanticScholar
from sagent.tools.papers._service import Filter, Graph, Listing, Lookup, Service
from sagent.tools.web import AddressPolicy


def _any(_: object) -> bool:
    return True


@attrs.frozen
class Known:
    """A paper as the services know it, and what kept some of them from telling."""

    paper: Paper
    notes: list[str]


@attrs.define(eq=False, kw_only=True)
class Library:
    """The services that know papers, each of which keeps its pace over all calls of a tool.

    Attributes:
        semantic_scholar: the service that tells which citations are influential.
        openalex: the service that knows most papers.
        arxiv: the service that has the papers themselves.
        addresses: which hosts a paper may be loaded from.
    """

    semantic_scholar: SemanticScholar = attrs.field(factory=SemanticScholar)
    openalex: OpenAlex = attrs.field(factory=OpenAlex)
    arxiv: Arxiv = attrs.field(factory=Arxiv)
    addresses: AddressPolicy = attrs.field(factory=AddressPolicy)
    _asker: Asker | None = attrs.field(default=None, init=False, repr=False)

    @classmethod
    def from_env(cls) -> Self:
        """Take the keys that the environment holds, if it does.

        They are ``SEMANTIC_SCHOLAR_API_KEY``, ``OPENALEX_API_KEY`` and ``OPENALEX_EMAIL``.
        """
        get = os.environ.get
        return cls(
            semantic_scholar=SemanticScholar(key=get("SEMANTIC_SCHOLAR_API_KEY")),
            openalex=OpenAlex(key=get("OPENALEX_API_KEY"), email=get("OPENALEX_EMAIL")),
        )

    @property
    def services(self) -> tuple[Service, ...]:
        """All of them."""
        return (self.semantic_scholar, self.openalex, self.arxiv)

    @property
    def graphs(self) -> tuple[Graph, ...]:
        """Those that know citations and authors."""
        return (self.semantic_scholar, self.openalex)

    async def search(
        self, text: str, choice: Choice, wanted: Filter, *, most: int, deadline: float
    ) -> list[Harvest[Paper]]:
        """Search for papers about *text*.

        Raises:
            Refusal: no service answered.
        """
        questions = [
            Question(service, service.search(text, wanted, most), wanted.passes)
            for service in self.services
            if choice in {"fused", service.source}
        ]
        return await self._answers(questions, most=most, deadline=deadline)

    async def paper(self, wanted: PaperId, *, deadline: float) -> Known:
        """Look up one paper: by the id that is given, then by those that are found.

        Raises:
            Refusal: no service knows it.
        """
        harvests = await self._look_up(lambda service: service.paper(wanted), deadline)
        check_answered(harvests)
        accounts = _accounts(harvests)
        if not accounts:
            told = "".join(f" {note}." for note in notes_of(harvests))
            raise Refusal(f"No service knows {wanted}: check it, or use PaperSearch.{told}")
        names = [name for name in joined(accounts).ids if name != wanted]
        told_by = [one.service.source for one in harvests if one.items or one.fault]

        def lookup(service: Service) -> Lookup[Paper] | None:
            if service.source in told_by:
                return None
            return next(filter(None, map(service.paper, names)), None)

        harvests += await self._look_up(lookup, deadline)
        return Known(joined(_accounts(harvests)), notes_of(harvests))

    async def related(
        self, paper: Paper, relation: Relation, wanted: Filter, *, most: int, deadline: float
    ) -> list[Harvest[Paper]]:
        """Ask for those that *paper* cites, or that cite it; an empty list if none can tell.

        Raises:
            Refusal: no service answered.
        """
        return await self._listed(
            lambda graph: graph.related(paper, relation, wanted, most), wanted, most, deadline
        )

    async def authors(self, name: str, *, most: int, deadline: float) -> list[Harvest[Author]]:
        """Search for the authors of a *name*.

        Raises:
            Refusal: no service answered.
        """
        questions = [Question(graph, graph.authors(name, most), _any) for graph in self.graphs]
        return await self._answers(questions, most=most, deadline=deadline)

    async def author(self, wanted: AuthorId, *, deadline: float) -> Author:
        """Look up one author.

        Raises:
            Refusal: no service answered, or none knows such an author.
        """
        questions = [
            Question(graph, lookup, _any)
            for graph in self.graphs
            if (lookup := graph.author(wanted)) is not None
        ]
        harvests = await self._answers(questions, most=1, deadline=deadline)
        for harvest in harvests:
            if harvest.items:
                return harvest.items[0]
        raise Refusal(f"No author has the id {wanted}: query finds them by name")

    async def papers_of(
        self, author: AuthorId, wanted: Filter, *, most: int, deadline: float
    ) -> list[Harvest[Paper]]:
        """Ask for what an author wrote.

        Raises:
            Refusal: no service answered.
        """
        return await self._listed(
            lambda graph: graph.papers_of(author, wanted, most), wanted, most, deadline
        )

    def _apis(self) -> Asker:
        if self._asker is None:
            from sagent.tools.papers._apis import Apis  # noqa: PLC0415  # httpx takes long to load, and few agents ask

            self._asker = Apis()
        return self._asker

    async def _listed(
        self,
        listing_by: Callable[[Graph], Listing[Paper] | None],
        wanted: Filter,
        most: int,
        deadline: float,
    ) -> list[Harvest[Paper]]:
        questions = [
            Question(graph, listing, wanted.passes)
            for graph in self.graphs
            if (listing := listing_by(graph)) is not None
        ]
        return await self._answers(questions, most=most, deadline=deadline)

    async def _answers[T](
        self, questions: Sequence[Question[T]], *, most: int, deadline: float
    ) -> list[Harvest[T]]:
        harvests = await self._apis().ask(questions, most=most, deadline=deadline)
        check_answered(harvests)
        return harvests

    async def _look_up(
        self, lookup_by: Callable[[Service], Lookup[Paper] | None], deadline: float
    ) -> list[Harvest[Paper]]:
        questions = [
            Question(service, lookup, _any)
            for service in self.services
            if (lookup := lookup_by(service)) is not None
        ]
        return await self._apis().ask(questions, most=1, deadline=deadline)


def _accounts(harvests: Sequence[Harvest[Paper]]) -> list[Paper]:
    return [paper for one in harvests for paper in ranked(one.items, one.service.source)]
