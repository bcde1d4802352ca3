"""The class `OpenAI`: what it sends where, and whom it serves."""

import json

import attrs
import pytest
from conversations import user
from loopback import Reply, answer, frame, open_loopback, stream_head
from responses_events import ORDINARY

from sagent.agent import Agent
from sagent.errors import MissingKeyError, UsageError
from sagent.lib.json import JSON
from sagent.message import response_text
from sagent.model import ModelInfo, ModelRequest
from sagent.providers._openai import OpenAI
from sagent.testing import RecordingTool

HELLO = ModelRequest(messages=(user(),))
STREAM = Reply([stream_head(), *(frame(event) for event in ORDINARY)])


async def test_requests_go_to_the_responses_api_with_key_and_payer() -> None:
    async with open_loopback(STREAM) as server:
        provider = OpenAI(key="sk-1", base_url=server.base_url, organization="o", project="p")
        got = await provider.model("gpt-5.5").buffer(HELLO)

    (seen,) = server.seen
    assert seen.head.startswith("POST /v1/responses HTTP/1.1")
    for line in ("Authorization: Bearer sk-1", "OpenAI-Organization: o", "OpenAI-Project: p"):
        assert line in seen.head
    assert response_text(got.content) == "Sch\u00f6n \U0001f600"


async def test_nobody_is_named_as_payer_unless_asked_for() -> None:
    async with open_loopback(STREAM) as server:
        await OpenAI(key="sk-1", base_url=server.base_url).model("m").buffer(HELLO)

    assert "OpenAI-" not in server.seen[0].head


async def test_an_agents_second_request_takes_its_reasoning_along() -> None:
    last = {"type": "message", "content": [{"type": "output_text", "text": "done"}]}
    end = [{"type": "response.output_item.done", "item": last}, {"type": "response.completed"}]
    async with open_loopback(STREAM, Reply([stream_head(), *map(frame, end)])) as server:
        model = OpenAI(base_url=server.base_url).model("m")
        tools = [RecordingTool("Read", "text"), RecordingTool("Now", "noon")]
        final = await Agent(model=model, tools=tools).run("go")

    assert final.content == "done"
    assert [item["type"] for item in server.seen[1].body["input"]] == [
        "message",
        "reasoning",
        "message",
        "function_call",
        "function_call",
        "function_call_output",
        "function_call_output",
    ]
    assert "enc" in json.dumps(server.seen[1].body)


async def test_chat_completions_is_spoken_by_choice() -> None:
    async with open_loopback(answer("hi")) as server:
        model = OpenAI(base_url=server.base_url, api="chat").model("m")
        got = await model.buffer(attrs.evolve(HELLO, max_response_tokens=9, system="s"))

    (seen,) = server.seen
    assert seen.head.startswith("POST /v1/chat/completions")
    assert seen.body["max_completion_tokens"] == 9
    assert seen.body["messages"][0]["role"] == "developer"
    assert response_text(got.content) == "hi"


def test_key_and_payer_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(MissingKeyError, match="OPENAI_API_KEY"):
        OpenAI.from_env()
    monkeypatch.setenv("OPENAI_API_KEY", "sk-1")
    monkeypatch.setenv("OPENAI_ORG_ID", "o")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "p")

    provider = OpenAI.from_env()

    assert provider == OpenAI(key="sk-1", organization="o", project="p")
    assert provider.base_url == "https://api.openai.com/v1/"


def test_a_payer_that_no_header_can_carry_is_refused() -> None:
    with pytest.raises(UsageError, match="header"):
        OpenAI(key="sk-1", project="a\nb")


def test_each_payer_has_an_actor_of_its_own() -> None:
    payers = [("", ""), ("a", ""), ("", "a"), ("a", "b")]

    names = {OpenAI(key="k", organization=o, project=p).service_name for o, p in payers}

    assert len(names) == 4
    assert OpenAI(key="k").service_name == OpenAI(key="k", api="chat").service_name


def test_the_listed_models_are_read() -> None:
    body: JSON = {
        "data": [{"id": "gpt-5.5", "owned_by": "openai"}, {"id": "q", "max_model_len": 9}, {}]
    }

    assert OpenAI().listing().parse(body) == (
        ModelInfo(model_id="gpt-5.5"),
        ModelInfo(model_id="q", context_window=9),
    )
    assert OpenAI().listing().parse([]) == ()
