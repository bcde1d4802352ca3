"""What Semantic Scholar is asked, and what its answers are read as."""

import json
from typing import Any

import attrs
import pytest
from paper_answers import (
    ATTENTION_S2,
    BARE_S2,
    s2_found,
    s2_links,
)

from sagent.lib.json import json_loads
from sagent.tools.papers import SemanticScholar
from sagent.tools.papers._paper import Paper
from sagent.tools.papers._paper_id import paper_id
from sagent.tools.papers._service import Filter

ATTENTION = Paper(
    title="Attention is All you Need",
    authors=("Ashish Vaswani", "Noam M. Shazeer", "Niki Parmar", "Jakob Uszkoreit", "Llion Jones"),
    year=2017,
    venue="Neural Information Processing Systems",
    arxiv_id="1706.03762",
    s2_id="204e3073870fae3d05bcbc2f6a8e263d9b72e776",
    citation_count=123456,
    abstract="The dominant sequence transduction models are based on recurrent networks.",
)
WANTED = Filter(year_from=2015, year_to=2020, open_access_only=True)


def test_semantic_scholar_is_searched_with_its_filters() -> None:
    listing = SemanticScholar().search("attention", WANTED, 250)

    assert listing.request(200).path == "paper/search"
    assert listing.request(200).query == {
        "query": "attention",
        "fields": "title,abstract,year,venue,authors,externalIds,citationCount,openAccessPdf",
        "year": "2015-2020",
        "openAccessPdf": "",
        "offset": 200,
        "limit": 100,
    }


def test_semantic_scholar_is_searched_no_further_than_it_goes() -> None:
    listing = SemanticScholar().search("attention", Filter(year_from=2015), 1000)
    last = listing.read(json_loads(s2_found(ATTENTION_S2, total=5000, next=999)))

    assert listing.request(900).query["limit"] == 99
    assert listing.request(900).query["year"] == "2015-"
    assert (last.total, last.next_offset) == (5000, None)


def test_a_paper_of_semantic_scholar_is_read() -> None:
    page = SemanticScholar().search("x", Filter(), 9).read(json_loads(s2_found(ATTENTION_S2)))

    assert page.items == [ATTENTION]


def test_what_semantic_scholar_leaves_out_is_left_out() -> None:
    found = s2_found(BARE_S2, {"paperId": "x", "title": None}, total=2)
    page = SemanticScholar().search("x", Filter(), 9).read(json_loads(found))

    assert page.items == [Paper(title="深度学习综述")]


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("10.1000/A?b#c", "paper/DOI:10.1000/a%3Fb%23c"),
        ("1706.03762v2", "paper/ARXIV:1706.03762"),
        ("CorpusId:7", "paper/CorpusId:7"),
        ("204e3073870fae3d05bcbc2f6a8e263d9b72e776", f"paper/{ATTENTION.s2_id}"),
    ],
)
def test_semantic_scholar_goes_by_many_names(name: str, path: str) -> None:
    lookup = SemanticScholar().paper(paper_id(name))

    assert lookup is not None
    assert lookup.request.path == path
    assert lookup.read(json_loads(json.dumps(ATTENTION_S2))) == ATTENTION


@pytest.mark.parametrize(
    ("relation", "key"), [("references", "citedPaper"), ("citations", "citingPaper")]
)
def test_semantic_scholar_tells_which_citations_matter(relation: Any, key: str) -> None:
    listing = SemanticScholar().related(ATTENTION, relation, Filter(), 20)
    assert listing is not None
    page = listing.read(json_loads(s2_links(key, ATTENTION_S2, influential=True)))

    assert listing.request(0).path.endswith(f"/{relation}")
    assert listing.request(0).query["limit"] == 20
    assert page.items == [attrs.evolve(ATTENTION, influential=True)]


def test_references_that_a_publisher_keeps_to_itself_are_none() -> None:
    listing = SemanticScholar().related(ATTENTION, "references", Filter(), 20)
    assert listing is not None

    assert listing.read({"data": None, "citingPaperInfo": {}}).items == []
