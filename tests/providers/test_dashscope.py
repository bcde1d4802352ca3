"""What is particular to DashScope."""

import json
from typing import Any

import pytest
from conversations import ANSWER_SCHEMA, ONE, result, said, user

from sagent.errors import UnknownNameError
from sagent.model import Effort, ModelInfo, ModelRequest, ResponseDone, Usage
from sagent.providers._dashscope import DashScope

MARK = {"type": "ephemeral"}


def body(request: ModelRequest, model: str = "qwen3.6-plus", *, explicit_cache: bool = True) -> Any:
    provider = DashScope(key="k", explicit_cache=explicit_cache)
    return json.loads(provider.wire(model).encode(request))


def answered(model: str) -> ResponseDone:
    decoder = DashScope(key="k").wire(model).decoder(ModelRequest(messages=(user(),)))
    usage = {
        "prompt_tokens": 2000,
        "completion_tokens": 3,
        "prompt_tokens_details": {"cached_tokens": 1000, "cache_creation_input_tokens": 900},
        "completion_tokens_details": {"reasoning_tokens": 1},
    }
    chunks: list[object] = [
        {"choices": [{"delta": {"content": None, "reasoning_content": "hm"}}]},
        {"choices": [{"delta": {"content": "so", "reasoning_content": None}}]},
        {"choices": [{"delta": {"content": ""}, "finish_reason": "stop"}]},
        {"choices": [], "usage": usage},
    ]
    data = [*map(json.dumps, chunks), "[DONE]"]
    *_, last = [event for each in data for event in decoder.feed(each)]
    assert isinstance(last, ResponseDone)
    return last


@pytest.mark.parametrize(
    ("model", "effort", "fields"),
    [
        ("qwen3.6-plus", None, {}),
        ("qwen3.6-plus", "none", {"enable_thinking": False}),
        ("qwen3.6-plus", "low", {"enable_thinking": True, "thinking_budget": 4096}),
        ("qwen3.6-plus", "max", {"enable_thinking": True}),
        ("qwen3-235b-a22b-thinking-2507", "none", {}),
        ("qwen3-235b-a22b-thinking-2507", "high", {"thinking_budget": 24576}),
        ("qwq-plus", "max", {}),
    ],
)
def test_an_effort_is_a_budget_of_thinking(
    model: str, effort: Effort | None, fields: dict[str, object]
) -> None:
    sent = body(ModelRequest(messages=(user(),), effort=effort), model)

    assert {
        key: sent[key] for key in ("enable_thinking", "thinking_budget") if key in sent
    } == fields


@pytest.mark.parametrize(
    ("model", "keeps"),
    [("qwen3.6-plus", True), ("qwen3.7-max", True), ("qwen3.8-max", True), ("qwen-plus", False)],
)
def test_thinking_goes_back_to_the_models_that_keep_it(model: str, keeps: bool) -> None:
    said_before = answered(model).response.content

    sent = body(ModelRequest(messages=(user(), said_before, user())), model)

    assert sent.get("preserve_thinking", False) is keeps
    assert sent["messages"][1] == {
        "role": "assistant",
        "content": "so",
        **({"reasoning_content": "hm"} if keeps else {}),
    }


def test_usage_tells_what_was_read_from_the_cache_and_put_into_it() -> None:
    assert answered("qwen-plus").response.usage == Usage(
        input_tokens=2000,
        output_tokens=3,
        cached_tokens=1000,
        cache_write_tokens=900,
        thinking_tokens=1,
    )


def test_a_growing_conversation_is_marked_at_its_end_and_is_the_same_before() -> None:
    turn = (user(), said("I look", ONE), result(ONE, "x"))

    first = body(ModelRequest(messages=turn[:1], system="s"))["messages"]
    then = body(ModelRequest(messages=turn, system="s"))["messages"]

    assert first[-1]["content"] == [{"type": "text", "text": "hi", "cache_control": MARK}]
    assert then[0] == first[0]
    assert then[1]["content"] == [{"type": "text", "text": "hi"}]
    assert then[-1]["content"] == [{"type": "text", "text": "x", "cache_control": MARK}]


def test_without_an_explicit_cache_contents_are_plain() -> None:
    sent = body(ModelRequest(messages=(user(),), system="s"), explicit_cache=False)

    assert [message["content"] for message in sent["messages"]] == ["s", "hi"]


def test_a_schema_holds_the_models_that_take_one_and_is_asked_of_others() -> None:
    request = ModelRequest(messages=(user(),), output_schema=ANSWER_SCHEMA)

    assert body(request, "qwen3.7-plus")["response_format"]["type"] == "json_schema"
    asked = body(request, "qwen3.6-plus")
    assert asked["response_format"] == {"type": "json_object"}
    assert "JSON" in asked["messages"][0]["content"][0]["text"]


def test_the_longest_answer_is_max_tokens() -> None:
    assert body(ModelRequest(messages=(user(),), max_response_tokens=9))["max_tokens"] == 9


@pytest.mark.parametrize("region", ["intl", "cn", "us", "hk"])
def test_keys_belong_to_a_region(monkeypatch: pytest.MonkeyPatch, region: str) -> None:
    monkeypatch.delenv("DASHSCOPE_BASE_URL", raising=False)
    monkeypatch.setenv("DASHSCOPE_API_KEY", "k")

    assert DashScope.from_env(region=region).base_url == f"{DashScope.REGIONS[region]}/"
    assert DashScope.from_env().base_url == f"{DashScope.REGIONS['intl']}/"
    with pytest.raises(UnknownNameError, match="choose intl, cn, us, hk"):
        DashScope.from_env(region="eu")


def test_the_list_of_models_tells_no_windows() -> None:
    assert DashScope().listing().parse({"data": [{"id": "qwen-plus"}]}) == (
        ModelInfo(model_id="qwen-plus"),
    )
