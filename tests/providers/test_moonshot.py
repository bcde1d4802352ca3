"""What is particular to Moonshot."""

import json
from typing import Any

import pytest
from conversations import (
    ANSWER_SCHEMA,
    ONE,
    PDF,
    PNG,
    READ,
    result,
    said,
    thought,
    user,
    user_parts,
)
from loopback import answer, open_loopback

from sagent.errors import MissingKeyError, UnknownNameError
from sagent.lib.json import JSON
from sagent.model import Effort, ModelInfo, ModelRequest
from sagent.providers._moonshot import Moonshot

KIMI = ("kimi-k3", "kimi-k2.7-code", "kimi-k2.6", "kimi-k2.5", "kimi-for-coding", "kimi-k4")


def body(request: ModelRequest, model: str = "kimi-k3") -> Any:
    return json.loads(Moonshot(key="k").wire(model).encode(request))


@pytest.mark.parametrize(
    ("model", "effort", "fields"),
    [
        ("kimi-k3", None, {}),
        ("kimi-k3", "none", {"reasoning_effort": "low"}),
        ("kimi-k3", "medium", {"reasoning_effort": "high"}),
        ("kimi-k3", "xhigh", {"reasoning_effort": "max"}),
        ("kimi-k2.7-code", "none", {}),
        ("kimi-k2.7-code", "high", {}),
        ("kimi-k2.6", None, {}),
        ("kimi-k2.6", "none", {"thinking": {"type": "disabled"}}),
        ("kimi-k2.6", "high", {"thinking": {"type": "enabled", "keep": "all"}}),
        ("kimi-k2.5", "high", {"thinking": {"type": "enabled"}}),
        ("moonshot-v1-8k", "high", {}),
    ],
)
def test_each_model_has_its_own_way_to_think(
    model: str, effort: Effort | None, fields: dict[str, object]
) -> None:
    sent = body(ModelRequest(messages=(user(),), effort=effort), model)

    assert {key: sent[key] for key in ("thinking", "reasoning_effort") if key in sent} == fields


def test_kimi_has_its_own_temperature_and_older_models_take_one() -> None:
    request = ModelRequest(messages=(user(),), temperature=0.5)

    assert not any("temperature" in body(request, model) for model in KIMI)
    assert body(request, "moonshot-v1-8k")["temperature"] == 0.5
    assert body(request, "kimi-k2-0905-preview")["temperature"] == 0.5


@pytest.mark.parametrize("model", KIMI)
def test_a_call_of_another_vendors_model_goes_with_a_filler_for_its_thinking(model: str) -> None:
    history = (user(), said(thought(), ONE), result(ONE, "x"), said("so"), user())

    sent = body(ModelRequest(messages=history), model)["messages"]

    assert sent[1].keys() == {"role", "reasoning_content", "tool_calls"}
    assert sent[1]["reasoning_content"] == " "
    assert sent[3] == {"role": "assistant", "content": "so"}


def test_limits_and_the_cache_key_have_openais_new_names() -> None:
    sent = body(ModelRequest(messages=(user(),), max_response_tokens=9, cache_key="c1"))

    assert (sent["max_completion_tokens"], sent["prompt_cache_key"]) == (9, "c1")


def test_schemas_of_tools_and_answers_are_made_to_fit() -> None:
    schema: dict[str, JSON] = {"$schema": "x", **ANSWER_SCHEMA, "properties": {"answer": {}}}
    sent = body(ModelRequest(messages=(user(),), tools=(READ,), output_schema=schema))

    parameters = sent["tools"][0]["function"]["parameters"]
    assert "$schema" not in parameters
    assert parameters["properties"]["mode"] == {"type": "string", "enum": ["text"]}
    assert sent["response_format"]["json_schema"] == {
        "name": "answer",
        "strict": True,
        "schema": {**ANSWER_SCHEMA, "properties": {"answer": {"type": "string"}}},
    }


def test_images_are_shown_and_pdfs_named() -> None:
    sent = body(ModelRequest(messages=(user_parts(PNG, PDF),)))

    assert [part["type"] for part in sent["messages"][0]["content"]] == ["image_url", "text"]


async def test_a_request_goes_out_with_the_key() -> None:
    async with open_loopback(answer("hi")) as server:
        model = Moonshot.from_key("k1", base_url=server.base_url).model("kimi-k3")
        await model.buffer(ModelRequest(messages=(user(),)))

    assert "Authorization: Bearer k1" in server.seen[0].head


def test_keys_belong_to_a_region() -> None:
    assert Moonshot.from_key("k").base_url == "https://api.moonshot.ai/v1/"
    assert Moonshot.from_key("k", region="cn").base_url == "https://api.moonshot.cn/v1/"
    assert Moonshot.from_key("k", region="cn", base_url="http://h/v1").base_url == "http://h/v1/"
    with pytest.raises(UnknownNameError, match="no region 'us': choose intl, cn, coding"):
        Moonshot.from_key("k", region="us")


def test_the_environment_gives_key_and_base_url(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*Moonshot.KEY_VARIABLES, *Moonshot.BASE_URL_VARIABLES):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(MissingKeyError, match="no key for Moonshot: set MOONSHOT_API_KEY or KIMI"):
        Moonshot.from_env()
    monkeypatch.setenv("KIMI_API_KEY", "k")
    monkeypatch.setenv("MOONSHOT_BASE_URL", "https://proxy.example/v1")

    assert Moonshot.from_env().base_url == "https://proxy.example/v1/"
    assert Moonshot.from_env(region="cn").base_url == "https://api.moonshot.cn/v1/"


def test_the_list_of_models_tells_their_windows() -> None:
    listed: JSON = {
        "object": "list",
        "data": [{"id": "kimi-k3", "context_length": 1048576}, {}, None],
    }

    assert Moonshot().listing().parse(listed) == (
        ModelInfo(model_id="kimi-k3", context_window=1048576),
    )
