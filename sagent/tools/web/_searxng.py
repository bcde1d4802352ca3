from collections.abc import Sequence

from sagent.tools._refusal import Refusal
from sagent.tools.web._api import Api
from sagent.tools.web._fields import items
from sagent.tools.web._found import Found, Search
from sagent.tools.web._found_fields import found_in


class SearXNG:
    """A SearXNG of one's own, which must offer JSON: ``search: formats: [html, json]``.

    Args:
        base_url: where it is.
    """

    name = "searxng"

    def __init__(self, *, base_url: str) -> None:
        self._api = Api(name="SearXNG", base_url=base_url)

    async def search(self, search: Search) -> Sequence[Found]:
        """Search; see `SearchBackend`."""
        query = {"q": search.query_with_sites, "format": "json"}
        try:
            answer = await self._api.get_json("search", query)
        except Refusal as error:
            if "403 Forbidden" in str(error):
                raise Refusal(
                    "SearXNG gives no JSON: its settings must list json in search.formats"
                ) from error
            raise
        return found_in(items(answer, "results"), snippet="content")
