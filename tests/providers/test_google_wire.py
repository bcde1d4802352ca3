"""What Gemini is sent beside the conversation."""

import json
from typing import Any, cast

import attrs
import pytest
from conversations import ANSWER_SCHEMA, TOOLS, user

from sagent.errors import ProtocolError
from sagent.lib.json import JSON, JsonValue
from sagent.model import Effort, ModelRequest
from sagent.providers._wires.google.wire import GoogleWire, tokens_from

HELLO = ModelRequest(messages=(user("hi"),))
SAID = [{"role": "user", "parts": [{"text": "hi"}]}]


def body(
    request: ModelRequest, model: str = "gemini-3.1-pro-preview", **options: JsonValue
) -> dict[str, Any]:
    pairs = json.loads(
        GoogleWire.of(model, options).encode(request), object_pairs_hook=without_repetition
    )
    return cast("dict[str, Any]", pairs)


def without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    assert len(made) == len(pairs)
    return made


def thinking(model: str, effort: Effort | None) -> object:
    config = body(attrs.evolve(HELLO, effort=effort), model).get("generationConfig", {})
    return config.get("thinkingConfig")


def test_what_is_not_asked_for_is_not_sent() -> None:
    assert body(HELLO) == {"contents": SAID}


def test_every_field_has_its_place() -> None:
    request = attrs.evolve(
        HELLO, system="Be terse.", tools=TOOLS[1:], max_response_tokens=9, temperature=0.5
    )

    assert body(request) == {
        "systemInstruction": {"parts": [{"text": "Be terse."}]},
        "generationConfig": {"maxOutputTokens": 9, "temperature": 0.5},
        "tools": [
            {
                "functionDeclarations": [
                    {
                        "name": "Now",
                        "description": "Tell the time.",
                        "parametersJsonSchema": {"type": "object", "properties": {}},
                    }
                ]
            }
        ],
        "contents": SAID,
    }


def test_schemas_are_sent_whole_but_for_their_dialect() -> None:
    (read, _) = body(attrs.evolve(HELLO, tools=TOOLS))["tools"][0]["functionDeclarations"]

    schema = read["parametersJsonSchema"]
    assert "$schema" not in schema
    assert schema["additionalProperties"] is False
    assert schema["properties"]["limit"]["anyOf"][0]["exclusiveMinimum"] == 0


def test_an_output_schema_is_part_of_the_configuration() -> None:
    request = attrs.evolve(HELLO, output_schema=ANSWER_SCHEMA, tools=TOOLS)

    assert body(request)["generationConfig"] == {
        "responseMimeType": "application/json",
        "responseJsonSchema": ANSWER_SCHEMA,
    }


def test_a_model_that_takes_no_output_schema_beside_tools_is_told_of_it() -> None:
    request = attrs.evolve(HELLO, system="Be terse.", output_schema=ANSWER_SCHEMA, tools=TOOLS)

    sent = body(request, "gemini-2.5-flash")

    assert "generationConfig" not in sent
    (part,) = sent["systemInstruction"]["parts"]
    assert part["text"].startswith("Be terse.\n\nAnswer with JSON that fits this schema: {")


def test_options_win_field_by_field_and_add_tools() -> None:
    request = attrs.evolve(HELLO, tools=TOOLS, temperature=0.5, max_response_tokens=9)

    sent = body(
        request,
        generationConfig={"temperature": 1, "topK": 3},
        tools=[{"googleSearch": {}}],
        cachedContent="cachedContents/x",
    )

    assert sent["generationConfig"] == {"temperature": 1, "maxOutputTokens": 9, "topK": 3}
    assert [*map(list, sent["tools"])] == [["functionDeclarations"], ["googleSearch"]]
    assert sent["cachedContent"] == "cachedContents/x"


def test_options_bring_tools_where_the_agent_has_none() -> None:
    assert body(HELLO, tools=[{"googleSearch": {}}])["tools"] == [{"googleSearch": {}}]


def test_other_tools_are_written_anew() -> None:
    wire = GoogleWire.of("gemini-3.1-pro-preview", {})
    sent = [json.loads(wire.encode(attrs.evolve(HELLO, tools=TOOLS[n:]))) for n in (0, 1, 2)]

    declared = [each["tools"][0]["functionDeclarations"] for each in sent[:2]]
    assert [len(each) for each in declared] == [2, 1]
    assert "tools" not in sent[2]


@pytest.mark.parametrize(
    ("model", "effort", "level"),
    [
        ("gemini-3.1-pro-preview", "minimal", "LOW"),
        ("gemini-3.1-pro-preview", "medium", "MEDIUM"),
        ("gemini-3.1-pro-preview", "max", "HIGH"),
        ("gemini-3.1-flash-lite", "minimal", "MINIMAL"),
        ("gemini-3-flash-preview", "minimal", "MINIMAL"),
        ("gemini-3.7-flash", "minimal", "LOW"),
        ("gemini-4-ultra", "xhigh", "HIGH"),
        ("gemini-flash-latest", "low", "LOW"),
        ("models/gemini-3.5-flash", "high", "HIGH"),
    ],
)
def test_effort_is_a_level_from_gemini_3_on(model: str, effort: Effort, level: str) -> None:
    assert thinking(model, effort) == {"thinkingLevel": level, "includeThoughts": True}


@pytest.mark.parametrize(
    ("model", "effort", "budget"),
    [
        ("gemini-2.5-pro", "minimal", 512),
        ("gemini-2.5-pro", "high", 24576),
        ("gemini-2.5-pro", "max", 32768),
        ("gemini-2.5-flash", "low", 1024),
        ("gemini-2.5-flash", "medium", 8192),
        ("gemini-2.5-flash-lite", "max", 24576),
    ],
)
def test_effort_is_a_budget_before(model: str, effort: Effort, budget: int) -> None:
    assert thinking(model, effort) == {"thinkingBudget": budget, "includeThoughts": True}


@pytest.mark.parametrize(
    ("model", "config"),
    [
        ("gemini-2.5-flash", {"thinkingBudget": 0}),
        ("gemini-2.5-pro", {"thinkingBudget": 128}),
        ("gemini-3.1-flash-lite", {"thinkingLevel": "MINIMAL"}),
        ("gemini-3.1-pro-preview", {"thinkingLevel": "LOW"}),
    ],
)
def test_no_effort_is_the_least_a_model_can_do_and_shows_no_thoughts(
    model: str, config: object
) -> None:
    assert thinking(model, "none") == config


@pytest.mark.parametrize("model", ["gemini-2.0-flash", "gemma-3-27b-it"])
def test_models_that_do_not_think_are_not_told_to(model: str) -> None:
    assert thinking(model, "high") is None


def test_requests_go_to_the_model_by_its_name() -> None:
    assert GoogleWire.of("gemini-x", {}).path == "models/gemini-x:streamGenerateContent?alt=sse"
    assert GoogleWire.of("tunedModels/é?", {}).path == (
        "tunedModels/%C3%A9%3F:streamGenerateContent?alt=sse"
    )


def test_tokens_are_counted_of_the_whole_request() -> None:
    wire = GoogleWire.of("gemini-x", {})

    assert json.loads(wire.count_tokens_body(HELLO)) == {
        "generateContentRequest": {"model": "models/gemini-x", "contents": SAID}
    }
    assert wire.count_tokens_path == "models/gemini-x:countTokens"
    assert tokens_from({"totalTokens": 31}) == 31


@pytest.mark.parametrize("odd", [{}, [], None, {"totalTokens": "31"}])
def test_an_answer_without_a_count_is_an_error(odd: JSON) -> None:
    with pytest.raises(ProtocolError, match="totalTokens"):
        tokens_from(odd)
