"""Conversations that every wire must be able to write, odd ones among them."""

from collections.abc import Sequence
from typing import NamedTuple

from hypothesis import strategies as st

from sagent.lib.json import JSON
from sagent.message import (
    BytesMessage,
    Descriptor,
    JsonMessage,
    Message,
    MultipartMessage,
    TextMessage,
    error_message,
    tool_call_message,
    tool_result_message,
)
from sagent.model import Effort, ModelRequest
from sagent.tool import ToolSpec

PNG = BytesMessage(b"\x89PNG\r\n\x1a\n", "image/png")
PDF = BytesMessage(b"%PDF-1.7", "application/pdf")
SOUND = BytesMessage(b"RIFF", "audio/wav")
"""What no vendor but one takes."""

READ = ToolSpec(
    "Read",
    "Read a file.",
    {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {
            "file_path": {"type": "string", "description": "where"},
            "limit": {"anyOf": [{"type": "integer", "exclusiveMinimum": 0}, {"type": "null"}]},
            "mode": {"const": "text"},
        },
        "required": ["file_path"],
        "additionalProperties": False,
    },
)
NOW = ToolSpec("Now", "Tell the time.", {"type": "object", "properties": {}})
TOOLS = (READ, NOW)
ANSWER_SCHEMA: dict[str, JSON] = {
    "type": "object",
    "properties": {"answer": {"type": "string"}},
    "required": ["answer"],
    "additionalProperties": False,
}


class Conversation(NamedTuple):
    """A history, and what is special about it."""

    name: str
    messages: tuple[Message, ...]


def user(text: str = "hi") -> TextMessage:
    return TextMessage(text, Descriptor.USER)


def user_parts(*parts: Message) -> MultipartMessage:
    return MultipartMessage(parts, Descriptor.USER_PARTS)


def said(*parts: Message | str) -> MultipartMessage:
    """Make a model's message of *parts*, as any vendor's decoder would."""
    made = [TextMessage(part) if isinstance(part, str) else part for part in parts]
    return MultipartMessage(made, Descriptor.MODEL)


def thought(text: str = "hm") -> TextMessage:
    return TextMessage(text, Descriptor.THINKING)


def calling(call_id: str, name: str = "Read", arguments: JSON = None) -> MultipartMessage:
    directive: JSON = {"file_path": "a.txt"} if arguments is None else arguments
    return tool_call_message(name, directive, call_id=call_id)


def result(call: MultipartMessage, *parts: Message | str) -> MultipartMessage:
    made = [TextMessage(part) if isinstance(part, str) else part for part in parts]
    return tool_result_message(call, MultipartMessage(made))


def foreign_echo() -> JsonMessage:
    """Make what the wire of no vendor here left in its own message."""
    return JsonMessage({"wire": "nobody's", "blocks": [{"block": {"x": 1}}]}, Descriptor.ECHO)


ONE, TWO = calling("call_1"), calling("call_2", "Now", {})
ODD = calling("tool:üñí/" + "x" * 80)
BROKEN = calling("call_3", "Read", '{"file_path": "a')

CONVERSATIONS = (
    Conversation("one_word", (user(),)),
    Conversation("question_and_answer", (user(), said("hello"), user("and now?"))),
    Conversation(
        "image_pdf_and_other_bytes",
        (user_parts(TextMessage("look"), PNG, PDF, SOUND, JsonMessage({"a": [1, None]})),),
    ),
    Conversation("bytes_and_json_alone", (PNG, PDF, SOUND, JsonMessage({"a": 1.5}))),
    Conversation("one_call", (user(), said("I look", ONE), result(ONE, "text of it"))),
    Conversation(
        "parallel_calls_answered_in_another_order",
        (user(), said(ONE, TWO), result(TWO, "noon"), result(ONE, "text"), user("quick!")),
    ),
    Conversation(
        "failed_and_malformed_calls",
        (
            user(),
            said(ONE, BROKEN),
            result(ONE, error_message("no such file")),
            result(BROKEN, error_message("not a JSON object")),
            said("Sorry."),
        ),
    ),
    Conversation(
        "images_and_pdfs_in_results",
        (user(), said(ONE, TWO), result(ONE, "seen", PNG, PDF), result(TWO, SOUND, PNG)),
    ),
    Conversation(
        "json_and_nothing_in_results",
        (user(), said(ONE, TWO), result(ONE, JsonMessage({"a": [1]})), result(TWO, "")),
    ),
    Conversation(
        "foreign_thinking_and_odd_ids",
        (user(), said(thought(), "so", ODD, foreign_echo()), result(ODD, "x"), said("done")),
    ),
    Conversation("thinking_alone", (user(), said(thought(), foreign_echo()), user("go on"))),
    Conversation("call_without_result", (user(), said(ONE, TWO), result(TWO, "noon"), said("ok"))),
    Conversation("calls_without_any_result", (user(), said(ONE, TWO), user("never mind"))),
    Conversation("result_without_call", (user(), result(ONE, "text", PNG), said("ok"), user())),
    Conversation(
        "two_results_of_one_call", (user(), said(ONE), result(ONE, "a"), result(ONE, "b"))
    ),
    Conversation("model_first", (said("welcome", ONE), result(ONE, "text"), said("ok"), user())),
    Conversation("model_twice", (user(), said("a", ONE), said("b", TWO), result(TWO, "noon"))),
    Conversation("model_last", (user(), said("partly"))),
    Conversation("call_last", (user(), said(ONE))),
    Conversation(
        "user_twice_and_interrupted",
        (user(), user("more"), TextMessage("[interrupted]", Descriptor.INTERRUPTED)),
    ),
    Conversation(
        "empty_texts", (user(""), said("", ONE), result(ONE, "", PNG), said(""), user(""))
    ),
    Conversation("odd_characters", (user("a\ud83d \u2028 \x00"), said("\ude00\t"), user("\x85"))),
)
"""Histories by name; `CONVERSATIONS[n].name` makes the test's id."""

REQUESTS: tuple[tuple[str, ModelRequest], ...] = (
    ("bare", ModelRequest(messages=(user(),))),
    ("system_and_tools", ModelRequest(messages=(user(),), system="Be terse.", tools=TOOLS)),
    (
        "limits",
        ModelRequest(messages=(user(),), max_response_tokens=9, temperature=0.5, cache_key="c1"),
    ),
    ("schema", ModelRequest(messages=(user(),), output_schema=ANSWER_SCHEMA)),
    (
        "schema_and_tools",
        ModelRequest(messages=(user(),), tools=TOOLS, output_schema=ANSWER_SCHEMA),
    ),
)
"""Requests that differ in all but the history."""

EFFORTS: tuple[Effort | None, ...] = (
    None,
    "none",
    "minimal",
    "low",
    "medium",
    "high",
    "xhigh",
    "max",
)

_TEXTS = st.text(max_size=8)
_MEDIA = st.sampled_from([PNG, PDF, SOUND]).map(lambda m: BytesMessage(m.content, m.descriptor))
_JSONS = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)  # fmt: skip
_USER_PARTS: st.SearchStrategy[Message] = _TEXTS.map(TextMessage) | _MEDIA | _JSONS.map(JsonMessage)
_USERS: st.SearchStrategy[Message] = (
    _TEXTS.map(user)
    | _USER_PARTS
    | st.lists(_USER_PARTS, max_size=3).map(lambda parts: user_parts(*parts))
    | st.just(TextMessage("[interrupted]", Descriptor.INTERRUPTED))
)


@st.composite
def conversations(draw: st.DrawFn, *, whole: bool = False) -> tuple[Message, ...]:
    """Draw a history; if *whole*, one that the agent could have made.

    A whole one begins with the user, and every call in it has one result, in the next turn.
    """
    messages: list[Message] = [draw(_USERS)] if whole else []
    for turn in range(draw(st.integers(0, 4))):
        calls = [
            calling(f"call_{turn}_{n}", draw(st.sampled_from(["Read", "Now"])), draw(_JSONS))
            for n in range(draw(st.integers(0, 3)))
        ]
        thinking = [thought(text) for text in draw(st.lists(_TEXTS, max_size=1))]
        texts = [TextMessage(text) for text in draw(st.lists(_TEXTS, max_size=2))]
        messages.append(said(*thinking, *texts, *calls))
        messages += _answers(draw, calls, whole=whole)
        messages += draw(st.lists(_USERS, min_size=int(whole and not calls), max_size=2))
    if not messages:
        messages.append(draw(_USERS))
    return tuple(messages)


def _answers(
    draw: st.DrawFn, calls: Sequence[MultipartMessage], *, whole: bool
) -> list[MultipartMessage]:
    answered = calls if whole else [call for call in calls if draw(st.booleans())]
    parts = st.lists(_USER_PARTS | _TEXTS.map(error_message), max_size=3)
    return [result(call, *draw(parts)) for call in draw(st.permutations(answered))]
