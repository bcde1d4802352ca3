"""Whatever a service sends, reading it gives papers or says that it is not of the right form."""

from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from paper_answers import (
    ATTENTION_ARXIV,
    ATTENTION_OPENALEX,
    ATTENTION_S2,
    AUTHOR_OPENALEX,
    AUTHOR_S2,
    WITHDRAWN_ARXIV,
    arxiv_found,
)

from sagent.tools._refusal import Refusal
from sagent.tools.papers import Arxiv, OpenAlex, SemanticScholar
from sagent.tools.papers._author import AuthorId
from sagent.tools.papers._merge import fused, ranked
from sagent.tools.papers._paper import Paper
from sagent.tools.papers._service import Filter

ANY = Filter()
SCALARS: st.SearchStrategy[Any] = (
    st.none()
    | st.booleans()
    | st.integers(-1, 3000)
    | st.just(1e300)
    | st.sampled_from(["", "10.1000/1", "https://arxiv.org/abs/2001.00001", "\udc80", "a\x00b"])
    | st.text(max_size=8)
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.sampled_from(["url", "name", "source", "author", "a"]), inner)
    ),
    max_leaves=6,
)


def spoiled(whole: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Give *whole* with any values in the places of some of its own."""
    return st.dictionaries(st.sampled_from(sorted(whole)), VALUES).map(lambda bad: whole | bad)


def papers_or_refusal(read: Callable[[], Any]) -> None:
    try:
        found = read()
    except Refusal:
        return
    assert fused(ranked([one for one in found if isinstance(one, Paper)], "s2")) is not None


@settings(max_examples=50, deadline=None)
@given(st.lists(spoiled(ATTENTION_S2), max_size=3), VALUES, VALUES)
def test_any_answer_of_semantic_scholar_is_read(papers: list[Any], total: Any, data: Any) -> None:
    search = SemanticScholar().search("x", ANY, 5)
    links = SemanticScholar().related(Paper(title="a", s2_id="b"), "citations", ANY, 5)
    assert links is not None

    papers_or_refusal(lambda: search.read({"data": tuple(papers), "total": total}).items)
    papers_or_refusal(lambda: search.read({"data": data, "next": total}).items)
    papers_or_refusal(lambda: search.read(data).items)
    papers_or_refusal(lambda: links.read({"data": ({"citingPaper": data}, data)}).items)


@settings(max_examples=50, deadline=None)
@given(st.lists(spoiled(ATTENTION_OPENALEX), max_size=3), VALUES, VALUES)
def test_any_answer_of_openalex_is_read(works: list[Any], meta: Any, data: Any) -> None:
    search = OpenAlex().search("x", ANY, 5)

    papers_or_refusal(lambda: search.read({"results": tuple(works), "meta": meta}).items)
    papers_or_refusal(lambda: search.read({"results": data, "meta": {"count": data}}).items)
    papers_or_refusal(lambda: search.read(data).items)


@settings(max_examples=50, deadline=None)
@given(spoiled(AUTHOR_S2), spoiled(AUTHOR_OPENALEX))
def test_any_authors_are_read(one: Any, other: Any) -> None:
    lookup = SemanticScholar().author(AuthorId("s2", "1"))
    assert lookup is not None

    papers_or_refusal(lambda: [lookup.read(one)])
    papers_or_refusal(lambda: OpenAlex().authors("x", 5).read({"results": (other,)}).items)


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_any_cut_or_change_of_a_feed_is_read(data: st.DataObject) -> None:
    feed = arxiv_found(ATTENTION_ARXIV, WITHDRAWN_ARXIV)
    start = data.draw(st.integers(0, len(feed)))
    end = data.draw(st.integers(start, min(len(feed), start + 200)))
    changed = feed[:start] + data.draw(st.text(max_size=5)) + feed[end:]

    papers_or_refusal(lambda: Arxiv().search("x", ANY, 5).read(changed).items)


@settings(max_examples=50, deadline=None)
@given(st.text())
def test_any_words_make_a_request(text: str) -> None:
    for service in (SemanticScholar(), OpenAlex(), Arxiv()):
        assert service.search(text, Filter(year_from=0, year_to=9999), 5).request(0).path
