from collections.abc import Iterator, Sequence
from functools import partial
from http import HTTPStatus
from urllib.parse import parse_qs, urljoin, urlsplit

from justhtml import Element, JustHTML, Text

from sagent.tools._refusal import Refusal
from sagent.tools._thread_call import call_in_thread
from sagent.tools.web._api import Api
from sagent.tools.web._found import Found, Search
from sagent.tools.web._tree import body_of, walk

_PACE_S = 2.0
"""It soon takes who asks faster for a robot."""
_TITLE, _SNIPPET, _ADVERT = "result__a", "result__snippet", "result--ad"
_CHALLENGE = "anomaly-modal"


class DuckDuckGo:
    """DuckDuckGo's page for browsers without scripts, which needs no key.

    It is made for people: who asks often is asked to prove to be one.

    Args:
        base_url: where it is.
    """

    name = "duckduckgo"

    def __init__(self, *, base_url: str = "https://html.duckduckgo.com/html/") -> None:
        # It challenges with the second of these.
        statuses = frozenset({HTTPStatus.OK, HTTPStatus.ACCEPTED})
        self._api = Api(name="DuckDuckGo", base_url=base_url, pace_s=_PACE_S, statuses=statuses)

    async def search(self, search: Search) -> Sequence[Found]:
        """Search; see `SearchBackend`."""
        answer = await self._api.get("", {"q": search.query_with_sites})
        challenged = _CHALLENGE.encode() in answer.body
        # In a thread: a page can be made to take long.
        found = [] if challenged else await call_in_thread(partial(_found_on, answer.body))
        if challenged or (answer.status != HTTPStatus.OK and not found):
            raise Refusal(
                "DuckDuckGo takes us for a robot and gives no results: try later, or let the user "
                "set BRAVE_API_KEY, TAVILY_API_KEY, EXA_API_KEY or SEARXNG_URL for another backend"
            )
        return found


def _found_on(content: bytes) -> list[Found]:
    return list(_results(JustHTML(content, sanitize=False)))


def _results(page: JustHTML) -> Iterator[Found]:
    body = body_of(page)
    title, url = "", ""
    for node, ends in walk(body) if body is not None else ():
        if ends or not isinstance(node, Element):
            continue
        classes = (node.attrs.get("class") or "").split()
        if _TITLE in classes:
            if url:
                yield Found(title=title, url=url)
            title, url = _words(node), _target(node.attrs.get("href") or "")
        elif _SNIPPET in classes and url:
            yield Found(title=title, url=url, snippet=_words(node))
            url = ""
    if url:
        yield Found(title=title, url=url)


def _words(element: Element) -> str:
    pieces = [node.data or "" for node, _ in walk(element) if isinstance(node, Text)]
    return " ".join("".join(pieces).split())


def _target(link: str) -> str:
    """Take the page's address out of DuckDuckGo's own, which counts clicks; "" for an advert's."""
    try:
        parts = urlsplit(urljoin("https://duckduckgo.com/", link))
    except ValueError:
        return ""
    if not (parts.hostname or "").endswith("duckduckgo.com"):
        return parts.geturl()
    return parse_qs(parts.query).get("uddg", [""])[0] if parts.path == "/l/" else ""
