"""Prompt caching: where breakpoints lie, and that what was sent before stays as it was."""

import json
from itertools import pairwise
from typing import Any

import attrs
import pytest
from conversations import ONE, TOOLS, TWO, calling, conversations, result, said, user
from hypothesis import given

from sagent.lib.json import JsonValue
from sagent.message import Descriptor, Message, new_id
from sagent.model import ModelRequest
from sagent.providers._wires.anthropic.encoder import CacheTtl
from sagent.providers._wires.anthropic.wire import AnthropicWire

HISTORY = (
    user(),
    said("I look", ONE, TWO),
    result(ONE, "text"),
    result(TWO, "noon"),
    said("So."),
    user("and now?"),
)


def marked(value: JsonValue) -> list[Any]:
    if isinstance(value, dict):
        mine = [value] if "cache_control" in value else []
        return mine + [found for inner in value.values() for found in marked(inner)]
    return [found for inner in value for found in marked(inner)] if isinstance(value, list) else []


def unmarked(value: JsonValue) -> Any:
    if isinstance(value, dict):
        return {key: unmarked(value[key]) for key in value if key != "cache_control"}
    return [unmarked(inner) for inner in value] if isinstance(value, list) else value


def body(*messages: Message, ttl: CacheTtl | None = "5m", system: str = "s") -> dict[str, Any]:
    request = ModelRequest(messages=messages, system=system, tools=TOOLS)
    whole: dict[str, Any] = json.loads(AnthropicWire.of("m", {}, cache_ttl=ttl).encode(request))
    return whole


def test_breakpoints_lie_on_the_system_prompt_and_on_the_end_of_the_conversation() -> None:
    written = body(*HISTORY)

    assert marked(written) == [written["system"][-1], written["messages"][-1]["content"][-1]]


def test_without_a_system_prompt_the_last_tool_bears_its_breakpoint() -> None:
    written = body(*HISTORY, system="")

    assert marked(written)[0] == written["tools"][-1]
    assert len(marked(written)) == 2


def test_the_last_tools_breakpoint_goes_as_a_system_prompt_comes() -> None:
    wire = AnthropicWire.of("m", {})
    for system, marks in (("", 1), ("s", 0), ("", 1)):
        request = ModelRequest(messages=HISTORY, system=system, tools=TOOLS)
        written: dict[str, Any] = json.loads(wire.encode(request))

        assert len(marked(written["tools"])) == marks


@pytest.mark.parametrize(
    ("ttl", "marks"),
    [
        ("5m", [{"type": "ephemeral"}] * 2),
        ("1h", [{"type": "ephemeral", "ttl": "1h"}] * 2),
        (None, []),
    ],
)
def test_a_cache_lives_as_long_as_it_is_said_to(ttl: CacheTtl | None, marks: list[object]) -> None:
    assert [block["cache_control"] for block in marked(body(*HISTORY, ttl=ttl))] == marks


def test_a_turn_of_many_results_is_marked_at_its_beginning_too() -> None:
    calls = [calling(f"call_{n}") for n in range(16)]
    written = body(user(), said(*calls), *(result(call, "x") for call in calls))

    assert len(marked(written)) == 3
    assert "cache_control" in written["messages"][-1]["content"][0]


def test_invariant_2_the_bytes_before_the_last_turn_do_not_change_from_turn_to_turn() -> None:
    wire = AnthropicWire.of("m", {})
    earlier, later = (
        wire.encode(ModelRequest(messages=HISTORY[:length], system="s", tools=TOOLS))
        for length in (4, 6)
    )

    closed = earlier[: earlier.rindex(b'{"role":"user"')]
    assert later.startswith(closed)
    last = b',"cache_control":{"type":"ephemeral"}}]}'
    assert later.startswith(earlier.removesuffix(last + b"]}") + b"}]}")


@given(conversations(whole=True))
def test_a_growing_conversation_is_written_as_if_it_had_been_whole_at_once(
    messages: tuple[Message, ...],
) -> None:
    growing = AnthropicWire.of("m", {})
    for length in range(1, len(messages)):
        growing.encode(ModelRequest(messages=messages[:length]))
    request = ModelRequest(messages=messages)

    assert growing.encode(request) == AnthropicWire.of("m", {}).encode(request)


@given(conversations(), conversations())
def test_what_was_written_before_leaves_no_trace(
    one: tuple[Message, ...], other: tuple[Message, ...]
) -> None:
    wire = AnthropicWire.of("m", {})
    other = tuple(attrs.evolve(message, id=new_id()) for message in other)
    for messages in (one, other, one[:1], one):
        request = ModelRequest(messages=messages)

        assert wire.encode(request) == AnthropicWire.of("m", {}).encode(request)


def test_a_history_that_is_taken_back_and_goes_on_differently_is_written_anew() -> None:
    wire = AnthropicWire.of("m", {})
    for messages in (HISTORY[:2], (HISTORY[0], user("no, wait"))):
        request = ModelRequest(messages=messages)

        assert wire.encode(request) == AnthropicWire.of("m", {}).encode(request)


@given(conversations(whole=True))
def test_only_the_end_of_what_was_sent_changes(messages: tuple[Message, ...]) -> None:
    ends = [
        n for n in range(1, len(messages) + 1) if messages[n - 1].descriptor != Descriptor.MODEL
    ]
    written = [unmarked(body(*messages[:end])["messages"]) for end in ends]

    for before, after in pairwise(written):
        assert after[: len(before) - 1] == before[:-1]
