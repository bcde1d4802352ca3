"""The services that know papers, and the papers themselves, on one loopback server."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager

import attrs
from web_server import Page, WebServer, open_web_server, page

from sagent.lib.json import JSON
from sagent.message import JsonMessage, is_error, response_text
from sagent.tool import Tool
from sagent.tools.papers import Arxiv, Library, OpenAlex, SemanticScholar
from sagent.tools.web import AddressPolicy

S2_SEARCH = "/s2/paper/search"
S2_PAPER = "/s2/paper/"
OPENALEX_WORKS = "/openalex/works"
OPENALEX_WORK = "/openalex/works/"
OPENALEX_AUTHORS = "/openalex/authors"
ARXIV = "/arxiv/query"
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\nendobj\n%%EOF\n"


@attrs.frozen
class PaperServer:
    library: Library
    web: WebServer

    @property
    def asked(self) -> list[str]:
        """The paths and queries of the requests, sorted, for several come at once."""
        return sorted(seen.split(" ")[1] for seen in self.web.seen)


@asynccontextmanager
async def open_paper_server(
    pages: Mapping[str, Page] = {}, *, key: str | None = None, email: str | None = None
) -> AsyncGenerator[PaperServer]:
    """Serve *pages*; what is not among them, no service knows."""
    async with open_web_server(pages) as web:
        library = Library(
            semantic_scholar=SemanticScholar(base_url=f"{web.origin}/s2", key=key, pace_s=0),
            openalex=OpenAlex(base_url=f"{web.origin}/openalex", key=key, email=email, pace_s=0),
            arxiv=Arxiv(base_url=f"{web.origin}/arxiv", pdf_base_url=f"{web.origin}/pdf", pace_s=0),
            addresses=AddressPolicy(("127.0.0.1",)),
        )
        yield PaperServer(library, web)


def json_page(text: str) -> bytes:
    return page(text, kind="application/json")


def atom_page(text: str) -> bytes:
    return page(text, kind="application/atom+xml; charset=utf-8")


def pdf_page(content: bytes = PDF) -> bytes:
    return page(content, kind="application/pdf")


async def use(tool: Tool, **directive: JSON) -> str:
    result = await tool.run(JsonMessage(directive))
    return ("ERROR " if is_error(result) else "") + response_text(result)
