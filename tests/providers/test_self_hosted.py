"""What is particular to a server of one's own."""

import json
from typing import Any

import pytest
from conversations import ANSWER_SCHEMA, READ, user
from loopback import answer, open_loopback

from sagent.errors import UsageError
from sagent.lib.json import JSON
from sagent.model import Effort, ModelInfo, ModelRequest
from sagent.providers._self_hosted import SelfHosted

HELLO = ModelRequest(messages=(user(),))


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MODEL", "BASE_URL", "API_KEY"):
        monkeypatch.delenv(f"SAGENT_SELFHOSTED_{name}", raising=False)


def body(request: ModelRequest, provider: SelfHosted | None = None) -> Any:
    return json.loads((provider or SelfHosted()).wire("m").encode(request))


async def test_the_environment_names_the_server_and_the_model(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with open_loopback(answer("hi")) as server:
        monkeypatch.setenv("SAGENT_SELFHOSTED_BASE_URL", server.base_url)
        monkeypatch.setenv("SAGENT_SELFHOSTED_MODEL", "Qwen/Qwen3.6-27B")
        await SelfHosted.from_env().model().buffer(HELLO)

    assert server.seen[0].body["model"] == "Qwen/Qwen3.6-27B"
    assert "authorization" not in server.seen[0].head.lower()


def test_a_name_that_is_given_goes_before_the_environments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAGENT_SELFHOSTED_MODEL", "a")

    assert SelfHosted.from_env().model("b").model_id == "b"


def test_a_model_must_be_named_somewhere() -> None:
    with pytest.raises(UsageError, match="set SAGENT_SELFHOSTED_MODEL"):
        SelfHosted.from_env().model()


def test_no_host_demands_a_key_and_one_that_is_set_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    assert SelfHosted.from_env(base_url="http://gpu.example:8000/v1").headers() == {}

    monkeypatch.setenv("SAGENT_SELFHOSTED_API_KEY", "k")
    assert SelfHosted.from_env().headers() == {"Authorization": "Bearer k"}
    assert SelfHosted.from_env().base_url == "http://127.0.0.1:8000/v1/"


@pytest.mark.parametrize(
    ("effort", "fields"),
    [
        (None, {}),
        ("none", {"chat_template_kwargs": {"enable_thinking": False}}),
        ("minimal", {"reasoning_effort": "low", "chat_template_kwargs": {"enable_thinking": True}}),
        ("max", {"reasoning_effort": "high", "chat_template_kwargs": {"enable_thinking": True}}),
    ],
)
def test_an_effort_is_told_to_the_server_and_to_the_template(
    effort: Effort | None, fields: dict[str, object]
) -> None:
    sent = body(ModelRequest(messages=(user(),), effort=effort))

    names = ("reasoning_effort", "chat_template_kwargs")
    assert {name: sent[name] for name in names if name in sent} == fields


def test_a_model_that_calls_tools_badly_is_held_to_steps() -> None:
    provider = SelfHosted(tool_protocol="constrained")

    sent = body(ModelRequest(messages=(user(),), tools=(READ,), effort="none"), provider)

    assert "tools" not in sent
    assert sent["response_format"]["json_schema"]["name"] == "step"
    assert sent["chat_template_kwargs"] == {"enable_thinking": False}


def test_an_answer_is_held_to_its_schema() -> None:
    sent = body(ModelRequest(messages=(user(),), output_schema=ANSWER_SCHEMA))

    assert sent["response_format"]["json_schema"]["schema"] == ANSWER_SCHEMA


@pytest.mark.parametrize(
    ("listed", "model"),
    [
        ({"id": "q", "max_model_len": 262144}, ModelInfo(model_id="q", context_window=262144)),
        ({"id": "q", "meta": {"n_ctx": 8192}}, ModelInfo(model_id="q", context_window=8192)),
        ({"id": "q", "owned_by": "library"}, ModelInfo(model_id="q")),
        ({"id": "q", "context_length": 5, "max_output_tokens": 3}, ModelInfo(model_id="q", context_window=5, max_output_tokens=3)),
        ({"id": "q", "max_model_len": None, "meta": None}, ModelInfo(model_id="q")),
    ],
    ids=["vllm", "llama.cpp", "ollama", "gateway", "nulls"],
)  # fmt: skip
def test_the_list_of_models_tells_windows_where_the_server_does(
    listed: dict[str, JSON], model: ModelInfo
) -> None:
    assert SelfHosted().listing().parse({"object": "list", "data": [listed]}) == (model,)


@pytest.mark.parametrize("body", [None, [], {}, {"data": None}, {"data": [None, {}, {"id": 3}]}])
def test_what_is_no_list_of_models_has_none(body: JSON) -> None:
    assert SelfHosted().listing().parse(body) == ()
