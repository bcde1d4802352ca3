"""What OpenAI's models said goes back to them exactly as they said it."""

import json
from typing import Any

import pytest
from conversations import PNG, result, user, user_parts
from hypothesis import given
from hypothesis import strategies as st
from responses_events import COMPLETED, Event, call, done, message, reasoning, response, text_delta

from sagent.message import (
    Message,
    TextMessage,
    decode_message,
    encode_message,
    response_text,
    response_tool_calls,
)
from sagent.model import ModelRequest
from sagent.providers._wires.chat.wire import ChatWire
from sagent.providers._wires.responses.wire import ResponsesWire

SEARCH: Event = done(
    type="web_search_call", id="ws_1", status="completed", action={"type": "search", "query": "q"}
)
COMMENTARY = message("I look.", id="msg_0", status="completed", phase="commentary")
HI = user()
TURN: tuple[Event, ...] = (
    reasoning("first", "then", status="completed"),
    COMMENTARY,
    SEARCH,
    reasoning(id="rs_2", encrypted_content="enc2"),
    call("call_1", '{ "file_path" : "a" }'),
    call("call_2", "{}", name="Now"),
)


def items(*messages: Message) -> list[Any]:
    wire = ResponsesWire.of("m", {})
    made: list[Any] = json.loads(wire.encode(ModelRequest(messages=messages)))["input"]
    return made


def of(turn: tuple[Event, ...]) -> list[object]:
    return [event["item"] for event in turn]


def test_thinking_parallel_calls_and_what_nobody_else_knows_go_back_in_their_order() -> None:
    got = response(*TURN, COMPLETED).content
    one, two = response_tool_calls(got)
    shown = user_parts(TextMessage("look"), PNG)

    sent = items(shown, got, result(two, "noon"), result(one, PNG))

    assert sent[0]["role"] == "user"
    assert sent[1:7] == of(TURN)
    assert [item["call_id"] for item in sent[7:]] == ["call_2", "call_1"]


def test_it_goes_back_the_same_after_a_session_was_saved() -> None:
    got = response(*TURN, COMPLETED).content
    loaded = decode_message(encode_message(got))

    assert items(loaded)[:6] == of(TURN)


def test_other_wires_see_the_words_and_the_calls() -> None:
    got = response(*TURN, COMPLETED).content

    sent = ChatWire.of("m", {}).encode(ModelRequest(messages=(user(), got)))

    assert response_text(got) == "I look."
    assert b"enc2" not in sent
    assert b"rs_2" not in sent


def test_reasoning_that_nothing_follows_is_not_sent_back() -> None:
    got = response(call(), reasoning("hm", id="rs_9"), COMPLETED).content

    assert [item["type"] for item in items(got)] == ["function_call", "function_call_output"]
    assert items(response(reasoning("a"), reasoning("b"), COMPLETED).content, HI) == items(HI)


@pytest.mark.parametrize("nothing", [None, ""])
def test_reasoning_that_only_the_vendors_store_could_find_is_not_sent_back(nothing: object) -> None:
    got = response(reasoning("hm", encrypted_content=nothing), message("so"), COMPLETED).content

    assert [item["type"] for item in items(got)] == ["message"]


def test_an_item_that_json_cannot_carry_is_sent_back_without_what_it_cannot() -> None:
    odd = message("so", score=float("nan"))
    got = response(reasoning("hm", score=float("nan")), odd, COMPLETED).content

    (sent,) = items(got)

    assert got.content[0].content == "hm"
    assert sent["content"][0]["text"] == "so"
    assert "score" not in sent


def test_reasoning_in_the_clear_is_sent_back() -> None:
    clear = reasoning(encrypted_content="", content=[{"type": "reasoning_text", "text": "hm"}])

    assert items(response(clear, message("so"), COMPLETED).content) == of((clear, message("so")))


def test_a_refusal_is_sent_back_as_one() -> None:
    refused = message(content=[{"type": "refusal", "refusal": "No."}], status="completed")

    assert items(response(refused, COMPLETED).content) == of((refused,))


def test_a_message_of_several_texts_is_sent_back_in_its_pieces() -> None:
    assert items(response(message("a", "b"), COMPLETED).content) == of((message("a", "b"),))


def test_malformed_arguments_are_sent_back_as_an_empty_object() -> None:
    (sent, _) = items(response(call(arguments='{"a'), COMPLETED).content)

    assert sent["arguments"] == "{}"
    assert sent["id"] == "fc_1"


def test_calls_that_had_the_same_id_go_back_with_ids_of_their_own() -> None:
    got = response(call("x"), call("x"), COMPLETED).content

    ids = [item["call_id"] for item in items(got)]
    assert len(set(ids[:2])) == 2
    assert ids[:2] == ids[2:]


def test_a_name_and_an_id_that_the_api_refuses_are_written_as_it_takes_them() -> None:
    odd = call("functions.Read:0", name="Read it!")
    got = response(odd, COMPLETED).content
    (made,) = response_tool_calls(got)

    called, answered = items(got, result(made, "x"))

    assert called["call_id"] == answered["call_id"]
    assert called["call_id"].replace("_", "").isalnum()
    assert called["name"].replace("_", "").isalnum()


def test_text_that_was_cut_off_is_sent_as_words() -> None:
    (sent,) = items(response(text_delta("Hel"), COMPLETED).content)

    assert sent["content"][0]["text"] == "Hel"


ITEMS = st.one_of(
    st.lists(st.text(min_size=1), max_size=2).map(lambda texts: reasoning(*texts)),
    st.lists(st.text(min_size=1), min_size=1, max_size=2).map(lambda texts: message(*texts)),
    st.just(SEARCH),
    st.just(COMMENTARY),
    st.dictionaries(st.text(), st.integers(), max_size=2).map(
        lambda arguments: call(arguments=json.dumps(arguments))
    ),
)


@given(st.lists(ITEMS, max_size=6))
def test_whatever_a_turn_is_made_of_it_goes_back_exactly(turn: list[Event]) -> None:
    calls = 0
    for event in turn:
        if event["item"]["type"] == "function_call":
            calls += 1
            event["item"] = {**event["item"], "call_id": f"call_{calls}"}
    ended = (*turn, message("so"))

    assert items(response(*ended, COMPLETED).content)[: len(ended)] == of(ended)
