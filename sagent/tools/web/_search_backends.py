from collections.abc import Mapping, Sequence

from sagent.tools.web._brave import Brave
from sagent.tools.web._duckduckgo import DuckDuckGo
from sagent.tools.web._exa import Exa
from sagent.tools.web._found import SearchBackend
from sagent.tools.web._search_variables import VARIABLES
from sagent.tools.web._searxng import SearXNG
from sagent.tools.web._tavily import Tavily


def backends_of(environ: Mapping[str, str]) -> Sequence[SearchBackend]:
    """Make the backends that *environ* has what they need for, and DuckDuckGo, which needs nothing.

    The first is the one to take: what its user has set up.
    """
    said = {name: environ.get(variable, "").strip() for name, variable in VARIABLES.items()}
    backends: list[SearchBackend] = []
    if url := said["searxng"]:
        backends.append(SearXNG(base_url=url))
    if key := said["brave"]:
        backends.append(Brave(key=key))
    if key := said["tavily"]:
        backends.append(Tavily(key=key))
    if key := said["exa"]:
        backends.append(Exa(key=key))
    return [*backends, DuckDuckGo()]
