"""What arXiv is asked, and what its answers are read as."""

from typing import Any

import pytest
from paper_answers import (
    ATTENTION_ARXIV,
    REFUSED_ARXIV,
    WITHDRAWN_ARXIV,
    arxiv_found,
)

from sagent.tools._refusal import Refusal
from sagent.tools.papers import Arxiv
from sagent.tools.papers._paper import Paper
from sagent.tools.papers._service import Filter


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
