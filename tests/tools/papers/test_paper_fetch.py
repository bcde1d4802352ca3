"""Getting the PDF of a paper, over real sockets."""

import json
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import trio
from paper_answers import (
    ATTENTION_ARXIV,
    ATTENTION_S2,
    BARE_S2,
    WITHDRAWN_ARXIV,
    arxiv_found,
)
from paper_server import (
    ARXIV,
    OPENALEX_WORK,
    PDF,
    S2_PAPER,
    PaperServer,
    atom_page,
    json_page,
    open_paper_server,
    pdf_page,
    use,
)
from trio.testing import MockClock
from web_server import Page, page, redirect

from sagent.tools import PaperFetch
from sagent.tools.papers import Library

DOI = f"{S2_PAPER}DOI:10.1000/182"
NOWHERE: dict[str, Page] = {ARXIV: atom_page(arxiv_found())}


@pytest.fixture
def papers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SAGENT_HOME", str(tmp_path / "home"))
    return tmp_path / "home/papers"


def kept(papers: Path) -> list[Path]:
    return sorted(papers.iterdir()) if papers.exists() else []


def modes(*paths: Path) -> list[int]:
    return [stat.S_IMODE(path.stat().st_mode) for path in paths]


@pytest.fixture
async def server(papers: Path) -> AsyncIterator[PaperServer]:
    async with open_paper_server(NOWHERE) as server:
        yield server


def s2_paper(server: PaperServer, *places: str) -> bytes:
    """Say that a paper is at *places* of the server, of which Semantic Scholar knows the first."""
    url = f"{server.web.origin}{places[0]}" if places else ""
    paper = BARE_S2 | {"title": "A study", "openAccessPdf": {"url": url, "status": "GREEN"}}
    return json_page(json.dumps(paper))


async def test_a_paper_of_arxiv_is_fetched_without_looking_it_up(
    server: PaperServer, papers: Path
) -> None:
    server.web.pages["/pdf/1706.03762v2"] = pdf_page()

    told = await use(PaperFetch(library=server.library), id="arXiv:1706.03762v2")

    path = papers / "arxiv-1706.03762v2.pdf"
    assert told == (
        f"{path}\n(arXiv:1706.03762v2, {len(PDF)} bytes from {server.web.origin}"
        "/pdf/1706.03762v2; Read it with pages, such as 1-5)"
    )
    assert path.read_bytes() == PDF
    assert server.asked == ["/pdf/1706.03762v2"]


async def test_only_its_owner_can_read_what_is_kept(server: PaperServer, papers: Path) -> None:
    server.web.pages["/pdf/hep-th/9901001"] = pdf_page()

    await use(PaperFetch(library=server.library), id="hep-th/9901001")

    assert modes(papers.parent, papers, *kept(papers)) == [0o700, 0o700, 0o600]


async def test_a_paper_is_fetched_once(server: PaperServer, papers: Path) -> None:
    server.web.pages["/pdf/1706.03762"] = pdf_page()
    tool = PaperFetch(library=server.library)

    await use(tool, id="1706.03762")
    told = await use(tool, id="https://arxiv.org/abs/1706.03762")

    path = papers / "arxiv-1706.03762.pdf"
    assert told == f"{path}\n(fetched before; Read it with pages, such as 1-5)"
    assert len(server.asked) == 1


async def test_a_paper_that_is_kept_under_another_name_is_found(
    server: PaperServer, papers: Path
) -> None:
    server.web.pages["/pdf/1706.03762"] = pdf_page()
    tool = PaperFetch(library=server.library)
    await use(tool, id="1706.03762")
    sha = ATTENTION_S2["paperId"]
    server.web.pages[f"{S2_PAPER}{sha}"] = json_page(json.dumps(ATTENTION_S2))

    told = await use(tool, id=sha)

    assert told.startswith(f"{papers}/arxiv-1706.03762.pdf\n(fetched before")


async def test_what_is_kept_and_is_no_pdf_is_fetched_anew(
    server: PaperServer, papers: Path
) -> None:
    server.web.pages["/pdf/1706.03762"] = pdf_page()
    tool = PaperFetch(library=server.library)
    await use(tool, id="1706.03762")
    (papers / "arxiv-1706.03762.pdf").write_bytes(b"")

    await use(tool, id="1706.03762")

    assert (papers / "arxiv-1706.03762.pdf").read_bytes() == PDF


async def test_an_open_paper_is_found_by_its_doi(server: PaperServer, papers: Path) -> None:
    server.web.pages[DOI] = s2_paper(server, "/moved")
    server.web.pages["/moved"] = redirect("/study.pdf")
    server.web.pages["/study.pdf"] = pdf_page(b"\n\n" + PDF)

    told = await use(PaperFetch(library=server.library), id="10.1000/182")

    (path,) = kept(papers)
    assert told.startswith(f"{path}\n(A study, {len(PDF) + 2} bytes from {server.web.origin}/moved")
    assert path.name.startswith("doi-10.1000-182-")


async def test_the_next_place_is_tried_when_one_gives_a_web_page(
    server: PaperServer, papers: Path
) -> None:
    origin = server.web.origin
    work = {
        "id": "https://openalex.org/W7",
        "doi": "https://doi.org/10.1000/182",
        "display_name": "A study",
        "best_oa_location": {"pdf_url": f"{origin}/gone.pdf"},
        "locations": [{"pdf_url": f"{origin}/gone.pdf"}, {"pdf_url": f"{origin}/study.pdf"}],
    }
    server.web.pages[DOI] = s2_paper(server, "/consent")
    server.web.pages["/consent"] = page("<html>Accept our cookies")
    server.web.pages[f"{OPENALEX_WORK}doi:10.1000/182"] = json_page(json.dumps(work))
    server.web.pages["/study.pdf"] = pdf_page()

    told = await use(PaperFetch(library=server.library), id="10.1000/182")

    assert f"bytes from {origin}/study.pdf" in told
    assert [asked for asked in server.asked if asked.endswith(("consent", ".pdf"))] == [
        "/consent",
        "/gone.pdf",
        "/study.pdf",
    ]


async def test_a_closed_paper_is_told_in_one_line(server: PaperServer, papers: Path) -> None:
    server.web.pages[DOI] = s2_paper(server)

    told = await use(PaperFetch(library=server.library), id="10.1000/182")

    assert told == (
        "ERROR 'A study' is not open: no service knows a free PDF. Ask the user for the file"
    )
    assert not kept(papers)


async def test_why_no_place_gave_it_is_told(server: PaperServer, papers: Path) -> None:
    server.web.pages[DOI] = s2_paper(server, "/study.pdf")
    server.web.pages["/study.pdf"] = page("no", status="403 Forbidden")

    told = await use(PaperFetch(library=server.library), id="10.1000/182")

    assert told == "ERROR 'A study' could not be had: 127.0.0.1 answers 403 Forbidden"


async def test_a_withdrawn_paper_says_so(server: PaperServer, papers: Path) -> None:
    server.web.pages[ARXIV] = atom_page(arxiv_found(WITHDRAWN_ARXIV))

    told = await use(PaperFetch(library=server.library), id="math/0309136")

    assert told == (
        "ERROR 'On a problem of Gödel' (withdrawn) could not be had: "
        "127.0.0.1 answers 404 Not Found"
    )


async def test_a_version_that_is_not_there_is_not_taken_for_another(
    server: PaperServer, papers: Path
) -> None:
    server.web.pages["/pdf/1706.03762"] = pdf_page()
    tool = PaperFetch(library=server.library)
    await use(tool, id="1706.03762")

    told = await use(tool, id="1706.03762v99")

    assert told == "ERROR arXiv:1706.03762v99 could not be had: 127.0.0.1 answers 404 Not Found"


async def test_no_more_than_a_hundred_megabytes_are_taken(
    server: PaperServer, papers: Path
) -> None:
    async def endless(stream: trio.abc.Stream) -> None:
        await stream.send_all(b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n%PDF-1.7")
        while True:
            await stream.send_all(bytes(1 << 20))

    server.web.pages["/pdf/1706.03762"] = endless
    server.web.pages[ARXIV] = atom_page(arxiv_found(ATTENTION_ARXIV))

    told = await use(PaperFetch(library=server.library), id="1706.03762")

    assert "could not be had: 127.0.0.1 sends more than 100 MB; 127.0.0.1 answers 404" in told
    assert not kept(papers)


async def test_a_private_address_is_not_asked(papers: Path) -> None:
    async with open_paper_server(NOWHERE) as server:
        server.web.pages[DOI] = s2_paper(server, "/study.pdf")
        library = Library(
            semantic_scholar=server.library.semantic_scholar,
            openalex=server.library.openalex,
            arxiv=server.library.arxiv,
        )

        told = await use(PaperFetch(library=library), id="10.1000/182")

    assert "could not be had: Refusing to fetch: 127.0.0.1 is no public address" in told
    assert "/study.pdf" not in server.asked


async def test_a_full_or_forbidden_home_is_told(
    server: PaperServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("SAGENT_HOME", str(tmp_path / "file"))
    server.web.pages["/pdf/1706.03762"] = pdf_page()

    told = await use(PaperFetch(library=server.library), id="1706.03762")

    assert told.startswith(f"ERROR {tmp_path}/file")


async def test_a_server_that_keeps_us_waiting_is_left(
    server: PaperServer, mock_clock: MockClock
) -> None:
    async def time_passes(stream: trio.abc.Stream) -> None:
        mock_clock.jump(60)
        await stream.receive_some()

    server.web.pages["/pdf/1706.03762"] = time_passes
    server.web.pages[ARXIV] = atom_page(arxiv_found(ATTENTION_ARXIV))
    server.web.pages["/pdf/1706.03762v7"] = pdf_page()

    told = await use(PaperFetch(library=server.library), id="1706.03762")

    assert told.endswith("/pdf/1706.03762v7; Read it with pages, such as 1-5)")
