"""Which spellings of a paper's id are one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sagent.tools._refusal import Refusal
from sagent.tools.papers._author import author_id
from sagent.tools.papers._paper_id import arxiv_of, doi_of, paper_id, paper_id_of

SHA = "204e3073870fae3d05bcbc2f6a8e263d9b72e776"


@pytest.mark.parametrize(
    "text",
    [
        "10.1145/3292500.3330701",
        " doi:10.1145/3292500.3330701 ",
        "DOI: 10.1145/3292500.3330701",
        "https://doi.org/10.1145/3292500.3330701",
        "http://dx.doi.org/10.1145/3292500.3330701.",
        "https://doi.org/10.1145%2F3292500.3330701",
        "https://dl.acm.org/doi/10.1145/3292500.3330701",
        "https://dl.acm.org/doi/pdf/10.1145/3292500.3330701?download=true#page=2",
        "https://example.org/article/10.1145/3292500.3330701/full",
    ],
)
def test_a_doi_is_found_in_what_people_paste(text: str) -> None:
    assert str(paper_id(text)) == "doi:10.1145/3292500.3330701"


@pytest.mark.parametrize(
    ("text", "doi"),
    [
        ("10.1016/S0140-6736(97)11096-0", "10.1016/s0140-6736(97)11096-0"),
        ("(see 10.1000/182)", "10.1000/182"),
        ("10.1000.10/a;", "10.1000.10/a"),
        ("<https://doi.org/10.1000/182>", "10.1000/182"),
        (
            "10.1002/(SICI)1-4(199601)99:1<1::AID-X>3.0.CO;2-1",
            "10.1002/(sici)1-4(199601)99:1<1::aid-x>3.0.co;2-1",
        ),
        ("10.1000/))", None),
        ("10.5281/zenodo.7v2", "10.5281/zenodo.7v2"),
        ("10.1000/", None),
        ("11.1000/182", None),
    ],
)
def test_a_doi_ends_where_it_ends(text: str, doi: str | None) -> None:
    assert doi_of(text) == doi


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("1706.03762", "1706.03762"),
        ("arXiv:1706.03762v7", "1706.03762v7"),
        ("https://arxiv.org/abs/1706.03762", "1706.03762"),
        ("arxiv.org/pdf/1706.03762v2.pdf", "1706.03762v2"),
        ("http://export.arxiv.org/abs/hep-th/9901001", "hep-th/9901001"),
        ("math.GT/0309136", "math/0309136"),
        ("10.48550/arXiv.1706.03762", "1706.03762"),
        ("https://doi.org/10.48550/ARXIV.1706.03762", "1706.03762"),
    ],
)
def test_an_arxiv_id_keeps_its_version_and_nothing_else(text: str, name: str) -> None:
    assert str(paper_id(text)) == f"arXiv:{name}"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (SHA.upper(), f"s2:{SHA}"),
        (f"s2:{SHA}", f"s2:{SHA}"),
        (f"https://www.semanticscholar.org/paper/Attention-Is-All/{SHA}", f"s2:{SHA}"),
        ("https://api.semanticscholar.org/CorpusID:13756489", "CorpusId:13756489"),
        ("CorpusId:13756489", "CorpusId:13756489"),
        ("w2963403868", "openalex:W2963403868"),
        ("https://openalex.org/W2963403868", "openalex:W2963403868"),
        ("https://api.openalex.org/works/W2963403868?select=id", "openalex:W2963403868"),
        (
            "https://www.biorxiv.org/content/10.1101/2020.05.22.111161v2.full.pdf",
            "doi:10.1101/2020.05.22.111161",
        ),
    ],
)
def test_ids_of_services_are_read(text: str, name: str) -> None:
    assert str(paper_id(text)) == name


@pytest.mark.parametrize("text", ["", "attention", "12345", "https://example.org/x", "arXiv:x"])
def test_what_is_no_id_is_told_with_what_would_be(text: str) -> None:
    with pytest.raises(Refusal, match=r"is no paper's id: give a DOI, an arXiv"):
        paper_id(text)


@settings(max_examples=50, deadline=None)
@given(st.text() | st.from_regex(r"\A(https?://[a-z.]+/|doi:|arXiv:)?(10\.\d{4}/)?.{,20}\Z"))
def test_what_an_id_is_told_as_reads_as_the_same_id(text: str) -> None:
    found = paper_id_of(text)

    assert found is None or paper_id_of(str(found)) == found


@settings(max_examples=50, deadline=None)
@given(st.from_regex(r"\A([a-z-]{1,6}(\.[A-Z]{2})?/[0-9]{7}|[0-9]{4}\.[0-9]{5})(v[1-9])?\Z"))
def test_an_arxiv_id_has_one_spelling(text: str) -> None:
    once = arxiv_of(text)

    assert once is None or arxiv_of(once.upper()) == once


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("40348417", "s2:40348417"),
        ("https://www.semanticscholar.org/author/Ashish-Vaswani/40348417", "s2:40348417"),
        ("a5018426904", "openalex:A5018426904"),
        ("https://openalex.org/A5018426904/", "openalex:A5018426904"),
        ("https://orcid.org/0000-0002-1825-009x", "orcid:0000-0002-1825-009X"),
    ],
)
def test_ids_of_authors_are_read(text: str, name: str) -> None:
    assert str(author_id(text)) == name
    assert str(author_id(name)) == name


def test_what_is_no_authors_id_is_told() -> None:
    with pytest.raises(Refusal, match=r"'Vaswani' is no author's id.*query finds them"):
        author_id("Vaswani")


@pytest.mark.parametrize("text", ["10.1234/" + ")" * 1_000_000, "10.1234." * 1_000_000])
def test_a_text_as_long_as_no_id_is_none_at_once(text: str) -> None:
    assert paper_id_of(text) is None
