"""Papers: where they are looked for, and the tools that look.

Semantic Scholar, OpenAlex and arXiv are asked at once, and what they say of one paper is told as
one. A tool takes a `Library` of these services, which others than the public ones may stand for.
"""

from sagent.tools.papers._arxiv import Arxiv
from sagent.tools.papers._library import Library
from sagent.tools.papers._openalex import OpenAlex
from sagent.tools.papers._paper_author import PaperAuthor
from sagent.tools.papers._paper_details import PaperDetails
from sagent.tools.papers._paper_fetch import PaperFetch
from sagent.tools.papers._paper_search import PaperSearch
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
