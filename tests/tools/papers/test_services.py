"""What holds for all services that know papers."""

import json
from typing import Any

import pytest
from paper_answers import (
    AUTHOR_OPENALEX,
    AUTHOR_S2,
)

from sagent.lib.json import json_loads
from sagent.tools._refusal import Refusal
from sagent.tools.papers import Arxiv, OpenAlex, SemanticScholar
from sagent.tools.papers._author import Author, AuthorId
from sagent.tools.papers._paper_id import PaperId
from sagent.tools.papers._service import Filter, Lookup


def test_a_service_is_not_asked_for_what_it_does_not_go_by() -> None:
    assert SemanticScholar().paper(PaperId("openalex", "W1")) is None
    assert OpenAlex().paper(PaperId("s2", "a" * 40)) is None
    assert Arxiv().paper(PaperId("doi", "10.1000/1")) is None


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
