"""The constrained tool protocol: what is asked for, and what comes of the answer."""

import json
from collections.abc import Mapping
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagent.errors import ProtocolError
from sagent.lib.json import JSON
from sagent.message import (
    BytesMessage,
    Descriptor,
    Message,
    MultipartMessage,
    TextMessage,
    error_message,
    get_directive,
    get_tool_name,
    response_text,
    response_tool_calls,
    tool_call_message,
    tool_result_message,
)
from sagent.model import ModelEvent, ModelRequest, ResponseDone, StopReason, TextDelta
from sagent.providers._wires.chat.constrained_decoder import AnswerText
from sagent.providers._wires.chat.constrained_wire import ConstrainedWire
from sagent.tool import ToolSpec

READ = ToolSpec(
    "Read",
    "Show a file. It has lines.",
    {
        "type": "object",
        "properties": {"file_path": {"type": "string"}, "limit": {"type": "integer"}},
        "required": ["file_path"],
        "additionalProperties": False,
    },
)
CALL = tool_call_message("Read", {"file_path": "a"}, call_id="c1")
HISTORY = (
    TextMessage("what is in a?", Descriptor.USER),
    MultipartMessage((CALL,), Descriptor.MODEL),
    tool_result_message(CALL, TextMessage("1\tx")),
    MultipartMessage((TextMessage("It is x."),), Descriptor.MODEL),
)


def body(wire: ConstrainedWire, *, tools: tuple[ToolSpec, ...] = (READ,)) -> Any:  # JSON
    return json.loads(wire.encode(ModelRequest(messages=HISTORY, system="Be terse.", tools=tools)))


def step_schema(sent: Any) -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(sent["response_format"]["json_schema"]["schema"])


def events(
    *fragments: str, finish: str = "stop", schema: Mapping[str, JSON] | None = None
) -> list[ModelEvent]:
    request = ModelRequest(messages=HISTORY, tools=(READ,), output_schema=schema)
    decoder = ConstrainedWire.of("m", {}).decoder(request)
    got: list[ModelEvent] = []
    for fragment in fragments:
        got += decoder.feed(json.dumps({"choices": [{"delta": {"content": fragment}}]}))
    got += decoder.feed(json.dumps({"choices": [{"delta": {}, "finish_reason": finish}]}))
    return [*got, *decoder.close()]


def test_a_step_is_a_call_of_a_known_tool_or_an_answer_and_nothing_else() -> None:
    schema = step_schema(body(ConstrainedWire.of("m", {})))

    assert schema.is_valid({"tool": "Read", "arguments": {"file_path": "a", "limit": 3}})
    assert schema.is_valid({"answer": "x"})
    assert not schema.is_valid({"tool": "Write", "arguments": {"file_path": "a"}})
    assert not schema.is_valid({"tool": "Read", "arguments": {}})
    assert not schema.is_valid({"answer": "x", "tool": "Read", "arguments": {"file_path": "a"}})


def test_a_closely_guided_model_is_given_required_parameters_alone() -> None:
    sent = body(ConstrainedWire.of("m", {}, guidance="close"))

    assert not step_schema(sent).is_valid(
        {"tool": "Read", "arguments": {"file_path": "a", "limit": 3}}
    )
    assert "Read(file_path): Show a file" in sent["messages"][0]["content"]


def test_calls_and_answers_go_back_as_steps_and_results_as_the_users() -> None:
    sent = body(ConstrainedWire.of("m", {"temperature": 0}))["messages"]

    assert [message["role"] for message in sent] == [
        "system",
        "user",
        "assistant",
        "user",
        "assistant",
    ]
    assert sent[0]["content"].startswith("Be terse.\n\nReply with one JSON object")
    assert json.loads(sent[2]["content"]) == {"tool": "Read", "arguments": {"file_path": "a"}}
    assert sent[3]["content"].startswith("Result: 1\tx\n")
    assert json.loads(sent[4]["content"]) == {"answer": "It is x."}


def test_a_failed_tool_is_told_as_an_error() -> None:
    wire = ConstrainedWire.of("m", {})
    result = tool_result_message(CALL, error_message("no such file"))

    sent = json.loads(wire.encode(ModelRequest(messages=(result,), tools=(READ,))))

    assert sent["messages"][1]["content"].startswith("Error: no such file\n")


def test_a_model_that_repeats_its_call_is_offered_nothing_but_to_answer() -> None:
    wire = ConstrainedWire.of("m", {})
    turn = (HISTORY[0], HISTORY[1], HISTORY[2], HISTORY[1], HISTORY[2])

    once = json.loads(wire.encode(ModelRequest(messages=turn[:3], tools=(READ,))))
    twice = json.loads(wire.encode(ModelRequest(messages=turn, tools=(READ,))))

    assert step_schema(once).is_valid({"tool": "Read", "arguments": {"file_path": "a"}})
    assert not step_schema(twice).is_valid({"tool": "Read", "arguments": {"file_path": "a"}})
    assert step_schema(twice).is_valid({"answer": "x"})


def test_a_prompt_of_parts_begins_a_turn_too() -> None:
    wire = ConstrainedWire.of("m", {})
    prompt = MultipartMessage((TextMessage("and in a?"),), Descriptor.USER_PARTS)

    again = (*HISTORY, prompt, HISTORY[1], HISTORY[2])
    sent = json.loads(wire.encode(ModelRequest(messages=again, tools=(READ,))))

    assert step_schema(sent).is_valid({"tool": "Read", "arguments": {"file_path": "a"}})


def test_an_answer_that_is_to_satisfy_a_schema_is_held_to_it() -> None:
    schema: dict[str, JSON] = {
        "type": "object",
        "properties": {"n": {"type": "integer"}},
        "required": ["n"],
    }
    request = ModelRequest(messages=HISTORY[:3], tools=(READ,), output_schema=schema)

    sent = json.loads(ConstrainedWire.of("m", {}).encode(request))
    *_, shown, last = events('{"answer": {"n"', ": 1}}")

    assert step_schema(sent).is_valid({"answer": {"n": 1}})
    assert not step_schema(sent).is_valid({"answer": "1"})
    assert shown == TextDelta('{"n":1}')
    assert isinstance(last, ResponseDone)
    assert response_text(last.response.content) == '{"n":1}'


def test_an_image_in_a_result_is_shown_with_it() -> None:
    result = tool_result_message(CALL, BytesMessage(b"\x89PNG"))

    sent = json.loads(
        ConstrainedWire.of("m", {}).encode(ModelRequest(messages=(result,), tools=(READ,)))
    )

    text, image = sent["messages"][1]["content"]
    assert text["text"].startswith("Result: [image/png, 4 bytes]\n")
    assert image["image_url"] == {"url": "data:image/png;base64,iVBORw=="}


def test_a_call_without_a_result_is_not_answered_by_the_server() -> None:
    sent = json.loads(
        ConstrainedWire.of("m", {}).encode(ModelRequest(messages=HISTORY[:2], tools=(READ,)))
    )

    assert [message["role"] for message in sent["messages"]] == ["system", "user", "assistant"]


@pytest.mark.parametrize(
    ("prompt", "may_answer"),
    [
        ("What is in a.txt?", False),
        ("What does src/a say?", False),
        ("What is 2+2?", True),
        ("What is 1.5+2.25?", True),
        ("What is a word... or two?", True),
        pytest.param(f"// {'/' * 20_000} //", True, id="a line of slashes"),
        pytest.param(f"see /a/{'/' * 20_000}", False, id="a name, and a line of slashes"),
    ],
)
def test_a_closely_guided_model_looks_first_when_the_prompt_names_a_file(
    prompt: str, may_answer: bool
) -> None:
    wire = ConstrainedWire.of("m", {}, guidance="close")
    asked = TextMessage(prompt, Descriptor.USER)

    first = json.loads(wire.encode(ModelRequest(messages=(asked,), tools=(READ,))))
    then = json.loads(wire.encode(ModelRequest(messages=(asked, *HISTORY[1:3]), tools=(READ,))))

    assert step_schema(first).is_valid({"answer": "x"}) is may_answer
    assert step_schema(then).is_valid({"answer": "x"})


def test_a_closely_guided_model_answers_when_it_has_seen_what_the_prompt_names() -> None:
    wire = ConstrainedWire.of("m", {}, guidance="close")
    one = TextMessage("What is in a.txt?", Descriptor.USER)
    two = TextMessage("Do a.txt and b.txt agree?", Descriptor.USER)
    failed = tool_result_message(CALL, error_message("no such file"))

    def may_look(*messages: Message) -> bool:
        sent = json.loads(wire.encode(ModelRequest(messages=messages, tools=(READ,))))
        return step_schema(sent).is_valid({"tool": "Read", "arguments": {"file_path": "a"}})

    assert not may_look(one, HISTORY[1], HISTORY[2])
    assert may_look(one, HISTORY[1], failed)
    assert may_look(two, HISTORY[1], HISTORY[2])


def test_the_same_call_in_a_later_turn_is_no_repetition() -> None:
    wire = ConstrainedWire.of("m", {})
    again = (*HISTORY, HISTORY[0], HISTORY[1], HISTORY[2])

    sent = json.loads(wire.encode(ModelRequest(messages=again, tools=(READ,))))

    assert step_schema(sent).is_valid({"tool": "Read", "arguments": {"file_path": "a"}})


def test_without_tools_it_is_a_plain_request() -> None:
    sent = body(ConstrainedWire.of("m", {}), tools=())

    assert "response_format" not in sent
    assert sent["messages"][0]["content"] == "Be terse."


def test_a_call_becomes_a_tool_call() -> None:
    last = events('{"tool": "Read", ', '"arguments": {"file_path": "a"}}')[-1]

    assert isinstance(last, ResponseDone)
    (call,) = response_tool_calls(last.response.content)
    assert (get_tool_name(call), get_directive(call)) == ("Read", {"file_path": "a"})
    assert last.response.stop_reason is StopReason.TOOL_USE


def test_an_answer_streams_while_it_is_decoded() -> None:
    got = events('{"ans', 'wer": "It', " is\\n", 'x"}')

    assert got[:-1] == [TextDelta("It"), TextDelta(" is\n"), TextDelta("x")]
    assert isinstance(got[-1], ResponseDone)
    assert response_text(got[-1].response.content) == "It is\nx"


def test_what_follows_an_answer_is_not_shown() -> None:
    got = events('{"answer": "It is x"', ' ,  "a": "', 'not this"}')

    assert got[:-1] == [TextDelta("It is x")]


def test_an_answer_after_many_blanks_is_an_answer() -> None:
    last = events(" " * 1000, '{"answer": "It is x"}')[-1]

    assert isinstance(last, ResponseDone)
    assert response_text(last.response.content) == "It is x"


def test_an_answer_cut_by_the_length_limit_keeps_what_was_shown() -> None:
    last = events('{"answer": "It is', finish="length")[-1]

    assert isinstance(last, ResponseDone)
    assert response_text(last.response.content) == "It is"
    assert last.response.stop_reason is StopReason.MAX_TOKENS


@pytest.mark.parametrize("value", ['{"n":1}', "[1,2]", "7", "true", '"x"'])
def test_an_answer_held_to_a_schema_is_its_json(value: str) -> None:
    *shown, last = events('{"answer": ', value, "}", schema={"const": json.loads(value)})

    assert shown == [TextDelta(value)]
    assert isinstance(last, ResponseDone)
    assert response_text(last.response.content) == value


@pytest.mark.parametrize("description", ["", " \n", "\n\nShow it."])
def test_a_tool_may_be_described_in_no_words_or_in_later_lines(description: str) -> None:
    bare = ToolSpec("Look", description, {"type": "object", "properties": {}})

    rules = body(ConstrainedWire.of("m", {}), tools=(bare,))["messages"][0]["content"]

    assert "\n- Look()" in rules


def test_an_empty_answer_is_an_answer() -> None:
    last = events('{"answer": ""}')[-1]

    assert isinstance(last, ResponseDone)
    assert response_text(last.response.content) == ""


@pytest.mark.parametrize(
    ("text", "finish", "said"),
    [
        ("I think it is x.", "stop", "must support response_format"),
        ('{"tool": "Read", "argu', "length", "ran out of tokens"),
        ('{"step": 1}', "stop", "must support response_format"),
    ],
)
def test_what_is_no_step_is_an_error_that_says_what_to_do(
    text: str, finish: str, said: str
) -> None:
    with pytest.raises(ProtocolError, match=said):
        events(text, finish=finish)


@given(st.text(), st.integers(1, 5), st.booleans())
def test_a_streamed_answer_is_the_same_however_it_is_cut(
    text: str, size: int, escaped: bool
) -> None:
    written = json.dumps({"answer": text}, ensure_ascii=escaped)
    decoder = AnswerText()

    shown = [decoder.feed(written[at : at + size]) for at in range(0, len(written), size)]

    assert "".join(shown) == text
    assert all(piece.encode() is not None for piece in shown)  # no half of a character
