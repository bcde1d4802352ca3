"""Searching for papers, over real sockets."""

import pytest
import trio
from paper_answers import (
    ATTENTION_ARXIV,
    ATTENTION_OPENALEX,
    ATTENTION_S2,
    BARE_S2,
    RETRACTED_OPENALEX,
    WITHDRAWN_ARXIV,
    arxiv_found,
    openalex_found,
    s2_found,
)
from paper_server import (
    ARXIV,
    OPENALEX_WORKS,
    S2_SEARCH,
    atom_page,
    json_page,
    open_paper_server,
    use,
)
from trio.testing import MockClock
from web_server import Page, page

from sagent.tools import PaperSearch

S2_FOUND = json_page(s2_found(ATTENTION_S2, BARE_S2, total=340))
OPENALEX_FOUND = json_page(openalex_found(RETRACTED_OPENALEX, ATTENTION_OPENALEX, total=1204))
ARXIV_FOUND = atom_page(arxiv_found(ATTENTION_ARXIV, WITHDRAWN_ARXIV))
FOUND: dict[str, Page] = {S2_SEARCH: S2_FOUND, OPENALEX_WORKS: OPENALEX_FOUND, ARXIV: ARXIV_FOUND}
TOTALS = "in all: Semantic Scholar 340, OpenAlex 1,204, arXiv 2"


async def test_all_services_are_asked_and_one_paper_is_told_once() -> None:
    async with open_paper_server(FOUND) as server:
        told = await use(PaperSearch(library=server.library), query="attention", abstract_chars=30)

    assert told.split("\n") == [
        f"4 of 4 papers found ({TOTALS}); raise limit for more",
        "1. Attention is All you Need (2017)",
        "   Ashish Vaswani, Noam M. Shazeer, Niki Parmar, Jakob Uszkoreit and 1 more",
        "   Neural Information Processing Systems · 123,456 citations · open PDF",
        "   arXiv:1706.03762 s2:204e3073870fae3d05bcbc2f6a8e263d9b72e776 openalex:W2963403868",
        "   from Semantic Scholar #1, OpenAlex #2, arXiv #1",
        "   The dominant sequence transduc... (106 characters)",
        "2. RETRACTED: Ileal hyperplasia & disorder (1998) [RETRACTED]",
        "   The Lancet · 2,000 citations · open PDF",
        "   doi:10.1016/s0140-6736(97)11096-0 openalex:W2100000001",
        "   from OpenAlex #1",
        "3. 深度学习综述",
        "   no id",
        "   from Semantic Scholar #2",
        "4. On a problem of Gödel (2003) [WITHDRAWN]",
        "   张伟",
        "   J. Math. 3 (2004) 1-9",
        "   doi:10.1000/abc.1 doi:10.1000/abc.2 arXiv:math/0309136",
        "   from arXiv #2",
        "   This paper has been withdrawn... (78 characters)",
    ]


@pytest.mark.parametrize(
    ("source", "path", "head"),
    [
        ("s2", S2_SEARCH, "2 of 340 papers; raise limit for more"),
        ("openalex", OPENALEX_WORKS, "2 of 1,204 papers; raise limit for more"),
        ("arxiv", ARXIV, "2 of 2 papers"),
    ],
)
async def test_one_service_alone_is_asked(source: str, path: str, head: str) -> None:
    async with open_paper_server(FOUND) as server:
        told = await use(PaperSearch(library=server.library), query="attention", source=source)

    assert told.startswith(f"{head}\n1. ")
    assert [asked.partition("?")[0] for asked in server.asked] == [path]


async def test_the_limit_is_kept_and_told() -> None:
    async with open_paper_server(FOUND) as server:
        told = await use(PaperSearch(library=server.library), query="attention", limit=1)

    assert told.startswith("1 of 2 papers found (in all: ")
    assert "\n2. " not in told


async def test_a_long_list_is_read_page_by_page() -> None:
    bare = {"id": "https://openalex.org/W7", "display_name": "A study"}
    works = [{**bare, "id": f"https://openalex.org/W{number}"} for number in range(150)]
    pages = [
        json_page(openalex_found(*works[:100], total=150, page=1)),
        json_page(openalex_found(*works[100:], total=150, page=2)),
    ]

    async def say(stream: trio.abc.Stream) -> None:
        await stream.send_all(pages.pop(0))

    async with open_paper_server({OPENALEX_WORKS: say}) as server:
        tool = PaperSearch(library=server.library)
        told = await use(tool, query="a", source="openalex", limit=120)

    assert told.startswith("120 of 150 papers; raise limit for more")
    assert "\n120. " in told
    assert [asked[-6:] for asked in server.asked] == ["page=1", "page=2"]


async def test_years_that_a_service_did_not_filter_are_filtered() -> None:
    async with open_paper_server(FOUND) as server:
        tool = PaperSearch(library=server.library)
        told = await use(tool, query="attention", year_from=2000, year_to=2010)

    assert "\n1. On a problem of Gödel (2003)" in told
    assert "\n2. " not in told


@pytest.mark.parametrize(
    ("said", "note"),
    [
        (
            page("oh", status="500 Internal Server Error"),
            "Note: Semantic Scholar answers 500 Internal Server Error (oh)",
        ),
        (
            page("", status="429 Too Many Requests", headers={"Retry-After": "60"}),
            "Note: Semantic Scholar answers 429 Too Many Requests: ask again in 60 s",
        ),
        (json_page("{"), "Note: Semantic Scholar gave no JSON, but application/json"),
        (json_page("[]"), "Note: Semantic Scholar sent an answer that is no object"),
    ],
)
async def test_one_service_that_fails_leaves_what_the_others_found(said: bytes, note: str) -> None:
    async with open_paper_server(FOUND | {S2_SEARCH: said}) as server:
        told = await use(PaperSearch(library=server.library), query="attention")

    assert told.startswith("3 of 3 papers found")
    assert told.endswith(f"\n{note}")


async def test_all_services_that_fail_are_told_in_one_line() -> None:
    bad = page("no", status="500 Internal Server Error")
    async with open_paper_server({S2_SEARCH: bad, OPENALEX_WORKS: bad, ARXIV: bad}) as server:
        told = await use(PaperSearch(library=server.library), query="attention")

    assert told == (
        "ERROR No service answered. Semantic Scholar answers 500 Internal Server Error (no); "
        "OpenAlex answers 500 Internal Server Error (no); "
        "arXiv answers 500 Internal Server Error (no)"
    )


async def test_no_network_is_told_in_one_line() -> None:
    async with open_paper_server() as server:
        library = server.library

    told = await use(PaperSearch(library=library), query="attention")

    assert told.startswith(
        "ERROR No service answered. Semantic Scholar: no connection to 127.0.0.1"
    )
    assert "\n" not in told


async def test_what_came_before_the_time_was_over_counts(mock_clock: MockClock) -> None:
    first = json_page(s2_found(ATTENTION_S2, total=340, next=1))
    waits = [(19, first), (12, b"")]

    async def say(stream: trio.abc.Stream) -> None:
        wait_s, said = waits.pop(0)
        mock_clock.jump(wait_s)
        await stream.send_all(said)
        await trio.sleep(0 if said else 60)

    async with open_paper_server({S2_SEARCH: say}) as server:
        told = await use(PaperSearch(library=server.library), query="a", source="s2")

    assert told.startswith("1 of 340 papers; raise limit for more\n1. Attention")
    assert told.endswith("\nNote: Semantic Scholar: no whole answer within 30 s")


async def test_nothing_found_is_no_fault() -> None:
    nothing: dict[str, Page] = {
        S2_SEARCH: json_page('{"total": 0, "offset": 0}'),
        OPENALEX_WORKS: json_page(openalex_found()),
        ARXIV: atom_page(arxiv_found()),
    }
    async with open_paper_server(nothing) as server:
        assert await use(PaperSearch(library=server.library), query="x") == "No papers found"


async def test_a_key_goes_to_its_service_and_into_no_text() -> None:
    bad = page("key s3cret is bad", status="403 Forbidden")
    async with open_paper_server({S2_SEARCH: bad}, key="s3cret") as server:
        told = await use(PaperSearch(library=server.library), query="a", source="s2")

    assert "x-api-key: s3cret" in server.web.seen[0].lower()
    assert "s3cret" not in told
    assert "it does not accept the key" in told


async def test_a_key_in_a_query_gets_into_no_text_either() -> None:
    bad = page("key s3cret is bad", status="403 Forbidden")
    async with open_paper_server({OPENALEX_WORKS: bad}, key="s3cret") as server:
        told = await use(PaperSearch(library=server.library), query="a", source="openalex")

    assert "&api_key=s3cret" in server.asked[0]
    assert told.startswith("ERROR No service answered. OpenAlex answers 403 Forbidden")
    assert "s3cret" not in told


async def test_an_address_goes_to_openalex() -> None:
    async with open_paper_server(FOUND, email="me@example.org") as server:
        await use(PaperSearch(library=server.library), query="a", source="openalex")

    assert server.asked[0].endswith("&mailto=me%40example.org")


def test_keys_are_taken_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEMANTIC_SCHOLAR_API_KEY", "s3cret")
    monkeypatch.setenv("OPENALEX_API_KEY", "t0ken")
    monkeypatch.setenv("OPENALEX_EMAIL", "me@example.org")

    library = PaperSearch().library

    assert library.semantic_scholar.key == "s3cret"
    assert library.openalex.key == "t0ken"
    assert library.openalex.email == "me@example.org"
    assert "s3cret" not in repr(library)
    assert "t0ken" not in repr(library)


@pytest.mark.parametrize(
    ("directive", "told"),
    [
        ({}, "ERROR query is missing"),
        ({"query": " ?! "}, "ERROR query holds no word"),
        ({"query": "a", "year_from": 2020, "year_to": 2010}, "ERROR year_from 2020 is after"),
        ({"query": "a", "source": "google"}, "ERROR source must be one of s2, openalex, arxiv"),
    ],
)
async def test_what_cannot_be_meant_is_told(directive: dict[str, str | int], told: str) -> None:
    async with open_paper_server() as server:
        assert (await use(PaperSearch(library=server.library), **directive)).startswith(told)

    assert not server.asked
