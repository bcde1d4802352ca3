"""What Gemini is sent of a conversation."""

import base64
import json
from collections.abc import Sequence
from typing import cast

import pytest
from conversations import (
    BROKEN,
    CONVERSATIONS,
    ODD,
    ONE,
    PDF,
    PNG,
    SOUND,
    TWO,
    calling,
    conversations,
    foreign_echo,
    result,
    said,
    thought,
    user,
    user_parts,
)
from hypothesis import given
from hypothesis import strategies as st

from sagent.message import (
    BytesMessage,
    JsonMessage,
    Message,
    MultipartMessage,
    TextMessage,
    decode_message,
    encode_message,
    error_message,
    response_tool_calls,
)
from sagent.model import ResponseDone
from sagent.providers._wires.google.decoder import GoogleDecoder
from sagent.providers._wires.google.encoder import GoogleEncoder

type Json = dict[str, object]

UNSIGNED = "skip_thought_signature_validator"
SEEN_PNG: Json = {
    "inlineData": {"mimeType": "image/png", "data": base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()}
}
SEEN_PDF: Json = {"inlineData": {"mimeType": "application/pdf", "data": "JVBERi0xLjc="}}
CALL_ONE: Json = {"functionCall": {"name": "Read", "args": {"file_path": "a.txt"}}}
CALL_TWO: Json = {"functionCall": {"name": "Now", "args": {}}}


def contents(*messages: Message, signs: bool = False) -> list[Json]:
    return read(GoogleEncoder(signs=signs).encode(messages))


def read(written: bytes) -> list[Json]:
    made: list[Json] = json.loads(b"[%b]" % written)
    return made


def by_user(*parts: Json) -> Json:
    return {"role": "user", "parts": list(parts)}


def by_model(*parts: Json) -> Json:
    return {"role": "model", "parts": list(parts)}


def answered(name: str, text: str, *, key: str = "result", **ids: str) -> Json:
    return {"functionResponse": {**ids, "name": name, "response": {key: text}}}


def turn(*parts: Json) -> MultipartMessage:
    """Decode a turn of Gemini's, keep it in a session, and take it out again."""
    decoder = GoogleDecoder()
    chunks = [{"candidates": [{"content": {"parts": [part]}}]} for part in parts]
    events = [event for chunk in chunks for event in decoder.feed(json.dumps(chunk))]
    events += decoder.feed('{"candidates": [{"finishReason": "STOP"}]}')
    (done,) = [event for event in decoder.close() if isinstance(event, ResponseDone)]
    kept = decode_message(encode_message(done.response.content))
    assert isinstance(kept, MultipartMessage)
    return kept


def test_user_and_model_take_turns() -> None:
    assert contents(user("hi"), said("hello"), user("and"), user("now?")) == [
        by_user({"text": "hi"}),
        by_model({"text": "hello"}),
        by_user({"text": "and"}, {"text": "now?"}),
    ]


def test_images_and_pdfs_are_shown_and_other_bytes_are_named() -> None:
    svg, nothing = BytesMessage(b"<svg/>", "image/svg+xml"), BytesMessage(b"", "image/png")
    parts = user_parts(TextMessage("look"), PNG, PDF, SOUND, svg, nothing, JsonMessage({"ü": [1]}))

    assert contents(parts) == [
        by_user(
            {"text": "look"},
            SEEN_PNG,
            SEEN_PDF,
            {"text": "[audio/wav, 4 bytes]"},
            {"text": "[image/svg+xml, 6 bytes]"},
            {"text": "[image/png, 0 bytes]"},
            {"text": '{"ü":[1]}'},
        )
    ]


def test_results_stand_in_the_order_of_their_calls_and_before_what_the_user_says() -> None:
    history = (user(), said("I look", ONE, TWO), user("quick!"), result(TWO, "noon"))

    assert contents(*history, result(ONE, "text"))[1:] == [
        by_model({"text": "I look"}, CALL_ONE, CALL_TWO),
        by_user(answered("Read", "text"), answered("Now", "noon"), {"text": "quick!"}),
    ]


def test_a_failed_result_is_an_error() -> None:
    history = (user(), said(ONE), result(ONE, error_message("no such file")))

    assert contents(*history)[-1] == by_user(answered("Read", "no such file", key="error"))


def test_images_in_results_follow_all_results() -> None:
    history = (user(), said(ONE, TWO), result(ONE, "seen", PNG, PDF), result(TWO, SOUND))

    assert contents(*history)[-1] == by_user(
        answered("Read", "seen\n[image/png, 8 bytes]\n[application/pdf, 8 bytes]"),
        answered("Now", "[audio/wav, 4 bytes]"),
        SEEN_PNG,
        SEEN_PDF,
    )


def test_arguments_that_are_no_object_are_sent_as_an_empty_one() -> None:
    history = (user(), said(BROKEN), result(BROKEN, error_message("not an object")))

    assert contents(*history)[1] == by_model({"functionCall": {"name": "Read", "args": {}}})


def test_other_vendors_thinking_and_ids_stay_at_home() -> None:
    history = (user(), said(thought(), "so", ODD, foreign_echo()), result(ODD, "x"))

    assert contents(*history)[1:] == [
        by_model({"text": "so"}, CALL_ONE),
        by_user(answered("Read", "x")),
    ]


def test_only_the_first_of_another_vendors_calls_bears_the_mark_for_unsigned_ones() -> None:
    history = (user(), said(ONE, TWO), result(ONE, "a"), result(TWO, "b"), said(ONE))

    written = contents(*history, result(ONE, "c"), signs=True)

    assert written[1] == by_model({**CALL_ONE, "thoughtSignature": UNSIGNED}, CALL_TWO)
    assert written[3] == by_model({**CALL_ONE, "thoughtSignature": UNSIGNED})


def test_calls_without_results_get_some() -> None:
    none = answered("Read", "(no result)")

    assert contents(user(), said(ONE, TWO), result(TWO, "noon"))[-1] == by_user(
        none, answered("Now", "noon")
    )
    assert contents(user(), said(ONE), user("never mind"))[-1] == by_user(
        none, {"text": "never mind"}
    )
    assert contents(user(), said(ONE))[1:] == [by_model(CALL_ONE), by_user(none)]
    assert contents(user(), said(ONE), said("b"), user())[1:3] == [
        by_model(CALL_ONE),
        by_user(none),
    ]


def test_results_without_calls_are_told_as_text() -> None:
    alone = (user(), result(ONE, "text", PNG))
    twice = (user(), said(ONE), result(ONE, "a"), result(ONE, "b"))

    assert contents(*alone) == [
        by_user({"text": "hi"}, {"text": "text\n[image/png, 8 bytes]"}, SEEN_PNG)
    ]
    assert contents(*twice)[-1] == by_user(answered("Read", "a"), {"text": "b"})


def test_the_user_is_given_a_word_where_the_model_speaks_first_or_twice() -> None:
    nothing = by_user({"text": "(no message)"})

    assert contents(said("a"), said("b"), user()) == [
        nothing,
        by_model({"text": "a"}),
        nothing,
        by_model({"text": "b"}),
        by_user({"text": "hi"}),
    ]


def test_empty_texts_are_left_out_and_no_content_is_empty() -> None:
    assert contents(user(""), said("", ONE), result(ONE, "")) == [
        by_user({"text": "(no message)"}),
        by_model(CALL_ONE),
        by_user(answered("Read", "(Read completed with no output)")),
    ]
    assert contents() == [by_user({"text": "(no message)"})]


NO_MORE: Json = {}
SAME_ID: Json = {"id": "x"}
SIGNED: Json = {"thoughtSignature": "YQ=="}


def text_part(text: str, more: Json) -> Json:
    return {"text": text, **SIGNED, **more}


def call_part(ids: Json, more: Json) -> Json:
    return {"functionCall": {"name": "Read", "args": {"n": 1}, **ids}, **more}


SIGNED_TURN: list[Json] = [
    {"text": "hm", "thought": True},
    {"text": "I look at both.", "thoughtSignature": "YQ=="},
    {"text": "So:"},
    {"functionCall": {"id": "fc1", "name": "Read", "args": {"a": [1.5]}}, "thoughtSignature": "Yg=="},
    {"functionCall": {"id": "fc2", "name": "Read", "args": {}}},
    {"text": "Code:"},
    {"executableCode": {"language": "PYTHON", "code": "1"}, "thoughtSignature": "Yw=="},
    {"text": "", "thoughtSignature": "ZA=="},
    {"thoughtSignature": "ZQ=="},
    {"text": "", "thought": True, "thoughtSignature": "Zg=="},
    {"inlineData": {"mimeType": "image/png", "data": "aW1n"}, "thoughtSignature": "Zw=="},
    {"text": "x", "thoughtSignature": "aA==", "partMetadata": {"k": None}},
]  # fmt: skip


@pytest.mark.parametrize("signs", [False, True])
def test_geminis_own_turn_comes_back_as_it_was(signs: bool) -> None:
    own = turn(*SIGNED_TURN)
    first, second = response_tool_calls(own)

    written = contents(user(), own, result(second, "b"), result(first, "a", PNG), signs=signs)

    assert written[1:] == [
        by_model(*SIGNED_TURN),
        by_user(answered("Read", "a\n[image/png, 8 bytes]", id="fc1"), answered("Read", "b", id="fc2"), SEEN_PNG),
    ]  # fmt: skip


def test_ids_are_sent_back_only_if_gemini_gave_them_and_even_if_it_gave_them_twice() -> None:
    own = turn(*(call_part(ids, NO_MORE) for ids in (NO_MORE, SAME_ID, SAME_ID)))
    results = [result(call, str(n)) for n, call in enumerate(response_tool_calls(own))]

    assert contents(user(), own, *results)[-1] == by_user(
        answered("Read", "0"), answered("Read", "1", id="x"), answered("Read", "2", id="x")
    )


PARTS: st.SearchStrategy[Json] = st.one_of(
    st.builds(
        text_part,
        st.text(st.characters(codec="utf-8"), max_size=5),
        st.sampled_from([NO_MORE, {"thought": True}]),
    ),
    st.builds(
        call_part,
        st.sampled_from([NO_MORE, {"id": "a"}, {"id": "b"}]),
        st.sampled_from([NO_MORE, SIGNED]),
    ),
    st.just({"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "1"}}),
)


@given(st.lists(st.lists(PARTS, min_size=1, max_size=5), min_size=1, max_size=3))
def test_turns_come_back_as_they_were_whatever_they_are_made_of(turns: list[list[Json]]) -> None:
    history: list[Message] = []
    for parts in turns:
        own = turn(*parts)
        history += [user(), own, *(result(call, "r") for call in response_tool_calls(own))]

    written = [each for each in contents(*history) if each["role"] == "model"]

    assert written == [by_model(*parts) for parts in turns]


@pytest.mark.parametrize("signs", [False, True])
@pytest.mark.parametrize("conversation", CONVERSATIONS, ids=[each.name for each in CONVERSATIONS])
def test_a_history_that_grows_is_written_as_one_that_is_new(
    conversation: tuple[str, Sequence[Message]],
    signs: bool,
) -> None:
    _, messages = conversation
    encoder = GoogleEncoder(signs=signs)

    grown = [encoder.encode(messages[: count + 1]) for count in range(len(messages))]

    for count, written in enumerate(grown):
        assert written == GoogleEncoder(signs=signs).encode(messages[: count + 1])


@given(st.lists(conversations(), min_size=1, max_size=3), st.data())
def test_one_encoder_serves_many_conversations(
    histories: list[Sequence[Message]], data: st.DataObject
) -> None:
    encoder = GoogleEncoder(signs=True)
    for _ in range(5):
        history = data.draw(st.sampled_from(histories))
        some = history[: data.draw(st.integers(1, len(history)))]

        assert encoder.encode(some) == GoogleEncoder(signs=True).encode(some)


@given(conversations())
def test_every_call_is_followed_by_its_responses_and_roles_alternate(
    history: Sequence[Message],
) -> None:
    written = contents(*history)

    assert [each["role"] for each in written] == [
        "model" if n % 2 else "user" for n in range(len(written))
    ]
    for before, after in zip(written, [*written[1:], by_user()], strict=True):
        if before["role"] == "model":
            assert named(after, "functionResponse") == named(before, "functionCall")


def named(content: Json, kind: str) -> list[str]:
    parts = cast("list[dict[str, Json]]", content["parts"])
    return [str(part[kind]["name"]) for part in parts if kind in part]


def test_calls_of_no_tool_have_a_name_all_the_same() -> None:
    nameless = calling("c1", "")

    assert contents(user(), said(nameless), result(nameless, "no such tool"))[1:] == [
        by_model({"functionCall": {"name": "unknown", "args": {"file_path": "a.txt"}}}),
        by_user(answered("unknown", "no such tool")),
    ]
