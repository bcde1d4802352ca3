"""Who wrote what."""

import json

import pytest
from paper_answers import (
    ATTENTION_OPENALEX,
    ATTENTION_S2,
    AUTHOR_OPENALEX,
    AUTHOR_S2,
    openalex_found,
    s2_found,
)
from paper_server import OPENALEX_AUTHORS, OPENALEX_WORKS, json_page, open_paper_server, use
from web_server import Page, page

from sagent.tools import PaperAuthor

S2_AUTHORS = "/s2/author/search"
S2_AUTHOR = "/s2/author/40348417"
S2_LINE = (
    "Ashish Vaswani · Essential AI · 75 papers · 150,000 citations · h-index 41 · s2:40348417"
    " · orcid:0000-0002-1825-0097"
)
OPENALEX_LINE = (
    "Ашиш Васвани · Google · 38 papers · 20,000 citations · h-index 20 · openalex:A5018426904"
    " · orcid:0000-0001-5109-3700"
)
NAMESAKE = {"authorId": "7", "name": "A. Vaswani", "affiliations": None, "hIndex": None}
KNOWN: dict[str, Page] = {
    S2_AUTHORS: json_page(s2_found(AUTHOR_S2, NAMESAKE, total=2)),
    S2_AUTHOR: json_page(json.dumps(AUTHOR_S2)),
    f"{S2_AUTHOR}/papers": json_page(s2_found(ATTENTION_S2)),
    OPENALEX_AUTHORS: json_page(openalex_found(AUTHOR_OPENALEX)),
    f"{OPENALEX_AUTHORS}/A5018426904": json_page(json.dumps(AUTHOR_OPENALEX)),
    f"{OPENALEX_AUTHORS}/orcid:0000-0001-5109-3700": json_page(json.dumps(AUTHOR_OPENALEX)),
    OPENALEX_WORKS: json_page(openalex_found(ATTENTION_OPENALEX, total=38)),
}


async def test_authors_are_found_by_name() -> None:
    async with open_paper_server(KNOWN) as server:
        told = await use(PaperAuthor(library=server.library), query="Vaswani")

    assert told.split("\n") == [
        "3 of 3 authors found (in all: Semantic Scholar 2, OpenAlex 1)",
        f"1. {S2_LINE}",
        f"2. {OPENALEX_LINE}",
        "3. A. Vaswani · s2:7",
    ]


async def test_more_authors_than_the_limit_are_told() -> None:
    async with open_paper_server(KNOWN) as server:
        told = await use(PaperAuthor(library=server.library), query="Vaswani", limit=1)

    assert told.split("\n") == [
        "1 of 2 authors found (in all: Semantic Scholar 2, OpenAlex 1); raise limit for more",
        f"1. {S2_LINE}",
    ]


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ("40348417", S2_LINE),
        ("https://openalex.org/A5018426904", OPENALEX_LINE),
        ("0000-0001-5109-3700", OPENALEX_LINE),
    ],
)
async def test_an_author_is_shown_by_id(given: str, line: str) -> None:
    async with open_paper_server(KNOWN) as server:
        assert await use(PaperAuthor(library=server.library), id=given) == line


async def test_the_papers_of_an_author_are_listed() -> None:
    async with open_paper_server(KNOWN) as server:
        tool = PaperAuthor(library=server.library)
        one = await use(tool, id="40348417", operation="papers")
        other = await use(tool, id="A5018426904", operation="papers", year_from=2010)

    assert one.startswith(f"{S2_LINE}\n1 of 1 papers\n1. Attention is All you Need (2017)")
    assert other.startswith(f"{OPENALEX_LINE}\n1 of 38 papers; raise limit for more\n1. Attention")
    assert any("from_publication_date%3A2010-01-01" in asked for asked in server.asked)


async def test_the_papers_of_the_first_of_a_name_are_listed_with_a_word_of_caution() -> None:
    async with open_paper_server(KNOWN) as server:
        told = await use(PaperAuthor(library=server.library), query="Vaswani", operation="papers")

    assert told.split("\n")[:3] == [
        S2_LINE,
        "Others have that name: leave out operation to see them.",
        "1 of 1 papers",
    ]


async def test_a_service_that_fails_is_noted() -> None:
    bad = page("", status="500 Internal Server Error")
    async with open_paper_server({**KNOWN, S2_AUTHORS: bad}) as server:
        told = await use(PaperAuthor(library=server.library), query="Vaswani")

    assert told.endswith("\nNote: Semantic Scholar answers 500 Internal Server Error")


@pytest.mark.parametrize(
    ("directive", "told"),
    [
        ({}, "ERROR give query, a name, or id"),
        ({"id": "Vaswani"}, "ERROR 'Vaswani' is no author's id"),
        ({"id": "99"}, "ERROR No author has the id s2:99"),
        ({"query": "nobody", "operation": "papers"}, "ERROR No author is called 'nobody'"),
        ({"query": "nobody"}, "No authors found"),
    ],
)
async def test_who_is_not_there_is_told(directive: dict[str, str], told: str) -> None:
    nobody: dict[str, Page] = {
        S2_AUTHORS: json_page(s2_found(total=0)),
        OPENALEX_AUTHORS: json_page(openalex_found()),
    }
    async with open_paper_server(nobody) as server:
        assert (await use(PaperAuthor(library=server.library), **directive)).startswith(told)
