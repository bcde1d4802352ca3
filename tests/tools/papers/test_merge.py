"""Which accounts are of one paper, and what is made of them."""

from collections.abc import Sequence
from itertools import chain

import attrs
from hypothesis import given, settings
from hypothesis import strategies as st

from sagent.tools.papers._merge import fused, merged, ranked
from sagent.tools.papers._paper import SOURCES, Paper, Source

type Ranks = tuple[tuple[Source, int], ...]

S2: Ranks = (("s2", 1),)
OPENALEX: Ranks = (("openalex", 1),)
ARXIV: Ranks = (("arxiv", 1),)


def test_accounts_with_one_doi_are_one_paper_however_it_is_spelled() -> None:
    one = Paper(title="A study", dois=("10.1000/ABC",), ranks=S2)
    other = Paper(
        title="A Study.", dois=("https://doi.org/10.1000/abc",), year=2020, ranks=OPENALEX
    )

    (paper,) = merged([one, other])

    assert paper == Paper(title="A study", dois=("10.1000/abc",), year=2020, ranks=S2 + OPENALEX)


def test_versions_of_a_preprint_are_one_paper() -> None:
    one = Paper(title="A", arxiv_id="1706.03762v1", ranks=S2)
    other = Paper(title="B", dois=("10.48550/arXiv.1706.03762",), ranks=OPENALEX)
    third = Paper(title="C", arxiv_id="1706.03762", ranks=ARXIV)

    assert len(merged([one, attrs.evolve(other, arxiv_id="1706.03762v7"), third])) == 1


def test_title_year_and_first_author_are_enough_where_there_is_no_common_id() -> None:
    one = Paper(title="Über Lernen: I", authors=("José Müller",), year=2020, s2_id="a", ranks=S2)
    other = Paper(
        title="Uber lernen I",
        authors=("Muller, J.", "X"),
        year=2020,
        openalex_id="W1",
        ranks=OPENALEX,
    )

    (paper,) = merged([one, other])

    assert (paper.s2_id, paper.openalex_id) == ("a", "W1")


def test_one_title_in_two_years_is_two_papers() -> None:
    one = Paper(title="Editorial", authors=("A",), year=2020, ranks=S2)

    assert len(merged([one, attrs.evolve(one, year=2021)])) == 2


def test_two_publications_of_one_title_stay_two() -> None:
    one = Paper(title="Reply", authors=("A",), year=2020, dois=("10.1000/1",), ranks=S2)
    other = attrs.evolve(one, dois=("10.1000/2",))
    vague = attrs.evolve(one, dois=(), arxiv_id="2001.00001", ranks=ARXIV)

    assert len(merged([one, other, vague])) == 3


def test_a_preprint_and_its_publication_are_one_paper_cited_as_published() -> None:
    preprint = Paper(title="A", authors=("B",), year=2020, dois=("10.1101/2020.1",), ranks=S2)
    article = attrs.evolve(preprint, dois=("10.7554/elife.1",), ranks=OPENALEX)

    (paper,) = merged([preprint, article])

    assert paper.doi == "10.7554/elife.1"
    assert paper.dois == ("10.7554/elife.1", "10.1101/2020.1")


def test_what_one_account_lacks_another_gives() -> None:
    poor = Paper(title="A", dois=("10.1000/1",), citation_count=0, abstract="Short.", ranks=S2)
    rich = Paper(
        title="A!",
        dois=("10.1000/1",),
        authors=("B",),
        citation_count=7,
        abstract="It is longer.",
        pdf_urls=("https://example.org/1.pdf",),
        notice="retracted",
        influential=True,
        ranks=OPENALEX,
    )

    (paper,) = merged([rich, poor])

    assert paper == attrs.evolve(rich, title="A", ranks=S2 + OPENALEX)


def test_what_many_services_find_goes_before_what_one_finds_first() -> None:
    first = [Paper(title="only here", s2_id="a"), Paper(title="both", dois=("10.1000/1",))]
    second = [Paper(title="only there", openalex_id="W1"), Paper(title="both", dois=("10.1000/1",))]

    papers = fused([*ranked(first, "s2"), *ranked(second, "openalex")])

    assert [paper.title for paper in papers] == ["both", "only here", "only there"]
    assert papers[0].ranks == (("s2", 2), ("openalex", 2))


_PAPERS = st.builds(
    Paper,
    title=st.sampled_from(["A study", "a  study!", "研究", "Another"]),
    authors=st.sampled_from([(), ("Ada Lovelace",), ("Lovelace, A.",), ("李明",)]),
    year=st.sampled_from([None, 2020, 2021]),
    dois=st.lists(
        st.sampled_from(["10.1000/1", "10.1000/2", "10.1101/3", "10.48550/arXiv.2001.00001"]),
        max_size=2,
    ).map(tuple),
    arxiv_id=st.sampled_from([None, "2001.00001", "2001.00002v2"]),
    s2_id=st.sampled_from([None, "a", "b"]),
    openalex_id=st.sampled_from([None, "W1", "W2"]),
    citation_count=st.sampled_from([None, 0, 7]),
    abstract=st.sampled_from(["", "Short.", "Longer than that."]),
    pdf_urls=st.sampled_from([(), ("https://a.example/1",)]),
    ranks=st.sampled_from([((source, place),) for source in SOURCES for place in (1, 2)]),
)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(_PAPERS, max_size=8).flatmap(
        lambda found: st.tuples(st.just(found), st.permutations(found))
    )
)
def test_the_order_of_answers_does_not_matter(orders: tuple[list[Paper], list[Paper]]) -> None:
    one, other = orders

    assert merged(one) == merged(other)
    assert fused(one) == fused(other)


@settings(max_examples=50, deadline=None)
@given(st.lists(_PAPERS, max_size=8))
def test_what_is_merged_stays_as_it_is(papers: list[Paper]) -> None:
    once = merged(papers)

    assert merged(once) == once


@settings(max_examples=50, deadline=None)
@given(st.lists(_PAPERS, max_size=8))
def test_no_paper_is_lost_and_none_is_made_up(papers: list[Paper]) -> None:
    results = merged(papers)

    assert {paper.title for paper in results} <= {paper.title for paper in papers}
    assert all(any(_covers(result, paper) for result in results) for paper in papers)
    assert len(results) <= len(papers)
    assert _dois(results) == _dois(papers)


@settings(max_examples=50, deadline=None)
@given(st.lists(_PAPERS, max_size=8))
def test_an_id_leads_to_one_paper(papers: list[Paper]) -> None:
    names = [name for paper in merged(papers) for name in paper.ids]

    assert len(names) == len(set(names))


def _covers(result: Paper, paper: Paper) -> bool:
    """Tell whether *result* may have been made of *paper* and others."""
    return set(paper.dois) <= set(result.dois) and set(paper.sources) <= set(result.sources)


def _dois(papers: Sequence[Paper]) -> set[str]:
    return set(chain.from_iterable(paper.dois for paper in papers))
