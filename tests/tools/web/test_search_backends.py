"""The services that search the web, against answers of their own formats."""

import gc
import json
from collections.abc import Iterator, Sequence
from urllib.parse import parse_qs

import outcome
import pytest
import trio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from search_recordings import BEES, RECORDINGS, recorded
from web_server import Page, WebServer, open_web_server, page

from sagent.lib.json import JSON
from sagent.message import JsonMessage, is_message
from sagent.tools._refusal import Refusal
from sagent.tools.web import (
    Brave,
    DuckDuckGo,
    Exa,
    Found,
    Search,
    SearchBackend,
    SearXNG,
    Tavily,
    WebSearch,
)
from sagent.tools.web._fields import field, items

SEARCH = Search(query="honey bees", most_results=5)
FILTERED = Search(
    query="bees", allowed_domains=["wikipedia.org", "a.example"], blocked_domains=["b.example"]
)
PATHS = {
    "brave": "/web/search",
    "duckduckgo": "/",
    "exa": "/search",
    "searxng": "/search",
    "tavily": "/search",
}


def backend_at(origin: str, name: str) -> SearchBackend:
    backends: dict[str, SearchBackend] = {
        "brave": Brave(key="k3y", base_url=origin),
        "duckduckgo": DuckDuckGo(base_url=f"{origin}/"),
        "exa": Exa(key="k3y", base_url=origin),
        "searxng": SearXNG(base_url=origin),
        "tavily": Tavily(key="k3y", base_url=origin),
    }
    return backends[name]


def recording(name: str) -> bytes:
    return recorded("duckduckgo.html" if name == "duckduckgo" else f"{name}.json")


def query_of(server: WebServer) -> dict[str, list[str]]:
    return parse_qs(server.seen[0].split()[1].partition("?")[2])


def body_of(server: WebServer) -> JSON:
    body: JSON = json.loads(server.seen[0].rpartition("\n\n")[2])
    return body


async def searched(name: str, search: Search, said: Page) -> Sequence[Found]:
    async with open_web_server({PATHS[name]: said}) as server:
        result = await outcome.acapture(backend_at(server.origin, name).search, search)
    return result.unwrap()


@pytest.mark.parametrize("name", ["brave", "searxng", "tavily"])
async def test_a_service_finds_titles_addresses_and_snippets(name: str) -> None:
    assert await searched(name, SEARCH, recording(name)) == BEES


async def test_exa_tells_what_of_a_page_matters() -> None:
    found = await searched("exa", SEARCH, recording("exa"))

    assert [one.url for one in found] == [one.url for one in BEES]
    assert found[0].snippet == "A honey bee is a eusocial flying insect ... & a maker of wax."


async def test_duckduckgo_finds_pages_and_no_adverts() -> None:
    found = await searched("duckduckgo", SEARCH, recording("duckduckgo"))

    assert found[:2] == BEES[:2]
    assert found[2:] == [Found(title="Buy bees", url="https://shop.example.com/bees")]


@pytest.mark.parametrize("status", ["200 OK", "202 Accepted"])
async def test_a_challenge_of_duckduckgo_is_told(status: str) -> None:
    body = (RECORDINGS / "duckduckgo_challenge.html").read_bytes()

    with pytest.raises(Refusal, match=r"takes us for a robot.*BRAVE_API_KEY"):
        await searched("duckduckgo", SEARCH, page(body, status=status))


@pytest.fixture
def no_collection() -> Iterator[None]:
    """Run no finalizers of garbage in whatever thread makes it; one would swallow what ends that."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_collection")
async def test_a_page_of_results_that_takes_long_to_read_can_be_given_up() -> None:
    nested = page(b'<div class="result__a">' * 20_000, kind="text/html")

    with trio.move_on_after(0.5) as patience:
        await searched("duckduckgo", SEARCH, nested)

    assert patience.cancelled_caught


@pytest.mark.parametrize("name", ["brave", "duckduckgo", "searxng"])
async def test_domains_go_along_as_operators_of_the_query(name: str) -> None:
    async with open_web_server({PATHS[name]: recording(name)}) as server:
        await backend_at(server.origin, name).search(FILTERED)

    assert query_of(server)["q"] == ["bees (site:wikipedia.org OR site:a.example) -site:b.example"]


@pytest.mark.parametrize(
    ("name", "allowed", "blocked", "count"),
    [
        ("tavily", "include_domains", "exclude_domains", "max_results"),
        ("exa", "includeDomains", "excludeDomains", "numResults"),
    ],
)
async def test_domains_go_along_where_a_service_takes_them(
    name: str, allowed: str, blocked: str, count: str
) -> None:
    async with open_web_server({PATHS[name]: recording(name)}) as server:
        await backend_at(server.origin, name).search(FILTERED)

    asked = body_of(server)
    assert field(asked, "query") == "bees"
    assert items(asked, allowed) == ["wikipedia.org", "a.example"]
    assert items(asked, blocked) == ["b.example"]
    assert field(asked, count) == 10


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("brave", "X-Subscription-Token: k3y"),
        ("tavily", "Authorization: Bearer k3y"),
        ("exa", "x-api-key: k3y"),
    ],
)
async def test_a_key_goes_along_in_a_header(name: str, header: str) -> None:
    async with open_web_server({PATHS[name]: recording(name)}) as server:
        await backend_at(server.origin, name).search(SEARCH)

    assert header.lower() in server.seen[0].lower()


async def test_a_searxng_without_json_says_what_to_set() -> None:
    with pytest.raises(Refusal, match=r"must list json in search\.formats"):
        await searched("searxng", SEARCH, page("", status="403 Forbidden"))


@pytest.mark.parametrize("name", ["brave", "exa", "tavily"])
@pytest.mark.parametrize("status", ["401 Unauthorized", "500 Internal Server Error"])
async def test_a_refusal_of_a_service_is_told_without_the_key(name: str, status: str) -> None:
    with pytest.raises(Refusal) as refused:
        await searched(name, SEARCH, page("the key k3y is no good", status=status))

    assert status in str(refused.value)
    assert "k3y" not in str(refused.value)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    name=st.sampled_from(sorted(PATHS)),
    body=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(["web", "results", "url", "title", "highlights"]), inner
            )
        ),
    ),
)
def test_any_answer_of_a_service_is_read_or_told(name: str, body: JSON) -> None:
    said = page(json.dumps(body), kind="application/json")

    async def run() -> None:
        async with open_web_server({PATHS[name]: said}) as server:
            tool = WebSearch(backends=[backend_at(server.origin, name)])
            assert is_message(await tool.run(JsonMessage({"query": "bees"})))

    trio.run(run)
