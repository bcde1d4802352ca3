"""One paper of what several services say of it.

Two accounts are of one paper if they share an identifier; failing that, if title, year and first
author are the same, and no two different publications are among the papers of that description.
What comes out does not depend on the order of what goes in.
"""

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence

import attrs

from sagent.tools.papers._paper import SOURCES, Paper, Source

_DAMPING = 60
"""From reciprocal rank fusion (Cormack, Clarke, Buettcher: SIGIR 2009)."""


def merged(papers: Iterable[Paper]) -> list[Paper]:
    """Make one paper of all accounts of it; the order says nothing."""
    before = sorted(papers, key=_preference)
    while True:
        # What a merged paper knows may show that it is yet another one.
        after = sorted(map(joined, _groups(before)), key=_preference)
        if len(after) == len(before):
            return after
        before = after


def fused(papers: Iterable[Paper]) -> list[Paper]:
    """Merge *papers*, and put first what stands high in the answers of many services."""
    return sorted(merged(papers), key=lambda paper: (-_score(paper), _preference(paper)))


def ranked(papers: Iterable[Paper], source: Source) -> list[Paper]:
    """Give *papers* the places that they have in the answer of *source*."""
    return [
        attrs.evolve(paper, ranks=((source, place),)) for place, paper in enumerate(papers, start=1)
    ]


def _score(paper: Paper) -> float:
    # fsum rounds once, whatever the order.
    return math.fsum(1 / (_DAMPING + place) for _, place in paper.ranks)


def _preference(paper: Paper) -> tuple[int, int, str]:
    source, place = paper.ranks[0] if paper.ranks else (SOURCES[-1], 0)
    return SOURCES.index(source), place, repr(paper)


@attrs.define
class _Parts:
    """Which of some papers are one, by their places: a forest whose roots stand for the parts."""

    _above: list[int]

    def root(self, place: int) -> int:
        while self._above[place] != place:
            self._above[place] = self._above[self._above[place]]
            place = self._above[place]
        return place

    def join(self, places: Sequence[int]) -> None:
        for place in places[1:]:
            self._above[self.root(place)] = self.root(places[0])


def _groups(papers: Sequence[Paper]) -> list[list[Paper]]:
    parts = _Parts(list(range(len(papers))))
    for places in _by_key((name, at) for at, paper in enumerate(papers) for name in paper.ids):
        parts.join(places)
    for places in _alike(papers, parts):
        parts.join(places)
    groups = _by_key((parts.root(at), at) for at in range(len(papers)))
    return [[papers[at] for at in places] for places in groups]


def _alike(papers: Sequence[Paper], parts: _Parts) -> list[list[int]]:
    """Give the places of papers of one description, unless they are different publications."""
    described = _by_key((paper.title_key, at) for at, paper in enumerate(papers) if paper.title_key)
    published = {parts.root(at) for at, paper in enumerate(papers) if paper.published_dois}
    return [
        places for places in described if len({parts.root(at) for at in places} & published) <= 1
    ]


def _by_key(pairs: Iterable[tuple[Hashable, int]]) -> list[list[int]]:
    places: defaultdict[Hashable, list[int]] = defaultdict(list)
    for key, place in pairs:
        places[key].append(place)
    return list(places.values())


def joined(group: Sequence[Paper]) -> Paper:
    """Make one paper of the accounts in *group*, of which there is at least one."""
    if len(group) == 1:
        return group[0]
    group = sorted(group, key=_preference)
    ranks: dict[Source, int] = {}
    for source, place in (rank for paper in group for rank in paper.ranks):
        ranks[source] = min(place, ranks.get(source, place))
    return Paper(
        title=_first(paper.title for paper in group) or "",
        authors=_first(paper.authors for paper in group) or (),
        year=_first(paper.year for paper in group),
        venue=_first(paper.venue for paper in group) or "",
        dois=tuple(doi for paper in group for doi in paper.dois),
        arxiv_id=_first(paper.arxiv_id for paper in group),
        s2_id=_first(paper.s2_id for paper in group),
        openalex_id=_first(paper.openalex_id for paper in group),
        citation_count=max(
            (paper.citation_count for paper in group if paper.citation_count is not None),
            default=None,
        ),
        abstract=max((paper.abstract for paper in group), key=len),
        pdf_urls=tuple(dict.fromkeys(url for paper in group for url in paper.pdf_urls)),
        notice=_first(paper.notice for paper in group) or "",
        influential=any(paper.influential for paper in group),
        ranks=tuple((source, ranks[source]) for source in SOURCES if source in ranks),
    )


def _first[T](values: Iterable[T]) -> T | None:
    return next((value for value in values if value), None)
