"""Thinking that comes in Chat Completions, and how it goes back."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from conversations import result, user
from hypothesis import given
from hypothesis import strategies as st

from sagent.message import Descriptor, MultipartMessage, response_text, response_tool_calls
from sagent.model import ModelEvent, ModelRequest, ResponseDone, TextDelta, ThinkingDelta
from sagent.providers._wires.chat.decoder import ChatDecoder
from sagent.providers._wires.chat.dialect import ANY_SERVER, ChatDialect
from sagent.providers._wires.chat.thinking import Growth, ThinkTags
from sagent.providers._wires.chat.wire import ChatWire

GROWING = ChatDialect(wire="minimax", cumulative=True)
REQUIRING = ChatDialect(
    wire="moonshot", empty_content=None, thinking_filler={"reasoning_content": " "}
)
CALL = {"id": "functions.Read:0", "type": "function", "function": {"name": "Read", "arguments": '{"a":1}'}}  # fmt: skip
OTHER = {"id": "c2", "type": "function", "function": {"name": "Now", "arguments": "{}"}}


def answer(
    *deltas: dict[str, Any], dialect: ChatDialect = ANY_SERVER
) -> tuple[list[ModelEvent], MultipartMessage]:
    decoder = ChatDecoder(dialect)
    events: list[ModelEvent] = []
    for delta in deltas:
        events += decoder.feed(json.dumps({"choices": [{"delta": delta}]}))
    events += decoder.feed("[DONE]")
    assert isinstance(events[-1], ResponseDone)
    return events[:-1], events[-1].response.content


def thinking_in(message: MultipartMessage) -> str:
    return "".join(
        str(part.content) for part in message.content if part.descriptor == Descriptor.THINKING
    )


def sent_back(message: MultipartMessage, dialect: ChatDialect = ANY_SERVER) -> Any:
    results = [result(call, "x") for call in response_tool_calls(message)]
    request = ModelRequest(messages=(user(), message, *results))
    messages = json.loads(ChatWire.of("m", {}, dialect=dialect).encode(request))["messages"]
    assert [m["tool_call_id"] for m in messages[2:]] == [c["id"] for c in messages[1].get("tool_calls", ())]  # fmt: skip
    return messages[1]


@pytest.mark.parametrize("key", ["reasoning_content", "reasoning"])
def test_thinking_goes_back_under_the_key_that_it_came_under(key: str) -> None:
    _, message = answer({key: "h"}, {key: "m"}, {"content": "so"}, {"tool_calls": [CALL, OTHER]})

    assert sent_back(message) == {
        "role": "assistant",
        "content": "so",
        "tool_calls": [CALL, OTHER],
        key: "hm",
    }


def test_thinking_goes_back_to_its_own_vendor_alone() -> None:
    _, message = answer({"reasoning": "hm"}, {"content": "so"})

    assert sent_back(message, ChatDialect(wire="other")) == {"role": "assistant", "content": "so"}
    assert sent_back(message, ChatDialect(echoes_thinking=False)).keys() == {"role", "content"}


def test_ids_go_back_as_they_were_to_their_own_vendor_and_plain_to_others() -> None:
    _, message = answer({"tool_calls": [CALL]})

    assert sent_back(message)["tool_calls"] == [CALL]
    other = sent_back(message, ChatDialect(wire="other"))
    assert other["tool_calls"][0]["id"].startswith("functions_Read_0_")


def test_thinking_after_the_answer_is_thinking_still() -> None:
    events, message = answer({"content": "so"}, {"reasoning": "hm"}, {"content": " it is"})

    assert events == [TextDelta("so"), ThinkingDelta("hm"), TextDelta(" it is")]
    assert (thinking_in(message), response_text(message)) == ("hm", "so it is")


def test_white_space_before_thinking_stays_before_the_answer() -> None:
    events, _ = answer({"content": "\n"}, {"reasoning": "hm"}, {"content": "so"})

    assert events == [ThinkingDelta("hm"), TextDelta("\nso")]


def test_a_vendor_that_must_have_thinking_with_calls_gets_it_or_a_filler() -> None:
    _, empty = answer({"reasoning_content": ""}, {"tool_calls": [OTHER]}, dialect=REQUIRING)
    _, foreign = answer({"reasoning": "hm"}, {"tool_calls": [OTHER]})

    assert sent_back(empty, REQUIRING) == {
        "role": "assistant",
        "reasoning_content": "",
        "tool_calls": [OTHER],
    }
    assert sent_back(foreign, REQUIRING) == {
        "role": "assistant",
        "reasoning_content": " ",
        "tool_calls": [OTHER],
    }


def test_details_are_put_together_and_go_back_whole() -> None:
    events, message = answer(
        {"reasoning": "h", "reasoning_details": [{"type": "reasoning.text", "index": 0, "text": "h"}]},
        {"reasoning": "m", "reasoning_details": [{"type": "reasoning.text", "index": 0, "text": "m"}]},
        {"reasoning_details": [{"type": "reasoning.text", "index": 0, "text": "", "signature": "sig"}]},
        {"reasoning_details": [{"type": "reasoning.encrypted", "index": 1, "data": "x=="}]},
        {"content": "so"},
    )  # fmt: skip

    assert events == [ThinkingDelta("h"), ThinkingDelta("m"), TextDelta("so")]
    assert sent_back(message) == {
        "role": "assistant",
        "content": "so",
        "reasoning_details": [
            {"type": "reasoning.text", "index": 0, "signature": "sig", "text": "hm"},
            {"type": "reasoning.encrypted", "index": 1, "data": "x=="},
        ],
    }


def test_details_that_json_cannot_keep_are_not_asked_back() -> None:
    _, message = answer(
        {"reasoning_details": [{"type": "reasoning.text", "text": "hm", "x": float("nan")}]},
        {"content": "so"},
    )

    assert sent_back(message) == {"role": "assistant", "content": "so"}


@pytest.mark.parametrize("whole", [False, True])
def test_increments_and_growing_chunks_are_both_understood(whole: bool) -> None:
    thoughts, words = ["I think", " that it is", " so"], ["It", " is so,", " I believe,", " yes"]
    if whole:
        thoughts = ["".join(thoughts[: n + 1]) for n in range(3)]
        words = ["".join(words[: n + 1]) for n in range(4)]
    detail = {"type": "reasoning.text", "id": "r1"}

    events, message = answer(
        *({"reasoning_content": text, "reasoning_details": [{**detail, "text": text}]} for text in thoughts),
        *({"content": text} for text in words),
        dialect=GROWING,
    )  # fmt: skip

    assert (thinking_in(message), response_text(message)) == (
        "I think that it is so",
        "It is so, I believe, yes",
    )
    assert "".join(e.text for e in events if isinstance(e, TextDelta)) == response_text(message)
    assert sent_back(message, GROWING)["reasoning_details"] == [
        {**detail, "text": "I think that it is so"}
    ]


@pytest.mark.parametrize(
    "chunks", [["1", "1"], ["\n", "\n", "x"], ["ha", "ha", "!"], ["-", "--", "a"]]
)
def test_increments_that_look_as_if_they_grew_lose_nothing(chunks: list[str]) -> None:
    growth = Growth()

    assert "".join([*map(growth.feed, chunks), growth.end()]) == "".join(chunks)


@given(st.lists(st.text("ab ", min_size=1, max_size=9), min_size=1))
def test_what_grows_ends_as_it_is(pieces: Sequence[str]) -> None:
    growth = Growth()
    whole = ["".join(pieces[: n + 1]) for n in range(len(pieces))]

    assert "".join([*map(growth.feed, whole), growth.end()]) == whole[-1]


@pytest.mark.parametrize("tag", ["think", "mm:think"])
def test_thinking_in_tags_is_shown_as_such_and_goes_back_as_it_was(tag: str) -> None:
    raw = f"\n<{tag}>h<m</{tag}>\n\nso </b>"

    for size in (1, 3, len(raw)):
        pieces = [raw[at : at + size] for at in range(0, len(raw), size)]
        events, message = answer(*({"content": piece} for piece in pieces))

        assert (thinking_in(message), response_text(message)) == ("h<m", "so </b>")
        assert "".join(e.text for e in events if isinstance(e, ThinkingDelta)) == "h<m"
        assert sent_back(message) == {"role": "assistant", "content": raw}


def test_thinking_in_tags_that_is_cut_off_goes_back_as_far_as_it_came() -> None:
    _, message = answer({"content": "<think>hm </th"})

    assert (thinking_in(message), response_text(message)) == ("hm </th", "")
    assert sent_back(message)["content"] == "<think>hm </th"


@given(st.lists(st.text("<thinkmay:/> \n", max_size=9)))
def test_what_is_parted_is_all_there_in_its_order(pieces: Sequence[str]) -> None:
    tags = ThinkTags()

    parted = [*map(tags.feed, pieces), tags.end()]

    thinking, text = ("".join(side) for side in zip(*parted, strict=True))
    assert f"{tags.opening}{thinking}{tags.closing}{text}" == "".join(pieces)
