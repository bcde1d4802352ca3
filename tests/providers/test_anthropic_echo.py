"""What the model said comes back to Anthropic as it was; others get what anybody understands."""

import json
from typing import Any

import pytest
from conversations import PNG, calling, result, said, thought, user, user_parts

from sagent.message import (
    Message,
    MultipartMessage,
    TextMessage,
    decode_message,
    encode_message,
    get_tool_name,
    response_tool_calls,
    tool_result_message,
)
from sagent.model import ModelRequest, ResponseDone
from sagent.providers._wires.anthropic.decoder import AnthropicDecoder
from sagent.providers._wires.anthropic.wire import AnthropicWire

type Block = dict[str, Any]

SEARCH: list[Block] = [
    {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "x"}},
    {
        "type": "web_search_tool_result",
        "tool_use_id": "srvtoolu_1",
        "content": [{"type": "web_search_result", "url": "u", "encrypted_content": "Er==", "page_age": None}],
    },
]  # fmt: skip
CITED: Block = {
    "type": "text",
    "text": "So it is.",
    "citations": [{"type": "web_search_result_location", "url": "u", "cited_text": "it is"}],
}
THINKING: Block = {"type": "thinking", "thinking": "hm ", "signature": "c2ln"}
OMITTED: Block = {"type": "thinking", "thinking": "", "signature": "c2ln2"}
REDACTED: Block = {"type": "redacted_thinking", "data": "ZGF0YQ=="}
CALLS: list[Block] = [
    {"type": "tool_use", "id": "toolu_1", "name": "Read", "input": {"a": [1, 2.5, None], "b": {}}},
    {"type": "tool_use", "id": "toolu_2", "name": "Now", "input": {}, "caller": {"type": "direct"}},
]
GROWING = {
    "text": "text_delta",
    "thinking": "thinking_delta",
    "signature": "signature_delta",
}


def streamed(block: Block, index: int) -> list[Block]:
    """Write *block* as the API streams it."""
    begun, deltas = dict(block), list[Block]()
    for field, kind in GROWING.items():
        if field in block:
            begun[field] = ""
            halves = (block[field][:2], block[field][2:])
            deltas += [{"type": kind, field: half} for half in halves]
    if "input" in block:
        begun["input"] = {}
        deltas.append({"type": "input_json_delta", "partial_json": json.dumps(block["input"])})
    for citation in block.get("citations", ()):
        begun["citations"] = []
        deltas.append({"type": "citations_delta", "citation": citation})
    return [
        {"type": "content_block_start", "index": index, "content_block": begun},
        *({"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas),
        {"type": "content_block_stop", "index": index},
    ]


def heard(*blocks: Block, wire: str = "anthropic") -> MultipartMessage:
    """Give the message that is made of *blocks*, as a session keeps it."""
    decoder = AnthropicDecoder(wire)
    events = [event for index, block in enumerate(blocks) for event in streamed(block, index)]
    for event in (*events, {"type": "message_stop"}):
        for got in decoder.feed(json.dumps(event)):
            if isinstance(got, ResponseDone):
                kept = decode_message(encode_message(got.response.content))
                assert isinstance(kept, MultipartMessage)
                return kept
    raise AssertionError


def sent(*messages: Message, wire: str = "anthropic") -> list[Block]:
    to = AnthropicWire.of("claude-opus-5-5", {}, wire=wire)
    turns: list[Block] = json.loads(to.encode(ModelRequest(messages=messages)))["messages"]
    return turns


@pytest.mark.parametrize(
    "blocks",
    [
        [THINKING, *CALLS],
        [OMITTED, REDACTED, {"type": "text", "text": "I look"}, *CALLS],
        [REDACTED, *SEARCH, THINKING, CITED],
        [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}, *CALLS],
        [{"type": "compaction", "content": "what was", "new": {"x": [None]}}, CITED],
    ],
    ids=["thinking and calls", "omitted and redacted", "hosted tools", "plain", "new"],
)
def test_blocks_come_back_exactly_and_in_order(blocks: list[Block]) -> None:
    message = heard(*blocks)
    results = [tool_result_message(call, PNG) for call in response_tool_calls(message)]
    turns = sent(user_parts(TextMessage("look"), PNG), message, *results, user("and?"))

    assert turns[1] == {"role": "assistant", "content": blocks}


def test_each_turn_of_a_long_conversation_comes_back() -> None:
    first, second = [THINKING, *CALLS], [OMITTED, {"type": "text", "text": "It is noon."}]
    asked = heard(*first)
    results = [
        result(call, get_tool_name(call), PNG) for call in reversed(response_tool_calls(asked))
    ]
    turns = sent(user(), asked, *results, heard(*second), user("thanks"))

    assert [turn["content"] for turn in turns if turn["role"] == "assistant"] == [first, second]


def test_what_grows_in_a_block_of_a_new_kind_comes_back() -> None:
    decoder = AnthropicDecoder("anthropic")
    events: list[Block] = [
        {"type": "content_block_start", "index": 0, "content_block": {"type": "compaction", "content": None, "list": [1]}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "compaction_delta", "content": "what "}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "compaction_delta", "content": "was", "list": "x"}},
        {"type": "message_stop"},
    ]  # fmt: skip
    *_, done = [got for event in events for got in decoder.feed(json.dumps(event))]

    assert isinstance(done, ResponseDone)
    assert sent(user(), done.response.content, user())[1]["content"] == [
        {"type": "compaction", "content": "what was", "list": [1]}
    ]


def test_fields_and_blocks_that_hold_nothing_of_use_are_left_out() -> None:
    odd = [
        {**CALLS[0], "caller": None},
        {"type": "new", "grows": ["a"], "odd": float("nan")},
        {"type": "thinking", "thinking": "unsigned", "signature": ""},
        {**CALLS[1], "caller": {"type": float("nan")}},
    ]

    assert sent(user(), heard(*odd), user())[1]["content"] == [
        CALLS[0],
        {"type": "new", "grows": ["a"], "odd": None},
        {key: CALLS[1][key] for key in CALLS[1] if key != "caller"},
    ]


def test_another_wire_gets_text_and_calls() -> None:
    message = heard(THINKING, REDACTED, *SEARCH, {"type": "text", "text": "I look"}, CALLS[0])

    assert sent(user(), message, user(), wire="minimax")[1]["content"] == [
        {"type": "text", "text": "I look"},
        CALLS[0],
    ]
    assert sent(user(), heard(THINKING, CALLS[0], wire="minimax"), user())[1]["content"] == [
        CALLS[0]
    ]


def test_thinking_of_others_is_left_out() -> None:
    call = calling("call_1")
    turns = sent(user(), said(thought(), "I look", call), result(call, "x"))

    assert [block["type"] for block in turns[1]["content"]] == ["text", "tool_use"]


def test_a_turn_that_was_cut_off_while_the_model_thought_goes_on_without_that_thought() -> None:
    assert sent(user(), heard(THINKING, CITED, OMITTED), user("go on"))[1]["content"] == [
        THINKING,
        CITED,
    ]
    assert [turn["role"] for turn in sent(user(), heard(THINKING), user("go on"))] == [
        "user",
        "user",
    ]


def test_text_that_the_api_would_refuse_is_left_out() -> None:
    blank: Block = {"type": "text", "text": "\n\n"}

    assert sent(user(), heard(THINKING, blank, CALLS[0]), user())[1]["content"] == [
        THINKING,
        CALLS[0],
    ]
