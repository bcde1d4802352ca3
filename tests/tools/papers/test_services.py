"""What the services are asked, and what their answers are read as."""

import json
from typing import Any

import attrs
import pytest
from paper_answers import (
    ATTENTION_ARXIV,
    ATTENTION_OPENALEX,
    ATTENTION_S2,
    AUTHOR_OPENALEX,
    AUTHOR_S2,
    BARE_S2,
    REFUSED_ARXIV,
    RETRACTED_OPENALEX,
    WITHDRAWN_ARXIV,
    arxiv_found,
    openalex_found,
    s2_found,
    s2_links,
)

from sagent.lib.json import json_loads
from sagent.tools._refusal import Refusal
from sagent.tools.papers import Arxiv, OpenAlex, SemanticScholar
from sagent.tools.papers._author import Author, AuthorId
from sagent.tools.papers._paper import Paper
from sagent.tools.papers._paper_id import PaperId, paper_id
from sagent.tools.papers._service import Filter, Lookup

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


def test_a_service_is_not_asked_for_what_it_does_not_go_by() -> None:
    assert SemanticScholar().paper(PaperId("openalex", "W1")) is None
    assert OpenAlex().paper(PaperId("s2", "a" * 40)) is None
    assert Arxiv().paper(PaperId("doi", "10.1000/1")) is None


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


def test_arxiv_is_searched_for_all_words_without_its_syntax() -> None:
    text = 'ti:(attention "neural  nets") OR Gödel\'s AND'
    listing = Arxiv().search(text, Filter(year_from=2015), 500)

    assert listing.request(200).query == {
        "search_query": 'all:"ti attention" AND all:"neural nets" AND all:"Gödel s"'
        " AND submittedDate:[201501010000 TO 999912312359]",
        "sortBy": "relevance",
        "start": 200,
        "max_results": 200,
    }


def test_a_paper_of_arxiv_is_read() -> None:
    page = Arxiv().search("x", Filter(), 1).read(arxiv_found(ATTENTION_ARXIV, total=340))

    assert (page.total, page.next_offset) == (340, 1)
    assert page.items == [
        Paper(
            title="Attention Is All You Need",
            authors=("Ashish Vaswani", "Noam Shazeer"),
            year=2017,
            venue="arXiv",
            arxiv_id="1706.03762",
            abstract="The dominant sequence transduction models are based on complex recurrent"
            " or convolutional neural networks.",
            pdf_urls=("https://arxiv.org/pdf/1706.03762v7",),
        )
    ]


def test_a_withdrawn_paper_says_so_and_has_no_pdf() -> None:
    page = Arxiv().search("x", Filter(), 9).read(arxiv_found(WITHDRAWN_ARXIV))

    (paper,) = page.items
    assert (paper.notice, paper.pdf_urls) == ("withdrawn", ())
    assert paper.dois == ("10.1000/abc.1", "10.1000/abc.2")
    assert (paper.arxiv_id, paper.authors) == ("math/0309136", ("张伟",))
    assert paper.venue == "J. Math. 3 (2004) 1-9"


def test_a_question_that_arxiv_refuses_is_told() -> None:
    with pytest.raises(Refusal, match="arXiv refuses: incorrect id format"):
        Arxiv().search("x", Filter(), 9).read(arxiv_found(REFUSED_ARXIV))


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "<html><body>Rate exceeded.</body></html>",
        '<!DOCTYPE a [<!ENTITY b "bbbb">]><feed>&b;</feed>',
        "<feed",
        "<a>\udc80</a>",
        7,
        None,
    ],
)
def test_what_is_no_feed_is_told(answer: Any) -> None:
    with pytest.raises(Refusal, match="arXiv sent an answer that is no Atom feed"):
        Arxiv().search("x", Filter(), 9).read(answer)


@pytest.mark.parametrize("answer", [[], "a", 7, None])
def test_json_that_is_no_object_is_told(answer: Any) -> None:
    with pytest.raises(Refusal, match="Semantic Scholar sent an answer that is no object"):
        SemanticScholar().search("x", Filter(), 9).read(answer)
    with pytest.raises(Refusal, match="OpenAlex sent an answer that is no object"):
        OpenAlex().search("x", Filter(), 9).read(answer)


def read[T](lookup: Lookup[T] | None, answer: str) -> T | None:
    assert lookup is not None
    return lookup.read(json_loads(answer))


def test_authors_are_read() -> None:
    s2, openalex = AuthorId("s2", "40348417"), AuthorId("openalex", "A5018426904")

    assert read(SemanticScholar().author(s2), json.dumps(AUTHOR_S2)) == Author(
        name="Ashish Vaswani",
        id=s2,
        affiliations=("Essential AI",),
        paper_count=75,
        citation_count=150000,
        h_index=41,
        orcid="0000-0002-1825-0097",
    )
    assert read(OpenAlex().author(openalex), json.dumps(AUTHOR_OPENALEX)) == Author(
        name="Ашиш Васвани",
        id=openalex,
        affiliations=("Google",),
        paper_count=38,
        citation_count=20000,
        h_index=20,
        orcid="0000-0001-5109-3700",
    )


def test_a_key_is_sent_and_never_shown() -> None:
    one, other = SemanticScholar(key="s3cret"), OpenAlex(key="s3cret")

    assert one.headers == {"x-api-key": "s3cret"}
    assert other.secrets == ("s3cret",)
    assert "s3cret" not in repr((one, other))


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("H<sub>2</sub>O &amp; <i>E.\xa0coli</i>", "H2O & E. coli"),
        ("If a<b and c>d", "If a<b and c>d"),
        ('A <span class="x">b</span><br />c', "A bc"),
        ("<jats:title>One</jats:title>\n two\u2028three", "One two three"),
        ("\x1b[31mred\u202e \u200bnot\U000e0041 seen", "[31mred not seen"),
        ("\u0645\u06cc\u200c\u062e", "\u0645\u06cc\u200c\u062e"),
        ("lone \udc80 half", "lone \ufffd half"),
    ],
)
def test_a_title_is_one_line_of_what_is_seen(title: str, shown: str) -> None:
    found = {"data": ({"title": title},)}

    (paper,) = SemanticScholar().search("x", Filter(), 9).read(found).items

    assert paper.title == shown
