"""What was recorded is replayed: the same answers in the same pieces, without network and pauses."""

import gzip
from pathlib import Path

import attrs
import httpx
import pytest
import trio
from loopback import Reply, answer, frame, open_loopback, refusal, stream_head
from trio.testing import MockClock
from virtual_server import (
    END,
    FINE,
    HELLO,
    ONCE,
    SILENT,
    Said,
    VirtualServer,
    refuses,
    streams,
    text,
    virtual_server,
)

from sagent.actors import open_system
from sagent.agent import Agent
from sagent.errors import ModelError, StreamCutError
from sagent.message import Descriptor, TextMessage, response_text
from sagent.model import ModelRequest, TextDelta
from sagent.providers import OpenAICompat, RetryPolicy, Timeouts
from sagent.testing import Cassette

ANYWHERE = "http://anywhere.invalid/v1"
CUT = httpx.ReadError("connection reset")


def vendor(cassette: Cassette, base_url: str = ANYWHERE, retry: RetryPolicy = ONCE) -> OpenAICompat:
    return OpenAICompat(base_url=base_url, retry=retry, new_transport=cassette.transport)


def virtual(server: VirtualServer, path: Path) -> Cassette:
    """Record *server*, which lives in virtual time."""
    return Cassette(path, mode="record", new_transport=lambda: httpx.MockTransport(server.answer))


async def said_by(provider: OpenAICompat, prompt: str = "hi") -> str:
    request = ModelRequest(messages=(TextMessage(prompt, Descriptor.USER),))
    return response_text((await provider.model("m").buffer(request)).content)


async def failure(cassette: Cassette, base_url: str = ANYWHERE) -> str:
    """Ask in a block of *cassette*; give the error that comes of it."""
    with cassette, pytest.raises(ModelError) as caught:
        await said_by(vendor(cassette, base_url))
    return f"{type(caught.value).__name__}: {caught.value}"


async def raw_pieces(cassette: Cassette, url: str) -> list[bytes]:
    async with (
        httpx.AsyncClient(transport=cassette.transport()) as client,
        client.stream("GET", url) as response,
    ):
        return [piece async for piece in response.aiter_raw()]


async def test_a_replay_gives_the_recorded_answer_without_the_server(tmp_path: Path) -> None:
    async with open_loopback(answer("Hello there.")) as server:
        with Cassette(tmp_path / "tape.json", mode="record") as cassette:
            assert await said_by(vendor(cassette, server.base_url)) == "Hello there."

    with Cassette(tmp_path / "tape.json") as cassette:
        assert await said_by(vendor(cassette, server.base_url)) == "Hello there."
    assert len(server.seen) == 1


async def test_an_agent_with_a_system_of_its_own_replays(tmp_path: Path) -> None:
    async def greeting(cassette: Cassette, base_url: str) -> object:
        with cassette:
            return (await Agent(model=vendor(cassette, base_url).model("m")).run("hi")).content

    async with open_loopback(answer("Hello.")) as server:
        recorded = await greeting(Cassette(tmp_path / "tape.json", mode="record"), server.base_url)

    assert await greeting(Cassette(tmp_path / "tape.json"), ANYWHERE) == recorded


async def test_an_answer_comes_in_its_pieces_and_without_its_pauses(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    pieces: list[bytes | float] = [text("so "), 5.0, text("it")[:9], 60.0, text("it")[9:], END]
    expected = [piece for piece in pieces if isinstance(piece, bytes)]
    with virtual(virtual_server(streams(*pieces)), tmp_path / "tape.json") as cassette:
        assert await raw_pieces(cassette, ANYWHERE) == expected
    recorded_at = trio.current_time()

    with Cassette(tmp_path / "tape.json") as cassette:
        assert await raw_pieces(cassette, ANYWHERE) == expected

    assert (recorded_at, trio.current_time()) == (65, 65)


@pytest.mark.parametrize(
    "pieces",
    [
        [b"caf\xc3", b"\xa9 \xf0\x9f", b"\x98\x80"],
        [b"\x00\xff\xfe\r\n\\ud83d", b"\xed\xa0\x80\xed\xb8\x80", b'"\xe2\x80\xa8'],
    ],
    ids=["a character that was cut", "no text at all"],
)
async def test_any_bytes_come_back_as_they_were(
    pieces: list[bytes], tmp_path: Path, autojump_clock: MockClock
) -> None:
    with virtual(virtual_server(streams(*pieces)), tmp_path / "tape.json") as cassette:
        await raw_pieces(cassette, ANYWHERE)

    with Cassette(tmp_path / "tape.json") as cassette:
        assert await raw_pieces(cassette, ANYWHERE) == pieces


async def test_a_compressed_answer_is_kept_and_replayed_as_what_it_says(tmp_path: Path) -> None:
    path = tmp_path / "tape.json"
    head = stream_head().replace(b"connection", b"content-encoding: gzip\r\nconnection")
    async with open_loopback(Reply([head, gzip.compress(text("zipped") + END)])) as server:
        with Cassette(path, mode="record") as cassette:
            assert await said_by(vendor(cassette, server.base_url)) == "zipped"

    assert "zipped" in path.read_text()
    with Cassette(path) as cassette:
        assert await said_by(vendor(cassette)) == "zipped"


async def test_a_refusal_comes_before_the_answer_to_the_second_attempt(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    server = virtual_server(refuses(429, retry_after="7"), FINE)
    with virtual(server, tmp_path / "tape.json") as cassette:
        assert await said_by(vendor(cassette, retry=RetryPolicy())) == "fine"
    recorded_at = trio.current_time()

    with Cassette(tmp_path / "tape.json") as cassette:
        assert await said_by(vendor(cassette, retry=RetryPolicy())) == "fine"

    assert trio.current_time() == 2 * recorded_at == pytest.approx(14)


async def test_requests_at_once_each_get_their_own_answer(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    async def shout(cassette: Cassette, order: list[str]) -> dict[str, str]:
        heard: dict[str, str] = {}

        async def ask(prompt: str) -> None:
            heard[prompt] = await said_by(vendor(cassette), prompt)

        async with trio.open_nursery() as nursery:
            for prompt in order:
                nursery.start_soon(ask, prompt)
                await trio.sleep(1)
        return heard

    answers = [Said(after_s=9 - n, pieces=(text(f"answer {n}"), END)) for n in range(3)]
    with virtual(virtual_server(*answers), tmp_path / "tape.json") as cassette:
        recorded = await shout(cassette, ["a", "b", "c"])

    with Cassette(tmp_path / "tape.json") as cassette:
        assert await shout(cassette, ["c", "a", "b"]) == recorded
    assert recorded == {"a": "answer 0", "b": "answer 1", "c": "answer 2"}


async def test_equal_requests_get_their_answers_in_order(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    server = virtual_server(streams(text("one"), END), streams(text("two"), END))
    with virtual(server, tmp_path / "tape.json") as cassette:
        await said_by(vendor(cassette))
        await said_by(vendor(cassette))

    with Cassette(tmp_path / "tape.json") as cassette:
        assert [await said_by(vendor(cassette)) for _ in range(2)] == ["one", "two"]


@pytest.mark.parametrize("pieces", [(), (text("so"),)], ids=["at once", "in the middle"])
async def test_a_stream_that_was_cut_is_cut_again(
    pieces: tuple[bytes, ...], tmp_path: Path, autojump_clock: MockClock
) -> None:
    server = virtual_server(Said(pieces=pieces, ends=CUT))
    recorded = await failure(virtual(server, tmp_path / "tape.json"))

    assert await failure(Cassette(tmp_path / "tape.json")) == recorded
    assert recorded.startswith("StreamCutError: ")
    assert "connection reset" in recorded


async def test_a_server_that_was_not_there_is_not_there_again(tmp_path: Path) -> None:
    async with open_loopback(answer("")) as server:
        nobody = server.base_url
    recorded = await failure(Cassette(tmp_path / "tape.json", mode="record"), nobody)

    assert await failure(Cassette(tmp_path / "tape.json"), nobody) == recorded
    assert recorded.startswith("ConnectionFailedError: ")


@pytest.mark.parametrize(
    "reply", [SILENT, streams(text("so"), float("inf"))], ids=["no answer", "half an answer"]
)
async def test_where_the_reader_went_away_the_replay_is_silent(
    reply: Said, tmp_path: Path, autojump_clock: MockClock
) -> None:
    async def until(deadline_s: float, cassette: Cassette) -> list[str]:
        told: list[str] = []
        with cassette, trio.move_on_after(deadline_s):
            async with vendor(cassette).model("m").stream(HELLO) as events:
                async for event in events:
                    told += [event.text] if isinstance(event, TextDelta) else []
        return told

    recorded = await until(5, virtual(virtual_server(reply), tmp_path / "tape.json"))
    assert await until(7, Cassette(tmp_path / "tape.json")) == recorded
    assert trio.current_time() == 12


async def test_a_silence_on_the_tape_runs_into_the_providers_own_deadline(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    with virtual(virtual_server(SILENT), tmp_path / "tape.json") as cassette:
        with trio.move_on_after(5):
            await said_by(vendor(cassette))

    with Cassette(tmp_path / "tape.json") as cassette:
        provider = OpenAICompat(
            base_url=ANYWHERE,
            retry=ONCE,
            timeouts=Timeouts(first_event_s=30),
            new_transport=cassette.transport,
        )
        with pytest.raises(StreamCutError, match="silent for 30 s"):
            await said_by(provider)


async def test_the_actor_of_a_system_replays_one_call_after_the_other(tmp_path: Path) -> None:
    async def both(cassette: Cassette, base_url: str) -> list[str]:
        provider = vendor(cassette, base_url)
        async with open_system() as system:
            service = await system.get_or_spawn(provider.service_name, provider)
            model = attrs.evolve(provider.model("m"), service=service)
            return [response_text((await model.buffer(HELLO)).content) for _ in range(2)]

    async with open_loopback(answer("one"), answer("two")) as server:
        with Cassette(tmp_path / "tape.json", mode="record") as cassette:
            recorded = await both(cassette, server.base_url)

    with Cassette(tmp_path / "tape.json") as cassette:
        assert await both(cassette, ANYWHERE) == recorded == ["one", "two"]


async def test_a_recording_of_loopback_needs_no_proxy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.invalid:1")

    async with open_loopback(answer("fine")) as server:
        with Cassette(tmp_path / "tape.json", mode="record") as cassette:
            assert await said_by(vendor(cassette, server.base_url)) == "fine"


async def test_the_list_of_models_is_recorded_too(tmp_path: Path) -> None:
    listing = refusal("200 OK", b'{"data": [{"id": "big"}, {"id": "small"}]}')
    async with open_loopback(listing) as server:
        with Cassette(tmp_path / "tape.json", mode="record") as cassette:
            recorded = await vendor(cassette, server.base_url).models()

    with Cassette(tmp_path / "tape.json") as cassette:
        assert await vendor(cassette).models() == recorded
    assert [model.model_id for model in recorded] == ["big", "small"]


async def test_an_answer_that_is_no_gzip_fails_again(tmp_path: Path) -> None:
    head = stream_head().replace(b"connection", b"content-encoding: gzip\r\nconnection")
    async with open_loopback(Reply([head, frame("plain")])) as server:
        path = tmp_path / "tape.json"
        recorded = await failure(Cassette(path, mode="record"), server.base_url)

    replayed = await failure(Cassette(path))

    assert recorded.startswith("StreamCutError: ")
    assert replayed.startswith("StreamCutError: ")
    assert "incorrect header check" in replayed
