"""Asking a vendor which models it has."""

import gzip
import json
from collections.abc import AsyncGenerator, Callable, Mapping

import httpx
import pytest
import trio
from trio.testing import MockClock

from sagent.errors import (
    AuthenticationError,
    ConnectionFailedError,
    ModelError,
    NotFoundError,
    ProtocolError,
    RateLimitError,
    ServerError,
    StatusError,
    StreamCutError,
)
from sagent.lib.json import JSON
from sagent.model import ModelInfo
from sagent.providers import OpenAICompat, _listing, _question
from sagent.providers._connections import Connections
from sagent.providers._listing import Listing, list_models
from sagent.providers._wires.fields import fields_of, objects_in, text_in

KEY = "sk-very-secret"
BASE_URL = "https://api.example/v1"

type Answer = Callable[[httpx.Request], httpx.Response]


class Server:
    """A server that answers each request with *answer*, and remembers what it was asked."""

    def __init__(self, answer: Answer) -> None:
        self.seen: list[httpx.Request] = []
        self.closed = 0
        self._answer = answer

    def transport(self) -> httpx.AsyncBaseTransport:
        server = self

        class Counted(httpx.MockTransport):
            async def aclose(self) -> None:
                await trio.lowlevel.checkpoint()
                server.closed += 1

        return Counted(self._reply)

    def _reply(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        return self._answer(request)


class Body(httpx.AsyncByteStream):
    """A body as it comes from a socket, in two pieces."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    async def __aiter__(self) -> AsyncGenerator[bytes, None]:
        half = len(self._body) // 2
        for piece in (self._body[:half], self._body[half:]):
            await trio.lowlevel.checkpoint()
            yield piece


def says_bytes(body: bytes, status: int = 200, **headers: str) -> Answer:
    written = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: httpx.Response(status, headers=written, stream=Body(body))


def says(body: object, status: int = 200) -> Answer:
    return says_bytes(json.dumps(body).encode(), status, content_type="application/json")


def named(page: JSON) -> tuple[ModelInfo, ...]:
    models = objects_in(fields_of(page).get("data"))
    return tuple(ModelInfo(model_id=text_in(model, "id")) for model in models)


def after(page: JSON) -> Mapping[str, str]:
    """Find the next page as Anthropic's list names it."""
    more = fields_of(page).get("has_more") is True
    return {"after_id": text_in(fields_of(page), "last_id")} if more else {}


ONE_PAGE = Listing(parse=named)
PAGES = Listing(parse=named, path="models?limit=1", next_page=after)


async def ask_of(provider: OpenAICompat, listing: Listing = ONE_PAGE) -> tuple[ModelInfo, ...]:
    connections = Connections(provider.base_url, provider.headers(), provider.new_transport)
    return await list_models(connections, provider.model("list of models").endpoint, listing)


async def ask(server: Server, listing: Listing = ONE_PAGE) -> tuple[ModelInfo, ...]:
    return await ask_of(
        OpenAICompat(key=KEY, base_url=BASE_URL, new_transport=server.transport), listing
    )


def of(*names: str) -> tuple[ModelInfo, ...]:
    return tuple(ModelInfo(model_id=name) for name in names)


async def test_models_come_in_the_vendors_order() -> None:
    server = Server(says({"data": [{"id": "b"}, {"id": "a"}]}))

    assert await ask(server) == of("b", "a")


async def test_the_list_is_asked_for_as_the_provider_asks_for_all_else() -> None:
    server = Server(says({"data": []}))

    await ask(server, Listing(parse=named, path="models?limit=1000"))

    (request,) = server.seen
    assert (request.method, request.content) == ("GET", b"")
    assert request.url.path == "/v1/models"
    assert request.url.query == b"limit=1000"
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.headers["accept"] == "application/json"
    assert "content-type" not in request.headers


async def test_pages_are_asked_for_one_after_another_and_joined() -> None:
    pages: dict[str | None, JSON] = {
        None: {"data": [{"id": "a"}], "has_more": True, "last_id": "a&b c"},
        "a&b c": {"data": [{"id": "b"}], "has_more": True, "last_id": "b"},
        "b": {"data": [{"id": "c"}], "has_more": False, "last_id": "c"},
    }
    server = Server(lambda request: says(pages[request.url.params.get("after_id")])(request))

    got = await ask(server, PAGES)

    assert got == of("a", "b", "c")
    assert [request.url.params["limit"] for request in server.seen] == ["1", "1", "1"]


async def test_a_list_without_an_end_is_refused() -> None:
    server = Server(says({"data": [{"id": "a"}], "has_more": True, "last_id": "a"}))

    with pytest.raises(ProtocolError, match="on more than 100 pages"):
        await ask(server, PAGES)
    assert len(server.seen) == _listing.MOST_PAGES


async def test_an_error_on_a_later_page_leaves_no_half_a_list() -> None:
    first = says({"data": [{"id": "a"}], "has_more": True, "last_id": "a"})
    second = says({"error": {"message": "no"}}, 500)
    server = Server(
        lambda request: (second if "after_id" in request.url.params else first)(request)
    )

    with pytest.raises(ServerError):
        await ask(server, PAGES)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (302, StatusError),
        (400, StatusError),
        (401, AuthenticationError),
        (403, AuthenticationError),
        (404, NotFoundError),
        (429, RateLimitError),
        (500, ServerError),
        (529, ServerError),
    ],
)
async def test_a_refusal_is_the_same_error_as_for_any_request(
    status: int, error: type[StatusError]
) -> None:
    server = Server(says({"error": {"message": f"no,\n{KEY}"}}, status))

    with pytest.raises(StatusError) as caught:
        await ask(server)

    assert type(caught.value) is error
    assert caught.value.status == status
    message = str(caught.value)
    assert message.startswith("OpenAICompat at https://api.example/v1/ ")
    assert message.endswith(f"({status}): no, [key]")


async def test_a_refusal_that_cannot_be_read_is_told_by_its_status() -> None:
    server = Server(says_bytes(b"no", 401, content_encoding="gzip"))

    with pytest.raises(AuthenticationError, match=r"refused the key \(401\)$"):
        await ask(server)


async def test_a_server_that_has_no_list_says_so_in_plain_words() -> None:
    server = Server(says_bytes(b"<html>404</html>", 404, content_type="text/html"))

    with pytest.raises(NotFoundError, match=r"knows no 'list of models', or the base URL is wrong"):
        await ask(server)


@pytest.mark.parametrize("status_code", [1004, 1000])
async def test_an_error_in_an_answer_of_status_200_is_an_error(status_code: int) -> None:
    body = {"base_resp": {"status_code": status_code, "status_msg": f"bad {KEY}"}, "data": None}
    server = Server(says(body))

    with pytest.raises(ModelError, match=r"bad \[key\]") as caught:
        await ask(server)
    assert KEY not in repr(caught.value)


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>hello</html>", b'{"data": [', b"\xff\xfe", b"[" * 100_000],
    ids=["nothing", "html", "half", "no UTF-8", "too deep"],
)
async def test_what_is_no_json_is_told_in_one_line(body: bytes) -> None:
    server = Server(says_bytes(body, content_type="text/html; charset=utf-8"))

    with pytest.raises(ProtocolError, match=r"^OpenAICompat at .* with text/html that is no JSON"):
        await ask(server)


@pytest.mark.parametrize("body", [[], "text", None, 1, {"data": None}, {"data": [1, None]}])
async def test_json_of_another_shape_holds_no_models(body: JSON) -> None:
    server = Server(says_bytes(json.dumps(body).encode()))

    assert await ask(server) == ()


async def test_a_list_that_is_compressed_unasked_is_read() -> None:
    body = gzip.compress(b'{"data": [{"id": "a"}]}')
    server = Server(says_bytes(body, content_encoding="gzip"))

    assert await ask(server) == of("a")


async def test_a_broken_compression_is_told_in_one_line() -> None:
    server = Server(says_bytes(b'{"data": []}', content_encoding="gzip"))

    with pytest.raises(StreamCutError, match="does not decode"):
        await ask(server)


async def test_a_list_beyond_all_measure_is_not_taken_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_question, "LONGEST_ANSWER_BYTES", 10)
    server = Server(says({"data": [{"id": "a"}]}))

    with pytest.raises(ProtocolError, match="more than 10 bytes"):
        await ask(server)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (httpx.ConnectError(f"[Errno 111] Connection\nrefused {KEY}"), ConnectionFailedError),
        (httpx.ConnectTimeout(""), ConnectionFailedError),
        (httpx.RemoteProtocolError("peer closed connection"), StreamCutError),
        (OSError(f"too many open\nfiles {KEY}"), ModelError),
    ],
)
async def test_a_broken_connection_is_a_typed_error(
    fault: Exception, error: type[ModelError]
) -> None:
    def fail(_: httpx.Request) -> httpx.Response:
        raise fault

    with pytest.raises(ModelError) as caught:
        await ask(Server(fail))

    assert type(caught.value) is error
    assert "\n" not in str(caught.value)
    assert KEY not in str(caught.value)


async def test_how_long_to_wait_is_the_callers_to_say(autojump_clock: MockClock) -> None:
    class Silent(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            await trio.sleep_forever()
            raise AssertionError(request)

    provider = OpenAICompat(base_url="https://api.example/v1", new_transport=Silent)

    with trio.move_on_after(10_000) as scope:
        await ask_of(provider)

    assert scope.cancelled_caught
    assert autojump_clock.current_time() == pytest.approx(10_000)


async def test_connections_are_closed_after_the_list() -> None:
    server = Server(says({"data": []}))

    await ask(server)

    assert server.closed == 1


async def test_connections_are_closed_after_an_error() -> None:
    server = Server(says({"data": []}, 500))

    with pytest.raises(ServerError):
        await ask(server)

    assert server.closed == 1
