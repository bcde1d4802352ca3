"""What OpenAlex is asked, and what its answers are read as."""

from typing import Any

import pytest
from paper_answers import (
    ATTENTION_OPENALEX,
    RETRACTED_OPENALEX,
    openalex_found,
)

from sagent.lib.json import json_loads
from sagent.tools.papers import OpenAlex
from sagent.tools.papers._paper import Paper
from sagent.tools.papers._paper_id import paper_id
from sagent.tools.papers._service import Filter

WANTED = Filter(year_from=2015, year_to=2020, open_access_only=True)


def test_openalex_is_searched_with_its_filters_and_the_users_address() -> None:
    listing = OpenAlex(key="s3cret", email="me@example.org").search("attention", WANTED, 250)

    query = dict(listing.request(200).query)
    assert str(query.pop("select")).startswith("id,doi,display_name")
    assert query == {
        "search": "attention",
        "filter": "from_publication_date:2015-01-01,to_publication_date:2020-12-31,"
        "open_access.is_oa:true",
        "per_page": 100,
        "page": 3,
        "api_key": "s3cret",
        "mailto": "me@example.org",
    }


def test_a_paper_of_openalex_is_read_with_its_abstract_in_order() -> None:
    page = OpenAlex().search("x", Filter(), 9).read(json_loads(openalex_found(ATTENTION_OPENALEX)))

    assert page.items == [
        Paper(
            title="Attention Is All You Need",
            authors=("Ashish Vaswani", "Shazeer, Noam"),
            year=2017,
            venue="arXiv (Cornell University)",
            arxiv_id="1706.03762",
            openalex_id="W2963403868",
            citation_count=6510,
            abstract="The dominant models are recurrent. The end.",
            pdf_urls=("https://arxiv.org/pdf/1706.03762",),
        )
    ]


def test_a_retracted_paper_says_so_and_its_title_is_plain() -> None:
    page = OpenAlex().search("x", Filter(), 9).read(json_loads(openalex_found(RETRACTED_OPENALEX)))

    (paper,) = page.items
    assert paper.title == "RETRACTED: Ileal hyperplasia & disorder"
    assert paper.doi == "10.1016/s0140-6736(97)11096-0"
    assert (paper.notice, paper.abstract) == ("retracted", "")
    assert paper.pdf_urls == ("https://example.org/a.pdf",)


def test_openalex_is_read_on_page_by_page() -> None:
    listing = OpenAlex().search("x", Filter(), 150)
    works = [ATTENTION_OPENALEX] * 100
    first = json_loads(openalex_found(*works, total=150, page=1))
    last = json_loads(openalex_found(*works[:50], total=150, page=2))

    assert listing.read(first).next_offset == 100
    assert listing.read(last).next_offset is None


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("10.1000/a,b#c", "works/doi:10.1000/a%2Cb%23c"),
        ("1706.03762v2", "works/doi:10.48550/arxiv.1706.03762"),
        ("W7", "works/W7"),
    ],
)
def test_openalex_looks_single_papers_up_which_is_free(name: str, path: str) -> None:
    lookup = OpenAlex().paper(paper_id(name))

    assert lookup is not None
    assert lookup.request.path == path
    assert lookup.read({"id": "https://openalex.org/W7", "display_name": None}) is None


@pytest.mark.parametrize(
    ("relation", "wanted"), [("references", "cited_by:W7"), ("citations", "cites:W7")]
)
def test_openalex_follows_citations_both_ways(relation: Any, wanted: str) -> None:
    paper = Paper(title="a", openalex_id="W7")
    listing = OpenAlex().related(paper, relation, Filter(year_from=2020), 5)

    assert listing is not None
    assert listing.request(0).query["filter"] == f"{wanted},from_publication_date:2020-01-01"


def test_openalex_is_not_asked_which_citations_matter() -> None:
    paper = Paper(title="a", openalex_id="W7")

    assert OpenAlex().related(paper, "citations", Filter(influential_only=True), 5) is None
