"""Gemini over real sockets, and what its provider is made of."""

import json

import pytest
from loopback import Reply, frame, open_loopback, stream_head

from sagent.agent import Agent
from sagent.errors import MissingKeyError
from sagent.model import ModelInfo
from sagent.providers._google import Google, models_from
from sagent.testing import RecordingTool

KEY = "AIza-very-secret"
VERSIONED = "https://generativelanguage.googleapis.com/v1beta/"


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in (*Google.KEY_VARIABLES, *Google.BASE_URL_VARIABLES):
        monkeypatch.delenv(variable, raising=False)


def gemini(*parts: object) -> Reply:
    candidate = {"content": {"role": "model", "parts": parts}, "finishReason": "STOP", "index": 0}
    return Reply([stream_head(), frame({"candidates": [candidate]}).replace(b"\n", b"\r\n")])


async def test_an_agent_calls_tools_and_sends_their_results_back() -> None:
    call: dict[str, object] = {"id": "fc1", "name": "Echo", "args": {}}
    calling = {"functionCall": call, "thoughtSignature": "YQ=="}
    echo = RecordingTool("Echo", "42")
    async with open_loopback(gemini(calling), gemini({"text": "it is 42"})) as server:
        model = Google.from_key(KEY, base_url=server.base_url).model("gemini-3.5-flash")
        final = await Agent(model=model, tools=[echo]).run("go")

    assert final.content == "it is 42"
    first, second = server.seen
    assert first.head.startswith(
        "POST /v1/models/gemini-3.5-flash:streamGenerateContent?alt=sse HTTP/1.1"
    )
    assert f"x-goog-api-key: {KEY}" in first.head
    assert second.body["contents"][1:] == [
        {"role": "model", "parts": [calling]},
        {
            "role": "user",
            "parts": [
                {"functionResponse": {"id": "fc1", "name": "Echo", "response": {"result": "42"}}}
            ],
        },
    ]


@pytest.mark.parametrize("variable", ["GOOGLE_API_KEY", "GEMINI_API_KEY"])
def test_the_key_comes_from_either_variable(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, KEY)

    provider = Google.from_env()

    assert provider.headers() == {"x-goog-api-key": KEY}
    assert provider.base_url == VERSIONED
    assert KEY not in repr(provider)


def test_googles_own_variable_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "other")
    monkeypatch.setenv("GOOGLE_API_KEY", KEY)

    assert Google.from_env().key == KEY


def test_without_a_key_the_variables_are_named() -> None:
    with pytest.raises(MissingKeyError, match="set GOOGLE_API_KEY or GEMINI_API_KEY"):
        Google.from_env()


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("https://proxy.example", "https://proxy.example/v1beta/"),
        ("https://proxy.example/gemini/", "https://proxy.example/gemini/v1beta/"),
        ("https://proxy.example/v1", "https://proxy.example/v1/"),
        ("https://proxy.example/v1alpha/", "https://proxy.example/v1alpha/"),
    ],
)
def test_a_base_url_without_a_version_gets_one(
    given: str, used: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOOGLE_API_KEY", KEY)
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", given)

    assert Google.from_env().base_url == used


def test_the_models_that_generate_are_listed() -> None:
    listed = {
        "models": [
            {
                "name": "models/gemini-3.5-flash",
                "inputTokenLimit": 1048576,
                "outputTokenLimit": 65536,
                "supportedGenerationMethods": ["generateContent", "countTokens"],
            },
            {"name": "models/embedding-1", "supportedGenerationMethods": ["embedContent"]},
            {"name": "models/at-a-proxy"},
        ],
        "nextPageToken": "more",
    }

    assert models_from(json.loads(json.dumps(listed))) == (
        ModelInfo(model_id="gemini-3.5-flash", context_window=1048576, max_output_tokens=65536),
        ModelInfo(model_id="at-a-proxy"),
    )


@pytest.mark.parametrize("odd", ['{"models": null}', "[]", "7", '{"models": [{}, null]}'])
def test_a_list_of_another_shape_has_no_models(odd: str) -> None:
    assert models_from(json.loads(odd)) == ()
