"""Which request gets which answer, and what is said of one that gets none."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from sagent.errors import UsageError
from sagent.lib.json import JsonValue
from sagent.testing import Cassette
from sagent.testing._cassette_replay import Match

CHAT = "https://api.example/v1/chat"


async def post(cassette: Cassette, body: object, url: str = CHAT) -> str:
    async with httpx.AsyncClient(transport=cassette.transport()) as client:
        return (await client.post(url, json=body)).text


async def recorded(path: Path, *bodies: object) -> Path:
    """Record an answer to each of *bodies*: its number."""
    numbers = iter(range(1, 100))

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, text=str(next(numbers)))

    vendor = Cassette(
        path / "tape.json", mode="record", new_transport=lambda: httpx.MockTransport(answer)
    )
    with vendor as cassette:
        for body in bodies:
            await post(cassette, body)
    return path / "tape.json"


async def replayed(
    path: Path, *bodies: object, match: Match = "body", url: str = CHAT
) -> list[str]:
    with Cassette(path, match=match) as cassette:
        return [await post(cassette, body, url) for body in bodies]


async def refusal(path: Path, body: object, url: str = CHAT) -> str:
    """Replay *body*; give what is said of it."""
    with pytest.raises(UsageError) as caught:
        await replayed(path, body, url=url)
    return str(caught.value).replace(str(path), "TAPE")


@pytest.mark.parametrize(
    ("taped", "came", "said"),
    [
        ({"a": 1}, {"a": 2}, "a is 2, and on the tape 1"),
        ({"a": 1}, {}, "a is nothing, and on the tape 1"),
        ({}, {"a": None}, "a is None, and on the tape nothing"),
        ({"a": True}, {"a": 1}, "a is 1, and on the tape True"),
        ({"a": "1"}, {"a": 1}, "a is 1, and on the tape '1'"),
        ({"a": {"b": [1, {"c": 2}]}}, {"a": {"b": [1, {"c": 3}]}}, "a.b[1].c is 3, and on the tape 2"),
        ({"a": [1]}, {"a": [1, 2]}, "a[1] is 2, and on the tape nothing"),
        ({"a": [1, 2]}, {"a": [1]}, "a[1] is nothing, and on the tape 2"),
        ([1], {"a": 1}, "the body is {'a': 1}, and on the tape [1]"),
        ({"a": "x" * 500 + "yes"}, {"a": "x" * 500 + "no"}, "a is '...xxxxxxxxxxxxxxxno', and on the tape '...xxxxxxxxxxxxxxxyes'"),
        ({"a": 1}, {"a": "z" * 100}, f"a is '{'z' * 59}..., and on the tape 1"),
        ({"a": 1}, {"a": "two\nlines"}, r"a is 'two\nlines', and on the tape 1"),
    ],
)  # fmt: skip
async def test_a_request_that_is_not_on_the_tape_says_what_differs_first(
    taped: object, came: object, said: str, tmp_path: Path
) -> None:
    tape = await recorded(tmp_path, taped)

    expected = f"POST /v1/chat is not on TAPE: unlike in number 1, {said}"
    assert await refusal(tape, came) == expected


async def test_one_of_another_path_says_what_there_is(tmp_path: Path) -> None:
    tape = await recorded(tmp_path, {}, {})

    said = await refusal(tape, {}, "https://api.example/v1/models?page=2")

    assert said == "POST /v1/models?page=2 is not on TAPE: it has POST /v1/chat"


async def test_one_too_many_says_that_the_others_are_used(tmp_path: Path) -> None:
    tape = await recorded(tmp_path, {}, {})

    with pytest.raises(UsageError, match="it has 2 of this kind, and they are used"):
        await replayed(tape, {}, {}, {})


async def test_a_refused_request_fails_the_block_though_somebody_caught_that(
    tmp_path: Path,
) -> None:
    async def carefree(cassette: Cassette) -> None:
        with cassette:
            await post(cassette, {"a": 1})
            with suppress(UsageError):
                await post(cassette, {"a": 2})

    tape = await recorded(tmp_path, {"a": 1}, {"a": 1})

    with pytest.raises(UsageError, match="a is 2, and on the tape 1"):
        await carefree(Cassette(tape))


async def test_requests_that_were_not_made_fail_the_block(tmp_path: Path) -> None:
    tape = await recorded(tmp_path, {"a": 1}, {"a": 2}, {"a": 3})

    with pytest.raises(UsageError) as caught:
        await replayed(tape, {"a": 2})

    assert str(caught.value) == (
        f"2 of 3 requests on {tape} were not made, first number 1, POST /v1/chat"
    )


async def test_an_error_in_the_block_goes_before_what_was_not_made(tmp_path: Path) -> None:
    tape = await recorded(tmp_path, {})

    with pytest.raises(KeyError), Cassette(tape):
        raise KeyError


@pytest.mark.parametrize(
    "same", [{"b": [1.0], "a": "é"}, {"a": "é", "b": [1]}], ids=["numbers and order", "as it was"]
)
async def test_how_a_body_is_written_does_not_count(
    same: Mapping[str, object], tmp_path: Path
) -> None:
    tape = await recorded(tmp_path, {"a": "é", "b": [1]})

    assert await replayed(tape, same) == ["1"]


async def test_where_the_server_lives_does_not_count(tmp_path: Path) -> None:
    tape = await recorded(tmp_path, {})

    assert await replayed(tape, {}, url="http://127.0.0.1:8000/v1/chat") == ["1"]


async def test_match_path_lets_any_body_pass_in_order(tmp_path: Path) -> None:
    tape = await recorded(tmp_path, {"a": 1}, {"a": 2})

    assert await replayed(tape, {"a": 3}, "else", match="path") == ["1", "2"]


async def test_a_function_says_what_counts_of_a_body(tmp_path: Path) -> None:
    def without_time(body: JsonValue) -> JsonValue:
        assert isinstance(body, dict)
        del body["time"]
        return body

    tape = await recorded(tmp_path, {"a": 1, "time": 10}, {"a": 2, "time": 11})

    came = [{"a": 1, "time": 20}, {"a": 2, "time": 21}]
    assert await replayed(tape, *came, match=without_time) == ["1", "2"]
    with pytest.raises(UsageError, match="a is 3, and on the tape 1"):
        await replayed(tape, {"a": 3, "time": 10}, match=without_time)


async def test_a_body_that_is_no_json_is_a_text(tmp_path: Path) -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, text="fine")

    async def send(cassette: Cassette, body: bytes) -> str:
        async with httpx.AsyncClient(transport=cassette.transport()) as client:
            return (await client.post(CHAT, content=body)).text

    tape = tmp_path / "tape.json"
    vendor = Cassette(tape, mode="record", new_transport=lambda: httpx.MockTransport(answer))
    with vendor as cassette:
        await send(cassette, b"\xff=1&b")

    with pytest.raises(UsageError, match="the body is '=1&c'"), Cassette(tape) as cassette:
        await send(cassette, b"=1&c")
    with Cassette(tape) as cassette:
        assert await send(cassette, b"\xff=1&b") == "fine"
