"""What is known of one paper, and of those around it."""

import json
from typing import Any

import pytest
from paper_answers import (
    ATTENTION_ARXIV,
    ATTENTION_OPENALEX,
    ATTENTION_S2,
    BARE_S2,
    RETRACTED_OPENALEX,
    arxiv_found,
    openalex_found,
    s2_links,
)
from paper_server import (
    ARXIV,
    OPENALEX_WORK,
    OPENALEX_WORKS,
    S2_PAPER,
    atom_page,
    json_page,
    open_paper_server,
    use,
)
from web_server import Page, page

from sagent.tools import PaperDetails

SHA, TITLE = ATTENTION_S2["paperId"], ATTENTION_S2["title"]
ABSTRACT = (
    "The dominant sequence transduction models are based on complex recurrent or convolutional "
    "neural networks."
)
BY_ARXIV = f"{S2_PAPER}ARXIV:1706.03762"
BY_OPENALEX = f"{OPENALEX_WORK}doi:10.48550/arxiv.1706.03762"
KNOWN: dict[str, Page] = {
    BY_ARXIV: json_page(json.dumps(ATTENTION_S2)),
    BY_OPENALEX: json_page(json.dumps(ATTENTION_OPENALEX)),
    ARXIV: atom_page(arxiv_found(ATTENTION_ARXIV)),
}
BUSY = page("", status="429 Too Many Requests", headers={"Retry-After": "60"})


async def test_a_paper_is_told_with_all_that_the_services_know() -> None:
    async with open_paper_server(KNOWN) as server:
        told = await use(PaperDetails(library=server.library), id="arXiv:1706.03762")
        origin = server.web.origin

    assert told.split("\n") == [
        "Attention is All you Need (2017)",
        "Ashish Vaswani, Noam M. Shazeer, Niki Parmar, Jakob Uszkoreit, Llion Jones",
        "Neural Information Processing Systems · 123,456 citations · open PDF",
        f"arXiv:1706.03762 s2:{SHA} openalex:W2963403868",
        "from Semantic Scholar #1, OpenAlex #1, arXiv #1",
        ABSTRACT,
        "PDF: https://arxiv.org/pdf/1706.03762",
        f"PDF: {origin}/pdf/1706.03762v7",
    ]


async def test_a_service_that_does_not_go_by_the_id_is_asked_by_another() -> None:
    pages = {**KNOWN, f"{S2_PAPER}{SHA}": KNOWN[BY_ARXIV]}
    async with open_paper_server(pages) as server:
        told = await use(PaperDetails(library=server.library), id=SHA)

    assert "from Semantic Scholar #1, OpenAlex #1, arXiv #1" in told
    assert [asked.partition("?")[0] for asked in server.asked] == [
        ARXIV,
        BY_OPENALEX,
        f"{S2_PAPER}{SHA}",
    ]


async def test_a_service_that_fails_is_noted() -> None:
    async with open_paper_server({**KNOWN, BY_ARXIV: BUSY}) as server:
        told = await use(PaperDetails(library=server.library), id="1706.03762")

    assert told.startswith("Attention Is All You Need (2017)\n")
    assert told.endswith(
        "\nNote: Semantic Scholar answers 429 Too Many Requests: ask again in 60 s"
    )


async def test_a_paper_that_nobody_knows_is_told() -> None:
    async with open_paper_server() as server:
        told = await use(PaperDetails(library=server.library), id="10.1000/182")

    assert told == "ERROR No service knows doi:10.1000/182: check it, or use PaperSearch."


async def test_what_is_no_id_is_told_without_asking() -> None:
    async with open_paper_server() as server:
        told = await use(PaperDetails(library=server.library), id="attention")

    assert told.startswith("ERROR 'attention' is no paper's id: give a DOI")
    assert not server.asked


@pytest.mark.parametrize(
    ("operation", "key", "wanted"),
    [
        ("references", "citedPaper", "cited_by%3AW2963403868"),
        ("citations", "citingPaper", "cites%3AW2963403868"),
    ],
)
async def test_the_papers_around_are_merged(operation: str, key: str, wanted: str) -> None:
    retracted: dict[str, Any] = BARE_S2 | {
        "title": "Ileal hyperplasia",
        "externalIds": {"DOI": "10.1016/S0140-6736(97)11096-0"},
    }
    works = json_page(openalex_found(RETRACTED_OPENALEX, total=90))
    links = json_page(s2_links(key, BARE_S2, retracted, influential=True))
    path = f"{S2_PAPER}{SHA}/{operation}"
    pages = {**KNOWN, OPENALEX_WORKS: works, path: links}
    async with open_paper_server(pages) as server:
        told = await use(PaperDetails(library=server.library), id="1706.03762", operation=operation)

    in_all = "in all: Semantic Scholar 2, OpenAlex 90"
    assert told.split("\n")[:6] == [
        f"2 of 2 {operation} of {TITLE!r} found ({in_all}); raise limit for more",
        "1. Ileal hyperplasia (1998) [RETRACTED]",
        "   The Lancet · 2,000 citations · influential · open PDF",
        "   doi:10.1016/s0140-6736(97)11096-0 openalex:W2100000001",
        "   from Semantic Scholar #2, OpenAlex #1",
        "2. 深度学习综述",
    ]
    assert any(wanted in asked for asked in server.asked)


async def test_only_what_matters_is_listed_when_asked_for() -> None:
    path = f"{S2_PAPER}{SHA}/citations"
    links = json.loads(s2_links("citingPaper", BARE_S2))
    links["data"].append({"isInfluential": True, "citingPaper": ATTENTION_S2})
    async with open_paper_server({**KNOWN, path: json_page(json.dumps(links))}) as server:
        tool = PaperDetails(library=server.library)
        told = await use(tool, id="1706.03762", operation="citations", influential_only=True)

    assert told.startswith("1 of 1 citations of 'Attention is All you Need'\n1. Attention")
    assert "· influential" in told


async def test_years_are_filtered_beyond_the_first_page() -> None:
    path = f"{S2_PAPER}{SHA}/citations"
    links = [
        json.loads(s2_links("citingPaper", ATTENTION_S2)) | {"next": 1},
        json.loads(s2_links("citingPaper", ATTENTION_S2 | {"year": 2021, "title": "Later"})),
    ]

    async def say(stream: Any) -> None:
        await stream.send_all(json_page(json.dumps(links.pop(0))))

    async with open_paper_server({**KNOWN, path: say}) as server:
        tool = PaperDetails(library=server.library)
        told = await use(tool, id="1706.03762", operation="citations", year_from=2020, limit=1)

    assert "1. Later (2021)" in told
    assert told.startswith(f"1 of 1 citations of {TITLE!r}")


async def test_a_list_whose_length_is_not_told_says_that_there_is_more() -> None:
    path = f"{S2_PAPER}{SHA}/references"
    links = json.loads(s2_links("citedPaper", BARE_S2, ATTENTION_S2)) | {"next": 2}
    pages = {**KNOWN, path: json_page(json.dumps(links)), BY_OPENALEX: BUSY}
    async with open_paper_server(pages) as server:
        tool = PaperDetails(library=server.library)
        told = await use(tool, id="1706.03762", operation="references", limit=2)

    head = f"2 of more than 2 references of {TITLE!r}; raise limit for more"
    assert told.startswith(f"{head}\n1. ")


async def test_a_service_that_failed_on_the_way_is_noted_with_the_list() -> None:
    path = f"{S2_PAPER}{SHA}/references"
    found = json_page(s2_links("citedPaper", BARE_S2))
    async with open_paper_server({**KNOWN, OPENALEX_WORKS: BUSY, path: found}) as server:
        told = await use(
            PaperDetails(library=server.library), id="1706.03762", operation="references"
        )

    assert told.startswith("1 of 1 references of")
    assert told.endswith("\nNote: OpenAlex answers 429 Too Many Requests: ask again in 60 s")


async def test_a_list_may_come_from_a_service_that_failed_before() -> None:
    path = f"{BY_ARXIV}/references"
    found = json_page(s2_links("citedPaper", BARE_S2))
    async with open_paper_server({**KNOWN, BY_ARXIV: BUSY, path: found}) as server:
        tool = PaperDetails(library=server.library)
        told = await use(tool, id="1706.03762", operation="references")

    assert "from Semantic Scholar #1" in told
    assert told.endswith(
        "\nNote: Semantic Scholar answers 429 Too Many Requests: ask again in 60 s"
    )


async def test_what_no_service_can_tell_is_told() -> None:
    only: dict[str, Page] = {
        f"{OPENALEX_WORK}W7": json_page('{"id": "https://openalex.org/W7", "title": "A thesis"}')
    }
    async with open_paper_server(only) as server:
        tool = PaperDetails(library=server.library)
        told = await use(tool, id="W7", operation="references", influential_only=True)

    assert told.startswith("ERROR No service that answers tells the references of 'A thesis'")
