"""Services that answer programs, and what becomes of their faults."""

from itertools import pairwise

import pytest
import trio
import trio.testing
from trio.testing import MockClock
from web_server import Page, open_web_server, page

from sagent.tools._refusal import Refusal
from sagent.tools.web._api import Absent, Api

JSON = "application/json"
FINE = page('{"fine": true}', kind=JSON)
BUSY = page("slow down", status="429 Too Many Requests", headers={"Retry-After": "0.01"})


def api(origin: str, *, key: str = "s3cret") -> Api:
    return Api(name="Library", base_url=f"{origin}/v1", headers={"X-Key": f"Bearer {key}"})


def in_turn(*said: bytes) -> Page:
    left = list(said)

    async def say(stream: trio.abc.Stream) -> None:
        await stream.send_all(left.pop(0))

    return say


async def test_json_is_got_by_path_and_query() -> None:
    async with open_web_server({"/v1/books": FINE}) as server:
        assert await api(server.origin).get_json("books", {"title": "a b", "n": 2}) == {
            "fine": True
        }

    assert server.seen[0].startswith("GET /v1/books?title=a+b&n=2 HTTP/1.1")
    assert "X-Key: Bearer s3cret" in server.seen[0]


async def test_json_is_posted() -> None:
    async with open_web_server({"/v1/books": FINE}) as server:
        assert await api(server.origin).post_json("/books", {"title": "ä"}) == {"fine": True}

    assert server.seen[0].startswith("POST /v1/books HTTP/1.1")
    assert server.seen[0].endswith('{"title":"\\u00e4"}')


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
async def test_a_busy_service_is_asked_again_when_it_says(status: str) -> None:
    busy = page("slow down", status=status, headers={"Retry-After": "0.01"})
    async with open_web_server({"/v1/": in_turn(busy, busy, FINE)}) as server:
        assert await api(server.origin).get_json("/") == {"fine": True}


async def test_a_service_that_stays_busy_is_told() -> None:
    async with open_web_server({"/v1/": BUSY}) as server:
        with pytest.raises(Refusal, match=r"Library answers 429 Too Many Requests.*slow down"):
            await api(server.origin).get_json("/")

    assert len(server.seen) == 3


async def test_a_long_wait_is_told_instead_of_waited_for() -> None:
    busy = page("", status="429 Too Many Requests", headers={"Retry-After": "3600"})
    async with open_web_server({"/v1/": busy}) as server:
        with pytest.raises(Refusal, match="ask again in 3600 s"):
            await api(server.origin).get_json("/")

    assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (page("no", status="401 Unauthorized"), r"401 Unauthorized: it does not accept the key"),
        (page("bad key s3cret", status="400 Bad Request"), r"400 Bad Request \(bad key \*\*\*\)$"),
        (page("oh", status="500 Internal Server Error"), r"Library answers 500 Internal.*\(oh\)"),
        (page("<html>"), "Library gave no JSON, but text/html"),
        (page('{"n": NaN}', kind=JSON), "Library gave no JSON"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", "broke off"),
    ],
)
async def test_what_a_service_does_not_give_is_told(said: bytes, reason: str) -> None:
    async with open_web_server({"/v1/": said}) as server:
        with pytest.raises(Refusal, match=reason):
            await api(server.origin).get_json("/")


async def test_too_large_an_answer_is_told() -> None:
    async def flood(stream: trio.abc.Stream) -> None:
        await stream.send_all(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            await stream.send_all(bytes(100_000))

    async with open_web_server({"/v1/": flood}) as server:
        with pytest.raises(Refusal, match="ask for less"):
            await api(server.origin).get_json("/")


async def test_a_key_that_cannot_be_sent_stays_unsaid() -> None:
    async with open_web_server({}) as server:
        with pytest.raises(Refusal) as told:
            await api(server.origin, key="s3\x00cret").get_json("/")

    assert "the key of Library" in str(told.value)
    assert "cret" not in str(told.value)


@pytest.mark.parametrize("base_url", ["", "nowhere", "file:///etc", "http://a:b", "http://\ud800"])
async def test_an_address_that_is_none_is_told(base_url: str) -> None:
    with pytest.raises(Refusal, match=r"the address of Library is no URL|is no text"):
        await Api(name="Library", base_url=base_url).get_json("/")


async def test_a_question_that_is_no_text_is_told() -> None:
    async with open_web_server({}) as server:
        with pytest.raises(Refusal, match="no text"):
            await api(server.origin).get_json("/", {"q": "\ud800"})


async def test_a_service_that_says_nothing_is_given_up(mock_clock: MockClock) -> None:
    async def time_passes(stream: trio.abc.Stream) -> None:
        mock_clock.jump(20)
        await trio.sleep_forever()

    async with open_web_server({"/v1/": time_passes}) as server:
        with pytest.raises(Refusal, match="Library gave no whole answer within 20 s"):
            await api(server.origin).get_json("/")


async def test_questions_keep_the_pace_of_their_service(mock_clock: MockClock) -> None:
    asked_at: list[float] = []

    async def say(stream: trio.abc.Stream) -> None:
        asked_at.append(trio.current_time())
        await stream.send_all(FINE)

    async with open_web_server({"/v1/": say}) as server, trio.open_nursery() as nursery:
        paced = Api(name="Library", base_url=f"{server.origin}/v1", pace_s=3)
        for _ in range(3):
            nursery.start_soon(paced.get_json, "/")
        while len(asked_at) < 3:
            await trio.testing.wait_all_tasks_blocked(0.01)
            mock_clock.jump(1)

    assert [later - sooner for sooner, later in pairwise(asked_at)] == [3, 3]


@pytest.mark.parametrize("status", ["404 Not Found", "410 Gone"])
async def test_what_a_service_does_not_have_is_told_apart_from_its_faults(status: str) -> None:
    async with open_web_server({"/v1/": page("no s3cret here", status=status)}) as server:
        with pytest.raises(Absent, match=r"Library answers 4.*\(no \*\*\* here\)"):
            await api(server.origin).get_json("/")
