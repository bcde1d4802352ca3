"""What the web has: its pages, and services that find them.

A page is asked for over connections whose every address is checked, so that no model, page or
redirect can reach what only this machine can. A backend's module is loaded when its name is first
used.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from sagent.tools.web._found import Found, Search, SearchBackend
from sagent.tools.web._policy import AddressPolicy
from sagent.tools.web._web_fetch import WebFetch
from sagent.tools.web._web_search import WebSearch

if TYPE_CHECKING:
    from sagent.tools.web._brave import Brave
    from sagent.tools.web._duckduckgo import DuckDuckGo
    from sagent.tools.web._exa import Exa
    from sagent.tools.web._searxng import SearXNG
    from sagent.tools.web._tavily import Tavily

__all__ = [
    "AddressPolicy",
    "Brave",
    "DuckDuckGo",
    "Exa",
    "Found",
    "SearXNG",
    "Search",
    "SearchBackend",
    "Tavily",
    "WebFetch",
    "WebSearch",
]

_ELSEWHERE = frozenset({"Brave", "DuckDuckGo", "Exa", "SearXNG", "Tavily"})


def __getattr__(name: str) -> object:
    if name in _ELSEWHERE:
        return getattr(import_module(f"sagent.tools.web._{name.lower()}"), name)
    raise AttributeError(f"module 'sagent.tools.web' has no attribute {name!r}")
