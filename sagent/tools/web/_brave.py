from collections.abc import Sequence
from functools import partial

import attrs

from sagent.tools._thread_call import call_in_thread
from sagent.tools.web._api import Api, Query
from sagent.tools.web._fields import items
from sagent.tools.web._found import Found, Search
from sagent.tools.web._found_fields import found_in
from sagent.tools.web._markup import without_markup

_MOST_RESULTS = 20
_PACE_S = 1.0
"""Its cheapest plan takes one request a second."""


class Brave:
    """Brave's search, by its Web Search API: ``GET /res/v1/web/search``.

    Args:
        key: what the service knows its customer by.
        base_url: where it is.
    """

    name = "brave"

    def __init__(self, *, key: str, base_url: str = "https://api.search.brave.com/res/v1") -> None:
        headers = {"X-Subscription-Token": key}
        self._api = Api(name="Brave", base_url=base_url, headers=headers, pace_s=_PACE_S)

    async def search(self, search: Search) -> Sequence[Found]:
        """Search; see `SearchBackend`."""
        count = min(search.most_results, _MOST_RESULTS)
        query: Query = {"q": search.query_with_sites, "count": count, "result_filter": "web"}
        answer = await self._api.get_json("web/search", query)
        found = found_in(items(answer, "web", "results"), snippet="description")
        # In a thread: markup can be made to take long.
        return await call_in_thread(partial(_without_markup, found))


def _without_markup(results: Sequence[Found]) -> list[Found]:
    return [
        attrs.evolve(
            found, title=without_markup(found.title), snippet=without_markup(found.snippet)
        )
        for found in results
    ]
