"""What is not in the file of a cassette."""

import gzip
import json
import stat
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from urllib.parse import quote

import attrs
import httpx
import pytest
from loopback import Reply, frame, open_loopback, refusal, stream_head
from virtual_server import END, HELLO, ONCE, text

from sagent.errors import AuthenticationError, UsageError
from sagent.message import response_text
from sagent.providers import Anthropic, Google, HttpProvider, OpenAI, OpenAICompat
from sagent.testing import Cassette

KEY = "the-key-that-nobody-may-see"
ORGANIZATION = "user-8dk3jf9s2"


@attrs.frozen
class Pieces(httpx.AsyncByteStream):
    pieces: Sequence[bytes]

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            yield piece


async def taped(
    tape: Path,
    *pieces: bytes,
    url: str = "https://api.example/v1/chat",
    body: object = None,
    headers: dict[str, str] | None = None,
    answer_headers: dict[str, str] | None = None,
    secrets: Sequence[str] = (),
) -> str:
    """Record a request and its answer, replay it, and give what the file holds."""

    def vendor(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers=answer_headers, stream=Pieces(pieces))

    async def ask(cassette: Cassette) -> None:
        async with httpx.AsyncClient(transport=cassette.transport()) as client:
            await client.post(url, json=body, headers=headers)

    recorder = Cassette(
        tape, mode="record", secrets=secrets, new_transport=lambda: httpx.MockTransport(vendor)
    )
    with recorder as cassette:
        await ask(cassette)
    with Cassette(tape, secrets=secrets) as cassette:
        await ask(cassette)
    return text_of(tape)


async def replay(tape: Path, body: object, headers: dict[str, str]) -> None:
    with Cassette(tape) as cassette:
        async with httpx.AsyncClient(transport=cassette.transport()) as client:
            await client.post("https://api.example/v1/chat", json=body, headers=headers)


def text_of(tape: Path) -> str:
    return tape.read_text()


@pytest.mark.parametrize("make", [OpenAICompat, OpenAI, Anthropic, Google])
async def test_no_provider_leaves_its_key_in_the_file(
    make: type[HttpProvider], tmp_path: Path
) -> None:
    tape = tmp_path / "tape.json"
    told = json.dumps({"error": {"message": f"{KEY} is not a key"}}).encode()
    async with open_loopback(refusal("401 Unauthorized", told)) as server:
        with Cassette(tape, mode="record") as cassette:
            provider = make(
                key=KEY, base_url=server.base_url, retry=ONCE, new_transport=cassette.transport
            )
            with pytest.raises(AuthenticationError):
                await provider.model("m").buffer(HELLO)

    assert "[secret] is not a key" in tape.read_text()
    assert KEY not in tape.read_text()


async def test_a_key_that_a_chunk_cuts_in_two_is_found(tmp_path: Path) -> None:
    content = f"so: {KEY}, and {KEY}!".encode()
    pieces = [content[start : start + 9] for start in range(0, len(content), 9)]

    tape = await taped(tmp_path / "tape.json", *pieces, headers={"authorization": f"Bearer {KEY}"})

    (exchange,) = json.loads(tape)["exchanges"]
    assert exchange["response"]["pieces"] == ["so: [secret]", ", and", " [secret]", "!"]


async def test_a_key_is_found_however_it_is_written(tmp_path: Path) -> None:
    key = 'quo"te/back\\slash'
    forms = [key, json.dumps(key), quote(key, safe="")]

    tape = await taped(
        tmp_path / "tape.json", " ".join(forms).encode(), body=forms, headers={"x-api-key": key}
    )

    (exchange,) = json.loads(tape)["exchanges"]
    assert exchange["response"]["pieces"] == ['[secret] "[secret]" [secret]']
    assert exchange["request"]["body"][0] == "[secret]"


async def test_a_key_in_a_compressed_answer_is_found(tmp_path: Path) -> None:
    tape = tmp_path / "tape.json"
    head = stream_head().replace(b"connection", b"content-encoding: gzip\r\nconnection")
    async with open_loopback(Reply([head, gzip.compress(text(f"{KEY}!") + END)])) as server:
        with Cassette(tape, mode="record") as cassette:
            provider = OpenAICompat(
                key=KEY, base_url=server.base_url, new_transport=cassette.transport
            )
            await provider.model("m").buffer(HELLO)

    with Cassette(tape) as cassette:
        provider = OpenAICompat(base_url="http://anywhere/v1", new_transport=cassette.transport)
        assert response_text((await provider.model("m").buffer(HELLO)).content) == "[secret]!"


async def test_a_coding_that_cannot_be_searched_is_not_recorded(tmp_path: Path) -> None:
    async def record(cassette: Cassette, base_url: str) -> None:
        with cassette:
            provider = OpenAICompat(base_url=base_url, new_transport=cassette.transport)
            await provider.model("m").buffer(HELLO)

    tape = tmp_path / "tape.json"
    head = stream_head().replace(b"connection", b"content-encoding: br\r\nconnection")
    async with open_loopback(Reply([head, frame("?")])) as server:
        with pytest.raises(UsageError, match="content-encoding br, in which no secrets"):
            await record(Cassette(tape, mode="record"), server.base_url)

    assert not tape.exists()


async def test_of_headers_only_those_are_kept_that_providers_act_on(tmp_path: Path) -> None:
    tape = await taped(
        tmp_path / "tape.json",
        b"fine",
        body={},
        headers={"x-anything": "ours", "cookie": "a=b"},
        answer_headers={
            "Content-Type": "text/plain",
            "Retry-After": "7",
            "x-ratelimit-remaining-tokens": "0",
            "set-cookie": "session=theirs",
            "openai-organization": "theirs",
            "x-anything": "theirs",
        },
    )

    (exchange,) = json.loads(tape)["exchanges"]
    assert exchange["response"]["headers"] == {
        "content-type": "text/plain",
        "retry-after": "7",
        "x-ratelimit-remaining-tokens": "0",
    }
    assert set(exchange["request"]) == {"method", "url", "body"}
    assert "ours" not in tape
    assert "theirs" not in tape


@pytest.mark.parametrize(
    "headers",
    [
        {"openai-organization": ORGANIZATION},
        {"anthropic-organization-id": ORGANIZATION},
        {"set-cookie": f"session={ORGANIZATION}; HttpOnly; SameSite=Strict"},
    ],
)
async def test_what_such_a_header_names_is_not_in_a_body_either(
    headers: dict[str, str], tmp_path: Path
) -> None:
    said = f"{ORGANIZATION} is Strict".encode()

    tape = await taped(tmp_path / "tape.json", said, answer_headers=headers)

    assert '"[secret] is Strict"' in tape


async def test_a_key_in_the_url_is_found_everywhere(tmp_path: Path) -> None:
    url = f"https://user:pass-word@api.example/{KEY}/chat?alt=sse&api_key=in-query&pageToken=second"

    tape = await taped(
        tmp_path / "tape.json", b"no in-query, no pass-word", url=url, headers={"x-api-key": KEY}
    )

    (exchange,) = json.loads(tape)["exchanges"]
    assert exchange["request"]["url"] == (
        "https://api.example/[secret]/chat?alt=sse&api_key=[secret]&pageToken=second"
    )
    assert exchange["response"]["pieces"] == ["no [secret], no [secret]"]


@pytest.mark.parametrize(
    "secret",
    [
        "sk-proj-4f9aK2_mN8-x7Qz",
        "sk-ant-api03-Zk2-9xYw",
        "sk-pr********************x7Qz",
        "AIzaSyD-9tSrke72PouQMnMX-a7eZSW0jkFMBWY",
        "gsk_9xT2kLm4Qw8Zr6Yb1Vc",
        "hf_aBcDeFgHiJkLmNoP12",
        "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
        "github_pat_11ABCDEFG0abcdefghijkl",
        "xoxb-2345678901-abcdefGHIJ",
        "AKIAIOSFODNN7EXAMPLE",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmN",
        "org-9dKx82mNqLw0aPzR",
        "proj_9dKx82mNqLw0aPzR",
    ],
)
async def test_what_looks_like_a_key_is_taken_for_one(secret: str, tmp_path: Path) -> None:
    body = {"messages": [{"content": f"use {secret}, please"}]}

    tape = await taped(tmp_path / "tape.json", f"data: ({secret})".encode(), body=body)

    assert secret not in tape
    assert '"use [secret], please"' in tape
    assert '"data: ([secret])"' in tape


@pytest.mark.parametrize(
    "field",
    ['{"api_key": "%s"}', '{"a": {"Authorization":"%s"}}', r'"{\"access_token\": \"%s\"}"'],
)
async def test_the_value_of_a_secret_field_is_one(field: str, tmp_path: Path) -> None:
    body = json.loads(field % "letmein")

    tape = await taped(tmp_path / "tape.json", (field % "letmein").encode(), body=body)

    assert "letmein" not in tape
    assert json.loads(json.loads(tape)["exchanges"][0]["response"]["pieces"][0])


@pytest.mark.parametrize(
    "harmless",
    [
        "task-force-2026-plans for a sk-learn-pipeline, from hf_transfer_and_friends",
        "the bearer internationalization, none of the org-chart-department",
        '{"properties": {"api_key": {"type": "string"}}, "tokens": "100000"}',
    ],
)
async def test_what_only_sounds_like_one_stays(harmless: str, tmp_path: Path) -> None:
    headers = {"authorization": "Bearer none"}

    tape = await taped(tmp_path / "tape.json", harmless.encode(), body=harmless, headers=headers)

    (exchange,) = json.loads(tape)["exchanges"]
    assert exchange["request"]["body"] == harmless
    assert exchange["response"]["pieces"] == [harmless]


async def test_a_text_that_the_user_names_is_one(tmp_path: Path) -> None:
    tape = await taped(
        tmp_path / "tape.json",
        b"Acme Ltd thanks",
        url="https://api.example/v1/acme-eu/chat",
        body={"to": "Acme Ltd"},
        secrets=["Acme Ltd", "acme-eu"],
    )

    assert "acme" not in tape.lower()


def test_a_text_too_short_to_be_found_is_refused_and_not_shown() -> None:
    with pytest.raises(UsageError, match="a secret has 6 characters") as caught:
        Cassette("tape.json", secrets=["Acme Ltd", "Q7"])

    assert "Q7" not in str(caught.value)


@pytest.mark.parametrize("key", ["none", "another-key", KEY])
async def test_the_replay_may_have_another_key_and_know_of_no_secrets(
    key: str, tmp_path: Path
) -> None:
    def vendor(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"openai-project": ORGANIZATION})

    async def ask(cassette: Cassette, key: str, *secrets: str) -> None:
        async with httpx.AsyncClient(transport=cassette.transport()) as client:
            await client.post(
                f"https://api.example/{key}/chat?key={key}&say={key}",
                headers={"x-api-key": key},
                json={"it": f"{key}!", "another": "another-key", "who": " and ".join(secrets)},
            )

    recorder = Cassette(
        tmp_path / "tape.json",
        mode="record",
        secrets=["Acme Ltd"],
        new_transport=lambda: httpx.MockTransport(vendor),
    )
    with recorder as cassette:
        await ask(cassette, KEY, "Acme Ltd", ORGANIZATION, "so on")

    with Cassette(tmp_path / "tape.json") as cassette:
        await ask(cassette, key, "Acme Ltd", ORGANIZATION, "so on")
    with (
        pytest.raises(UsageError, match="who is 'Acme Ltd and"),
        Cassette(tmp_path / "tape.json") as cassette,
    ):
        await ask(cassette, key, "Acme Ltd", ORGANIZATION, "so far")


@pytest.mark.parametrize("came", ["so so", "so it", "no sk-4f9aK2mN8x7Qz so", "so and so on"])
async def test_what_stands_around_a_secret_must_be_as_on_the_tape(
    came: str, tmp_path: Path
) -> None:
    tape = tmp_path / "tape.json"
    await taped(tape, b"fine", body="so sk-4f9aK2mN8x7Qz so")

    with pytest.raises(UsageError, match=r"on the tape 'so \[secret\] so'"):
        await replay(tape, came, {})
    await replay(tape, "so anything so", {})


async def test_what_is_said_of_a_request_shows_no_key(tmp_path: Path) -> None:
    tape = tmp_path / "tape.json"
    await taped(tape, b"fine", body={"a": 1})

    with pytest.raises(UsageError, match="a is 'so \\[secret\\]'") as caught:
        await replay(tape, {"a": f"so {KEY}"}, {"x-api-key": KEY})

    assert KEY not in str(caught.value)


async def test_only_its_owner_may_read_the_file(tmp_path: Path) -> None:
    tape = tmp_path / "tape.json"
    tape.touch(mode=0o644)

    await taped(tape, b"fine")

    assert stat.S_IMODE(tape.stat().st_mode) == 0o600
