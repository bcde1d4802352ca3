from collections.abc import Collection, Sequence
from pathlib import Path
from typing import ClassVar

import attrs
import trio

from sagent.home import Home
from sagent.message import Message, TextMessage
from sagent.tool import Effect, Workspace
from sagent.tools._arguments import Arguments
from sagent.tools._builtin import BuiltinTool, Card
from sagent.tools._refusal import Refusal
from sagent.tools.papers._inquiry import DEADLINE_S
from sagent.tools.papers._library import Library
from sagent.tools.papers._paper import Paper
from sagent.tools.papers._paper_id import PaperId, paper_id
from sagent.tools.papers._shelf import Shelf


@attrs.define(eq=False, kw_only=True)
class PaperFetch(BuiltinTool):
    """Gets the PDF of a paper that is open to all, and keeps it in the user's home."""

    library: Library = attrs.field(factory=Library.from_env)

    card: ClassVar[Card] = Card(
        name="PaperFetch",
        description="Download the open-access PDF of a paper, and give its path, for Read.",
        directive_schema={
            "type": "object",
            "properties": {"id": {"type": "string", "description": "as PaperDetails takes it"}},
            "required": ["id"],
            "additionalProperties": False,
        },
        # What it writes is a cache of our own, as what large results leave on disk is.
        effects=frozenset({Effect.READS, Effect.NETWORK}),
        concurrency="shared",
        subjects=("id",),
    )

    async def _work(self, arguments: Arguments, workspace: Workspace) -> Message:  # noqa: ARG002  # the contract's
        from sagent.tools.papers._download import Downloads  # noqa: PLC0415  # httpx takes long

        wanted = paper_id(arguments.text("id"))
        shelf = Shelf.of(Home.default())
        downloads = Downloads.by(self.library.addresses)
        if kept := await _found(shelf, [wanted]):
            return kept
        title, pdf = str(wanted), await downloads.first_pdf(self._known_place(wanted))
        if pdf is None:
            if wanted.names_version:  # another version is another text
                raise _unavailable(str(wanted), downloads.faults.values())
            deadline = trio.current_time() + DEADLINE_S
            paper = (await self.library.paper(wanted, deadline=deadline)).paper
            if kept := await _found(shelf, paper.ids):
                return kept
            title, pdf = paper.title, await downloads.first_pdf(self._places(paper))
            if pdf is None:
                notice = f" ({paper.notice})" if paper.notice else ""
                raise _unavailable(f"{title!r}{notice}", downloads.faults.values())
        path = await trio.to_thread.run_sync(shelf.put, wanted, pdf.content)
        return TextMessage(_told(path, f"{title}, {len(pdf.content):,} bytes from {pdf.url}"))

    def _known_place(self, wanted: PaperId) -> list[str]:
        """Give where a paper is that need not be looked up."""
        return [self.library.arxiv.pdf_url(wanted.value)] if wanted.kind == "arxiv" else []

    def _places(self, paper: Paper) -> list[str]:
        preprint = [self.library.arxiv.pdf_url(paper.arxiv_id)] if paper.arxiv_id else []
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
