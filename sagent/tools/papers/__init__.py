"""Papers: where they are looked for, and the tools that look.

Semantic Scholar, OpenAlex and arXiv are asked at once, and what they say of one paper is told as
one. A tool takes a `Library` of these services, which others than the public ones may stand for.
All but the tools' cards is loaded when it is first used.
"""

from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING

from sagent.tools.papers._paper_author import PaperAuthor
from sagent.tools.papers._paper_details import PaperDetails
from sagent.tools.papers._paper_fetch import PaperFetch
from sagent.tools.papers._paper_search import PaperSearch

if TYPE_CHECKING:
    from sagent.tools.papers._arxiv import Arxiv
    from sagent.tools.papers._library import Library
    from sagent.tools.papers._openalex import OpenAlex
    from sagent.tools.papers._semantic_scholar import SemanticScholar

__all__ = [
    "Arxiv",
    "Library",
    "OpenAlex",
    "PaperAuthor",
    "PaperDetails",
    "PaperFetch",
    "PaperSearch",
    "SemanticScholar",
]

_ELSEWHERE = MappingProxyType(
    {
        "Arxiv": "sagent.tools.papers._arxiv",
        "Library": "sagent.tools.papers._library",
        "OpenAlex": "sagent.tools.papers._openalex",
        "SemanticScholar": "sagent.tools.papers._semantic_scholar",
    }
)


def __getattr__(name: str) -> object:
    if name in _ELSEWHERE:
        return getattr(import_module(_ELSEWHERE[name]), name)
    raise AttributeError(f"module 'sagent.tools.papers' has no attribute {name!r}")
