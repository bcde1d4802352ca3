from collections.abc import Sequence

from sagent.tools.web._api import Api
from sagent.tools.web._fields import items
from sagent.tools.web._found import Found, Search
from sagent.tools.web._found_fields import found_in

_MOST_RESULTS = 20


class Tavily:
    """Tavily's search: ``POST /search``.

    Args:
        key: what the service knows its customer by.
        base_url: where it is.
    """

    name = "tavily"

    def __init__(self, *, key: str, base_url: str = "https://api.tavily.com") -> None:
        headers = {"Authorization": f"Bearer {key}"}
        self._api = Api(name="Tavily", base_url=base_url, headers=headers)

    async def search(self, search: Search) -> Sequence[Found]:
        """Search; see `SearchBackend`."""
        answer = await self._api.post_json(
            "search",
            {
                "query": search.query,
                "max_results": min(search.most_results, _MOST_RESULTS),
                "include_domains": search.allowed_domains,
                "exclude_domains": search.blocked_domains,
            },
        )
        return found_in(items(answer, "results"), snippet="content")
