import json

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagent.errors import JsonError
from sagent.lib.json import JSON, json_unfreeze, whole_text
from sagent.message import (
    BytesMessage,
    JsonMessage,
    Message,
    MultipartMessage,
    TextMessage,
    _converter,
    decode_message,
    encode_message,
    message_from_json,
)

TEXTS = st.text(st.characters(codec=None, categories=None))
JSONS: st.SearchStrategy[JSON] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
LEAVES: st.SearchStrategy[Message] = (
    st.builds(TextMessage, TEXTS, TEXTS, parent_id=st.none() | TEXTS, source=st.none() | TEXTS)
    | st.builds(BytesMessage, st.binary())
    | st.builds(JsonMessage, JSONS, timestamp=st.integers())
)
MESSAGES: st.SearchStrategy[Message] = st.recursive(
    LEAVES, lambda inner: st.builds(MultipartMessage, st.lists(inner, max_size=4)), max_leaves=10
)


@given(MESSAGES)
def test_every_message_round_trips(message: Message) -> None:
    assert decode_message(encode_message(message)) == message


@given(MESSAGES)
def test_every_message_is_written_as_one_line_of_ascii(message: Message) -> None:
    line = encode_message(message)

    assert line.isascii()
    assert "\n" not in line


def test_the_wire_form_is_pinned() -> None:
    message = MultipartMessage(
        (
            TextMessage("hi", id="1", timestamp=1),
            BytesMessage(b"\x00\xff", id="2", timestamp=2, source="/a"),
            JsonMessage({"a": [1, None]}, id="3", timestamp=3),
        ),
        "multipart/x-model-message",
        id="4",
        timestamp=4,
        parent_id="0",
    )

    assert json.loads(encode_message(message)) == {
        "kind": "multipart",
        "descriptor": "multipart/x-model-message",
        "id": "4",
        "timestamp": 4,
        "parent_id": "0",
        "content": [
            {"kind": "text", "content": "hi", "id": "1", "timestamp": 1},
            {"kind": "bytes", "content": "AP8=", "id": "2", "timestamp": 2, "source": "/a"},
            {"kind": "json", "content": {"a": [1, None]}, "id": "3", "timestamp": 3},
        ],
    }


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not json",
        "[]",
        "{}",
        '{"kind":"telegram","content":"a"}',
        '{"kind":"text"}',
        '{"kind":"text","content":3}',
        '{"kind":"text","content":"a","timestamp":true}',
        '{"kind":"text","content":"a","unknown":1}',
        '{"kind":"json","content":NaN}',
        '{"kind":"bytes","content":"!"}',
        '{"kind":"multipart","content":[1]}',
        b"\xff",
        "[" * 100_000,
    ],
)
def test_what_is_no_message_is_refused_in_one_line(text: str | bytes) -> None:
    with pytest.raises(JsonError) as caught:
        decode_message(text)

    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", ["!", "é"], ids=["no base64", "no ASCII"])
def test_a_parsed_value_with_broken_bytes_is_refused_as_text_is(content: str) -> None:
    value: JSON = {"kind": "bytes", "content": content, "id": "a", "timestamp": 1}

    with pytest.raises(JsonError, match="not a message"):
        message_from_json(value)


def test_parts_nested_beyond_reason_are_refused_not_crashed_on() -> None:
    message: Message = TextMessage("a")
    for _ in range(5000):
        message = MultipartMessage((message,))

    with pytest.raises(JsonError, match="too deep"):
        encode_message(message)


def test_lone_surrogates_of_tool_output_survive() -> None:
    message = TextMessage(whole_text("caf\udce9"))

    assert decode_message(encode_message(message)) == message


@given(MESSAGES)
def test_the_short_way_writes_and_reads_as_the_converter_does(message: Message) -> None:
    converter = _converter.message_converter()
    value = converter.unstructure(message, _converter._UNION)

    assert json.loads(encode_message(message)) == value
    assert encode_message(message) == json.dumps(value, separators=(",", ":"))
    assert message_from_json(value) == converter.structure(value, _converter._UNION)
    assert type(message_from_json(value)) is type(message)


@given(
    st.fixed_dictionaries(
        {"kind": st.sampled_from(["text", "bytes", "json", "multipart", "x"]), "content": JSONS},
        optional={
            "id": JSONS,
            "parent_id": JSONS,
            "timestamp": JSONS,
            "source": JSONS,
            "descriptor": JSONS,
            "other": JSONS,
        },
    )
)
def test_the_short_way_refuses_what_the_converter_refuses(value: JSON) -> None:
    plain = json_unfreeze(value)
    try:
        expected = _converter.message_converter().structure(plain, _converter._UNION)
    except _converter._FOREIGN:
        with pytest.raises(JsonError):
            message_from_json(plain)
    else:
        made = message_from_json(plain)
        assert attrs.evolve(made, id="", timestamp=0) == attrs.evolve(expected, id="", timestamp=0)
