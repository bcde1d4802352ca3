"""What holds for every decoder: cuts, damage, and the work that one more event is."""

import json
import sys
import tracemalloc
from collections.abc import Iterator
from contextlib import suppress
from itertools import count, pairwise
from typing import cast

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from recorded_answers import RECORDINGS, Event, Recording, decoded

from sagent.errors import SagentError
from sagent.message import Descriptor, Message, MultipartMessage, get_directive, get_tool_name
from sagent.model import ModelEvent, ModelRequest, ResponseDone, ToolCallReady
from sagent.providers._wires.wire import Decoder
from sagent.tool import ToolSpec

ASKED = ModelRequest(
    messages=(), tools=(ToolSpec("Read", "", {"type": "object", "properties": {}}),)
)
WIRES = pytest.mark.parametrize("recording", RECORDINGS.values(), ids=RECORDINGS)
LINE_ENDS = st.sampled_from(["\n", "\r", "\r\n"])
CUTS = st.lists(st.integers(0, 5000), max_size=40)
ODD = st.sampled_from(
    [None, -1, 2**70, 1e999, "", "x", "\ud83d", [], [None], {}, {"a": float("nan")}, True]
)
MANY = 100_000
FEW = 1_000
SAMPLES = 20


def decoder_of(recording: Recording) -> Decoder:
    return recording.wire().decoder(ASKED)


def pieces_of(stream: bytes, cuts: list[int]) -> Iterator[bytes]:
    places = [0, *sorted(cut % len(stream) for cut in cuts), len(stream)]
    return (stream[start:stop] for start, stop in pairwise(places))


def comparable(got: list[ModelEvent]) -> list[object]:
    """Leave out what differs from one decoding to the next: ids and times."""
    return [
        [*map(plain, event.response.content.content), event.response.usage, event.response.stop_reason]
        if isinstance(event, ResponseDone)
        else plain(event.call)
        if isinstance(event, ToolCallReady)
        else event
        for event in got
    ]  # fmt: skip


def plain(part: Message) -> object:
    if isinstance(part, MultipartMessage) and part.descriptor == Descriptor.TOOL_CALL:
        return get_tool_name(part), get_directive(part)
    return part.descriptor, part.content


@WIRES
@given(cuts=CUTS, end=LINE_ENDS)
def test_an_answer_is_the_same_however_its_bytes_are_cut(
    recording: Recording, cuts: list[int], end: str
) -> None:
    whole = decoded(decoder_of(recording), recording.stream())

    got = decoded(decoder_of(recording), *pieces_of(recording.stream(end), cuts))

    assert comparable(got) == comparable(whole)
    assert isinstance(got[-1], ResponseDone)


@WIRES
def test_an_answer_is_the_same_byte_by_byte(recording: Recording) -> None:
    stream = recording.stream("\r\n")

    got = decoded(decoder_of(recording), *(bytes([byte]) for byte in stream))

    assert comparable(got) == comparable(decoded(decoder_of(recording), stream))


def damaged(value: object, hits: dict[int, object], seen: Iterator[int]) -> object:
    """Put what *hits* says in the place of the values with those numbers."""
    number = next(seen)
    if number in hits:
        return hits[number]
    if isinstance(value, dict):
        fields = cast("dict[str, object]", value)
        return {key: damaged(inner, hits, seen) for key, inner in fields.items()}
    if isinstance(value, list):
        return [damaged(inner, hits, seen) for inner in cast("list[object]", value)]
    return value


@WIRES
@given(hits=st.dictionaries(st.integers(0, 120), ODD, min_size=1, max_size=6))
def test_damaged_json_gives_an_answer_or_an_error_of_ours(
    recording: Recording, hits: dict[int, object]
) -> None:
    seen = count()
    sent = [json.dumps(damaged(event, hits, seen)) for event in recording.events]

    with suppress(SagentError):
        decoded(decoder_of(recording), *(f"data: {each}\n\n".encode() for each in sent))


@WIRES
@given(
    at=st.integers(0, 5000),
    junk=st.binary(max_size=6),
    lost=st.integers(0, 60),
    order=st.booleans(),
)
def test_damaged_bytes_give_an_answer_or_an_error_of_ours(
    recording: Recording, at: int, junk: bytes, lost: int, order: bool
) -> None:
    stream = recording.stream()
    at %= len(stream)
    broken = stream[:at] + junk + stream[at + lost :]

    with suppress(SagentError):
        decoded(decoder_of(recording), broken[at:] + broken[:at] if order else broken)


@WIRES
@given(order=st.lists(st.integers(0, 50), max_size=30))
def test_events_out_of_order_and_twice_give_an_answer_or_an_error_of_ours(
    recording: Recording, order: list[int]
) -> None:
    events = [recording.events[number % len(recording.events)] for number in order]

    with suppress(SagentError):
        decoded(decoder_of(recording), attrs.evolve(recording, events=events).stream())


def chunk(**delta: object) -> Event:
    return {"choices": [{"index": 0, "delta": delta}]}


def arguments(piece: str) -> Event:
    return chunk(tool_calls=[{"index": 0, "id": "c", "function": {"name": "Read", "arguments": piece}}])  # fmt: skip


def block(kind: str, **delta: object) -> Event:
    return {"type": "content_block_delta", "index": 0, "delta": {"type": kind, **delta}}


def opened(kind: str) -> Event:
    return {"type": "content_block_start", "index": 0, "content_block": {"type": kind}}


def gemini(**part: object) -> Event:
    return {"candidates": [{"content": {"parts": [part]}}]}


ENDLESS: dict[str, tuple[str, tuple[Event, ...], Event]] = {
    "anthropic-text": ("anthropic", (opened("text"),), block("text_delta", text="word ")),
    "anthropic-arguments": ("anthropic", (opened("tool_use"),), block("input_json_delta", partial_json="word ")),
    "responses-text": ("responses", (), {"type": "response.output_text.delta", "delta": "word "}),
    "google-text": ("google", (), gemini(text="word ")),
    "chat-text": ("chat", (), chunk(content="word ")),
    "chat-arguments": ("chat", (), arguments("word ")),
    "chat-tags": ("chat", (chunk(content="<think>"),), chunk(content="word ")),
    "minimax-text": ("minimax", (), chunk(content="word ")),
    "minimax-thinking": ("minimax", (), chunk(reasoning_details=[{"type": "reasoning.text", "text": "word "}])),
    "constrained-answer": ("constrained", (chunk(content='{"answer": "'),), chunk(content="word ")),
}  # fmt: skip
"""What begins an answer that does not end, and how it goes on."""


def work_of(decoder: Decoder, event: str) -> tuple[int, int]:
    """Count the functions that one more event calls, and the bytes that it takes at most."""
    calls = 0

    def called(*_: object) -> None:
        nonlocal calls
        calls += 1

    sys.setprofile(called)
    list(decoder.feed(event))
    sys.setprofile(None)
    tracemalloc.start()
    list(decoder.feed(event))
    _, most_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return calls, most_bytes


def least_work(decoder: Decoder, event: str) -> tuple[int, int]:
    """Give the least of some events: now and then a list grows, which is no event's own work."""
    samples = [work_of(decoder, event) for _ in range(SAMPLES)]
    return min(calls for calls, _ in samples), min(most for _, most in samples)


@pytest.mark.parametrize("name", ENDLESS)
def test_event_100_000_is_no_more_work_than_event_1_000(name: str) -> None:
    wire, beginning, goes_on = ENDLESS[name]
    decoder, event = decoder_of(RECORDINGS[wire]), json.dumps(goes_on)
    for each in (json.dumps(first) for first in beginning):
        list(decoder.feed(each))

    for _ in range(FEW):
        list(decoder.feed(event))
    early_calls, early_bytes = least_work(decoder, event)
    for _ in range(MANY - FEW):
        list(decoder.feed(event))
    late_calls, late_bytes = least_work(decoder, event)

    assert late_calls <= early_calls
    assert late_bytes <= early_bytes + 1024
