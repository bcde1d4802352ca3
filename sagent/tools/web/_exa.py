from collections.abc import Sequence

from sagent.lib.json import JSON
from sagent.tools.web._api import Api
from sagent.tools.web._fields import items, text_field
from sagent.tools.web._found import Found, Search

_MOST_RESULTS = 100
_HIGHLIGHT_CHARS = 300


class Exa:
    """Exa's search: ``POST /search`` with the highlights of each page.

    Args:
        key: what the service knows its customer by.
        base_url: where it is.
    """

    name = "exa"

    def __init__(self, *, key: str, base_url: str = "https://api.exa.ai") -> None:
        self._api = Api(name="Exa", base_url=base_url, headers={"x-api-key": key})

    async def search(self, search: Search) -> Sequence[Found]:
        """Search; see `SearchBackend`."""
        question: dict[str, JSON] = {
            "query": search.query,
            "numResults": min(search.most_results, _MOST_RESULTS),
            "contents": {"highlights": {"maxCharacters": _HIGHLIGHT_CHARS}},
        }
        if search.allowed_domains:
            question["includeDomains"] = search.allowed_domains
        if search.blocked_domains:
            question["excludeDomains"] = search.blocked_domains
        answer = await self._api.post_json("search", question)
        return [
            Found(
                title=text_field(one, "title"),
                url=text_field(one, "url"),
                snippet=" ... ".join(
                    part for part in items(one, "highlights") if isinstance(part, str)
                ),
            )
            for one in items(answer, "results")
        ]
