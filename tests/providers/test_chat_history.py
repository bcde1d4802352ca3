"""A conversation that grows, as a server of Chat Completions is sent it turn by turn."""

import json
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
from conversations import CONVERSATIONS, ONE, calling, conversations, result, said, user
from hypothesis import given
from hypothesis import strategies as st

from sagent.message import Descriptor, Message
from sagent.model import ModelRequest
from sagent.providers._wires.chat.dialect import ANY_SERVER, ChatDialect
from sagent.providers._wires.chat.encoder import ChatEncoder
from sagent.providers._wires.chat.messages import ChatMessage, group_to_chat
from sagent.providers._wires.chat.wire import ChatWire

MARK = {"type": "ephemeral"}
CALLED = {
    "id": "call_1",
    "type": "function",
    "function": {"name": "Read", "arguments": '{"file_path":"a.txt"}'},
}


def chat(*messages: Message, dialect: ChatDialect = ANY_SERVER) -> Any:
    return json.loads(
        ChatWire.of("m", {}, dialect=dialect).encode(ModelRequest(messages=messages))
    )["messages"]


def test_a_vendor_that_wants_marks_gets_them_on_the_system_prompt_and_the_end() -> None:
    dialect = ChatDialect(cache_breakpoints=True)
    wire = ChatWire.of("m", {}, dialect=dialect)
    turn = (user(), said(ONE), result(ONE, "text"))

    first = json.loads(wire.encode(ModelRequest(messages=turn[:1], system="Be terse.")))
    then = json.loads(wire.encode(ModelRequest(messages=turn, system="Be terse.")))

    system = {"type": "text", "text": "Be terse.", "cache_control": MARK}
    assert first["messages"] == [
        {"role": "system", "content": [system]},
        {"role": "user", "content": [{"type": "text", "text": "hi", "cache_control": MARK}]},
    ]
    assert then["messages"] == [
        {"role": "system", "content": [system]},
        {"role": "user", "content": [{"type": "text", "text": "hi"}]},
        {"role": "assistant", "content": "", "tool_calls": [CALLED]},
        {
            "role": "tool",
            "tool_call_id": "call_1",
            "content": [{"type": "text", "text": "text", "cache_control": MARK}],
        },
    ]


def test_a_long_group_is_marked_at_its_start_too_and_never_more_than_four_times() -> None:
    calls = [calling(f"c{n}") for n in range(30)]
    history: tuple[Message, ...] = (user(), said(*calls), *(result(call, "x") for call in calls))

    sent = chat(*history, *history, dialect=ChatDialect(cache_breakpoints=True))

    marked = [n for n, message in enumerate(sent) if "cache_control" in json.dumps(message)]
    assert marked == [len(sent) - 30, len(sent) - 1]


def count_rendered(conversations: Sequence[Sequence[Message]]) -> list[int]:
    rendered: list[int] = []

    def render(
        group: Sequence[Message], before: Message | None, dialect: ChatDialect
    ) -> list[ChatMessage]:
        rendered[-1] += len(group)
        return group_to_chat(group, before, dialect)

    encoder = ChatEncoder("m", {}, ANY_SERVER, render)
    for messages in conversations:
        rendered.append(0)
        encoder.native(ModelRequest(messages=messages))
    return rendered


def test_invariant_7_a_turn_renders_what_is_new_though_agents_share_the_model() -> None:
    turn = (said(ONE), result(ONE, "x"))
    one: list[Message] = [user("one")]
    other: list[Message] = [user("other")]
    requests: list[list[Message]] = []
    for _ in range(50):
        one, other = [*one, *turn], [*other, *turn]
        requests += [one, other]

    assert max(count_rendered(requests)) == 3


@given(conversations(whole=True))
def test_invariant_2_a_grown_conversation_begins_with_the_bytes_of_the_shorter(
    messages: tuple[Message, ...],
) -> None:
    wire = ChatWire.of("m", {})
    ends = [n for n, message in enumerate(messages) if message.descriptor == Descriptor.MODEL and n]

    bodies = [wire.encode(ModelRequest(messages=messages[:end])) for end in ends]

    for earlier, later in pairwise(bodies):
        assert later.startswith(earlier.removesuffix(b"]}"))


@given(conversations())
def test_a_conversation_written_turn_by_turn_is_written_as_at_once(
    messages: tuple[Message, ...],
) -> None:
    wire = ChatWire.of("m", {})
    for end in range(1, len(messages)):
        wire.encode(ModelRequest(messages=messages[:end]))

    assert json.loads(wire.encode(ModelRequest(messages=messages)))["messages"] == chat(*messages)


@given(conversations(), st.lists(st.integers(1, 30)))
def test_a_conversation_that_was_wound_back_is_written_as_anew(
    messages: tuple[Message, ...], ends: list[int]
) -> None:
    wire = ChatWire.of("m", {})

    for end in [*ends, len(messages)]:
        sent = json.loads(wire.encode(ModelRequest(messages=messages[:end])))
        assert sent["messages"] == chat(*messages[:end])


@pytest.mark.parametrize(
    ("name", "messages"), CONVERSATIONS, ids=[name for name, _ in CONVERSATIONS]
)
def test_every_conversation_is_one_that_servers_take(
    name: str, messages: tuple[Message, ...]
) -> None:
    sent = chat(*messages)

    waited: list[str] = []
    for message in sent:
        if message["role"] == "tool":
            waited.remove(message["tool_call_id"])
            continue
        assert not waited, name
        waited = [call["id"] for call in message.get("tool_calls", ())]
        assert message["content"] or waited
    assert not waited
