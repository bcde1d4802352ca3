"""What is particular to MiniMax."""

import json
from typing import Any

import pytest
from conversations import ANSWER_SCHEMA, PNG, result, user
from loopback import open_loopback, refusal

from sagent.errors import ContextOverflowError, ModelError, QuotaError, RateLimitError
from sagent.message import response_text, response_tool_calls
from sagent.model import Effort, ModelEvent, ModelInfo, ModelRequest, ResponseDone
from sagent.providers._minimax import MiniMax

CALL = {"id": "call_function_1", "type": "function", "function": {"name": "Now", "arguments": "{}"}}
OK = {"status_code": 0, "status_msg": ""}


def body(request: ModelRequest, model: str = "MiniMax-M2.7") -> Any:
    return json.loads(MiniMax(key="k").wire(model).encode(request))


def chunk(**delta: object) -> dict[str, object]:
    return {"choices": [{"index": 0, "delta": delta}], "base_resp": OK}


def events(*chunks: dict[str, object]) -> list[ModelEvent]:
    wire = MiniMax(key="k").wire("MiniMax-M2.7")
    decoder = wire.decoder(ModelRequest(messages=(user(),)))
    fed = [event for each in chunks for event in decoder.feed(json.dumps(each))]
    return [*fed, *decoder.close()]


@pytest.mark.parametrize(
    ("model", "effort", "fields"),
    [
        ("MiniMax-M3", None, {}),
        ("MiniMax-M3", "none", {"thinking": {"type": "disabled"}}),
        ("MiniMax-M3", "low", {"thinking": {"type": "adaptive"}}),
        ("MiniMax-M2.7", "none", {}),
        ("MiniMax-M2.7", "max", {}),
    ],
)
def test_an_effort_switches_thinking_where_it_can_be(
    model: str, effort: Effort | None, fields: dict[str, object]
) -> None:
    sent = body(ModelRequest(messages=(user(),), effort=effort, max_response_tokens=9), model)

    assert {key: sent[key] for key in ("thinking", "reasoning_effort") if key in sent} == fields
    assert (sent["reasoning_split"], sent["max_completion_tokens"]) == (True, 9)


def test_a_schema_is_asked_for_in_words() -> None:
    sent = body(ModelRequest(messages=(user(),), output_schema=ANSWER_SCHEMA))

    assert "response_format" not in sent
    assert sent["messages"][0]["content"].endswith(json.dumps(ANSWER_SCHEMA))


def test_images_are_shown_to_the_models_that_see() -> None:
    request = ModelRequest(messages=(PNG,))

    assert body(request, "MiniMax-M3")["messages"][0]["content"][0]["type"] == "image_url"
    assert body(request)["messages"][0]["content"] == "[image/png, 8 bytes]"


def test_a_turn_goes_back_as_it_came() -> None:
    detail = {"type": "reasoning.text", "id": "reasoning-text-1", "format": "v1", "index": 0}
    final = {"choices": [{"finish_reason": "tool_calls", "message": {"content": "I look."}}]}
    *_, last = events(
        chunk(reasoning_content="The time is", reasoning_details=[{**detail, "text": "The time is"}]),
        chunk(reasoning_content="The time is asked.", reasoning_details=[{**detail, "text": "The time is asked."}]),
        chunk(content="I look."),
        chunk(tool_calls=[{**CALL, "index": 0}]),
        {**final, "base_resp": OK},
    )  # fmt: skip
    assert isinstance(last, ResponseDone)
    turn = last.response.content
    (call,) = response_tool_calls(turn)

    sent = body(ModelRequest(messages=(user(), turn, result(call, "noon"))))["messages"]

    assert response_text(turn) == "I look."
    assert sent[1] == {
        "role": "assistant",
        "content": "I look.",
        "tool_calls": [CALL],
        "reasoning_details": [{**detail, "text": "The time is asked."}],
    }


@pytest.mark.parametrize(
    ("code", "said", "error"),
    [
        (1002, "rate limit", RateLimitError),
        (1008, "insufficient balance", QuotaError),
        (2013, "invalid params, context window exceeds limit", ContextOverflowError),
        (4711, "something new", ModelError),
    ],
)
def test_an_error_that_comes_as_a_chunk_is_raised(
    code: int, said: str, error: type[ModelError]
) -> None:
    with pytest.raises(error, match=said):
        events(
            chunk(content="I"),
            {"choices": [], "base_resp": {"status_code": code, "status_msg": said}},
        )


async def test_an_error_that_comes_with_status_200_is_raised() -> None:
    body = b'{"base_resp":{"status_code":1008,"status_msg":"insufficient balance"},"choices":null}'
    error: ModelError | None = None
    async with open_loopback(refusal("200 OK", body)) as server:
        model = MiniMax.from_key("k", base_url=server.base_url).model("MiniMax-M2.7")
        try:
            await model.buffer(ModelRequest(messages=(user(),)))
        except ModelError as told:
            error = told

    assert isinstance(error, QuotaError)


def test_keys_belong_to_a_region() -> None:
    assert MiniMax.from_key("k").base_url == "https://api.minimax.io/v1/"
    assert MiniMax.from_key("k", region="cn").base_url == "https://api.minimaxi.com/v1/"


def test_the_list_of_models_tells_no_windows() -> None:
    assert MiniMax().listing().parse({"data": [{"id": "MiniMax-M3"}]}) == (
        ModelInfo(model_id="MiniMax-M3"),
    )
