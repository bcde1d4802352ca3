"""Anthropic over real sockets, and from the environment."""

import json

import pytest
from conversations import user
from loopback import Reply, frame, open_loopback, refusal, stream_head

from sagent.agent import Agent
from sagent.errors import MissingKeyError, ServerError, StatusError, UsageError
from sagent.lib.json import JSON
from sagent.message import response_text
from sagent.model import ModelInfo, ModelRequest, Usage
from sagent.providers._anthropic import BINDING_BETA, Anthropic, custom_headers, models_from
from sagent.providers._retry import RetryPolicy
from sagent.testing import RecordingTool

KEY = "sk-ant-very-secret"
HELLO = ModelRequest(messages=(user(),))
ONCE = RetryPolicy(attempts=1)


def answer(*events: dict[str, object]) -> Reply:
    begun = {"type": "message_start", "message": {"model": "m", "usage": {"input_tokens": 7}}}
    stop = {"type": "message_stop"}
    return Reply([stream_head(), *map(frame, (begun, *events, stop))])


def block(**fields: object) -> dict[str, object]:
    return {"type": "content_block_start", "index": 0, "content_block": fields}


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("API_KEY", "AUTH_TOKEN", "BASE_URL", "CUSTOM_HEADERS"):
        monkeypatch.delenv(f"ANTHROPIC_{name}", raising=False)


async def test_an_agent_calls_tools_and_sends_their_results_back() -> None:
    asks = answer(block(type="tool_use", id="toolu_1", name="Now", input={}))
    tells = answer(block(type="text", text="it is noon"))
    async with open_loopback(asks, tells) as server:
        model = Anthropic.from_key(KEY, base_url=server.base_url).model("claude-opus-4-8")
        final = await Agent(model=model, tools=[RecordingTool("Now", "noon")]).run("when?")

    assert final.content == "it is noon"
    first, second = server.seen
    assert first.head.startswith("POST /v1/messages HTTP/1.1")
    assert f"x-api-key: {KEY}" in first.head
    assert "anthropic-version: 2023-06-01" in first.head
    assert second.body["messages"][1]["content"] == [
        {"type": "tool_use", "id": "toolu_1", "name": "Now", "input": {}}
    ]
    assert second.body["messages"][2]["content"][0]["tool_use_id"] == "toolu_1"


async def test_the_answers_usage_and_text_are_given() -> None:
    async with open_loopback(answer(block(type="text", text="hello"))) as server:
        model = Anthropic.from_key(KEY, base_url=server.base_url).model("m")
        got = await model.buffer(HELLO)

    assert (response_text(got.content), got.usage) == ("hello", Usage(input_tokens=7))


async def test_an_error_hides_the_key_and_custom_headers() -> None:
    said = {"type": "error", "error": {"type": "api_error", "message": f"{KEY} from my-gateway-pass at 7"}}  # fmt: skip
    async with open_loopback(refusal("500 Oh", json.dumps(said).encode())) as server:
        provider = Anthropic(
            key=KEY,
            base_url=server.base_url,
            extra_headers={"x-pass": "my-gateway-pass", "x-a": "7"},
            retry=ONCE,
        )
        with pytest.raises(ServerError) as caught:
            await provider.model("m").buffer(HELLO)

    assert "[key] from [key] at 7" in str(caught.value)


async def test_an_error_names_the_beta_that_is_refused() -> None:
    said = {"type": "error", "error": {"message": "Unexpected value `context-9m` for the header"}}
    async with open_loopback(refusal("400 No", json.dumps(said).encode())) as server:
        headers = {"Anthropic-Beta": "context-9m"}
        provider = Anthropic(key=KEY, base_url=server.base_url, extra_headers=headers, retry=ONCE)
        with pytest.raises(StatusError, match="`context-9m`"):
            await provider.model("m").buffer(HELLO)


def test_a_base_url_is_taken_with_and_without_its_version() -> None:
    paths = [
        Anthropic(key=KEY, base_url=url).wire("m").path for url in ("http://h", "http://h/v1/")
    ]

    assert paths == ["v1/messages", "messages"]


def test_all_that_is_sent_with_requests_can_be_said() -> None:
    provider = Anthropic(
        key=KEY,
        credential="bearer",
        version="2026-10-21",
        extra_headers={"Anthropic-Beta": "a,b", "X-Team": "t"},
    )

    assert provider.headers() == {
        "authorization": f"Bearer {KEY}",
        "anthropic-version": "2026-10-21",
        "anthropic-beta": f"{BINDING_BETA},a,b",
        "x-team": "t",
    }


def test_the_version_without_sampling_gets_no_temperature() -> None:
    request = ModelRequest(messages=(user(),), temperature=0.5)

    for version, sent in (("2023-06-01", True), ("2026-10-21", False)):
        wire = Anthropic(key=KEY, version=version).wire("claude-haiku-4-5")
        assert ("temperature" in json.loads(wire.encode(request))) is sent


@pytest.mark.parametrize(
    ("base_url", "asked"),
    [
        ("https://api.anthropic.com", True),
        ("https://api.anthropic.com.evil.example", False),
        ("https://gateway.example", False),
    ],
)
def test_betas_are_asked_for_at_the_vendors_own_alone(base_url: str, *, asked: bool) -> None:
    provider = Anthropic(key=KEY, base_url=base_url)
    body = json.loads(provider.wire("claude-opus-5-5").encode(HELLO))

    assert ("anthropic-beta" in provider.headers()) is asked
    assert ("thinking" in body) is asked


def test_the_environment_gives_key_address_and_headers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    monkeypatch.setenv("ANTHROPIC_AUTH_TOKEN", "not this")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "https://gateway.example")
    monkeypatch.setenv("ANTHROPIC_CUSTOM_HEADERS", "X-A: 1\n\nx-b : two: 2 \n")
    provider = Anthropic.from_env()

    assert provider.base_url == "https://gateway.example/"
    assert provider.headers() == {
        "x-api-key": KEY,
        "anthropic-version": "2023-06-01",
        "x-a": "1",
        "x-b": "two: 2",
    }


def test_a_token_is_sent_as_a_bearer_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_AUTH_TOKEN", "token")

    assert Anthropic.from_env().headers()["authorization"] == "Bearer token"


def test_without_a_key_the_variables_are_named() -> None:
    with pytest.raises(MissingKeyError, match="ANTHROPIC_API_KEY or ANTHROPIC_AUTH_TOKEN"):
        Anthropic.from_env()


@pytest.mark.parametrize("line", ["no colon", ": no name", "x-a: \x00", "x-ü: 1"])
def test_a_line_that_is_no_header_is_refused_and_not_told(line: str) -> None:
    with pytest.raises(UsageError, match="line 2") as caught:
        custom_headers(f"x-good: 1\n{line}")

    assert line not in str(caught.value)


def test_secrets_are_in_no_repr() -> None:
    provider = Anthropic(key=KEY, extra_headers={"x-pass": "my-gateway-pass"})

    assert KEY not in repr(provider) + repr(provider.model("m"))
    assert "gateway-pass" not in repr(provider) + repr(provider.model("m"))


def test_the_same_key_with_other_headers_has_an_actor_of_its_own() -> None:
    names = {
        Anthropic(key=KEY, version=version).service_name
        for version in ("2023-06-01", "2026-10-21", "2026-10-21")
    }

    assert len(names) == 2


def test_the_list_of_models_is_read() -> None:
    listed: JSON = {
        "data": [
            {"id": "claude-opus-5-5", "max_input_tokens": 1_000_000, "max_tokens": 128_000},
            {"id": "claude-old", "max_input_tokens": None},
            {"type": "model"},
        ],
        "has_more": False,
    }

    assert models_from(listed) == (
        ModelInfo(model_id="claude-opus-5-5", context_window=1_000_000, max_output_tokens=128_000),
        ModelInfo(model_id="claude-old"),
    )
    assert models_from([]) == ()
