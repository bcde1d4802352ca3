from collections.abc import Collection, Sequence
from pathlib import Path

import trio

from sagent.home import Home
from sagent.message import Message, TextMessage
from sagent.tools._arguments import Arguments
from sagent.tools._refusal import Refusal
from sagent.tools.papers._download import Downloads
from sagent.tools.papers._inquiry import DEADLINE_S
from sagent.tools.papers._library import Library
from sagent.tools.papers._paper import Paper
from sagent.tools.papers._paper_id import PaperId, paper_id
from sagent.tools.papers._shelf import Shelf


async def fetch(library: Library, arguments: Arguments) -> Message:
    """Get the PDF of the paper that *arguments* name, unless it is here.

    Raises:
        Refusal: it names no paper, or it cannot be had.
    """
    wanted = paper_id(arguments.text("id"))
    shelf = Shelf.of(Home.default())
    downloads = Downloads.by(library.addresses)
    if kept := await _found(shelf, [wanted]):
        return kept
    title, pdf = str(wanted), await downloads.first_pdf(_known_place(library, wanted))
    if pdf is None:
        if wanted.names_version:  # another version is another text
            raise _unavailable(str(wanted), downloads.faults.values())
        deadline = trio.current_time() + DEADLINE_S
        paper = (await library.paper(wanted, deadline=deadline)).paper
        if kept := await _found(shelf, paper.ids):
            return kept
        title, pdf = paper.title, await downloads.first_pdf(_places(library, paper))
        if pdf is None:
            notice = f" ({paper.notice})" if paper.notice else ""
            raise _unavailable(f"{title!r}{notice}", downloads.faults.values())
    path = await trio.to_thread.run_sync(shelf.put, wanted, pdf.content)
    return TextMessage(_told(path, f"{title}, {len(pdf.content):,} bytes from {pdf.url}"))


def _known_place(library: Library, wanted: PaperId) -> list[str]:
    """Give where a paper is that need not be looked up."""
    return [library.arxiv.pdf_url(wanted.value)] if wanted.kind == "arxiv" else []


def _places(library: Library, paper: Paper) -> list[str]:
    preprint = [library.arxiv.pdf_url(paper.arxiv_id)] if paper.arxiv_id else []
    return list(dict.fromkeys([*paper.pdf_urls, *preprint]))


async def _found(shelf: Shelf, names: Sequence[PaperId]) -> Message | None:
    path = await trio.to_thread.run_sync(shelf.find, names)
    return None if path is None else TextMessage(_told(path, "fetched before"))


def _told(path: Path, origin: str) -> str:
    return f"{path}\n({origin}; Read it with pages, such as 1-5)"


def _unavailable(what: str, faults: Collection[str]) -> Refusal:
    if not faults:
        return Refusal(
            f"{what} is not open: no service knows a free PDF. Ask the user for the file"
        )
    return Refusal(f"{what} could not be had: {'; '.join(faults)}")
