"""Whatever a server of the Responses API sends, and however the network cuts it."""

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from responses_events import COMPLETED, ORDINARY, Event, events

from sagent.errors import ModelError
from sagent.message import Descriptor, get_directive, get_queue_id
from sagent.model import ModelEvent, ResponseDone, ToolCallReady
from sagent.providers._wires.responses.decoder import ResponsesDecoder
from sagent.providers._wires.sse import EventDecoder


def stream(sent: Iterable[Mapping[str, object]]) -> bytes:
    text = "".join(
        f"event: {event['type']}\ndata: {json.dumps(event, ensure_ascii=False)}\n\n"
        for event in sent
    )
    return text.encode()


def comparable(got: Iterable[ModelEvent]) -> list[object]:
    """Leave out ids and times, which differ from one decoding to the next."""
    return [
        (event.response.usage, event.response.stop_reason, [part.content for part in event.response.content.content if part.descriptor != Descriptor.TOOL_CALL])
        if isinstance(event, ResponseDone)
        else (get_queue_id(event.call), get_directive(event.call))
        if isinstance(event, ToolCallReady)
        else event
        for event in got
    ]  # fmt: skip


@given(st.lists(st.integers(0, len(stream(ORDINARY)))))
def test_however_the_bytes_are_cut_the_events_are_the_same(cuts: list[int]) -> None:
    sent, sse, decoder = stream(ORDINARY), EventDecoder(), ResponsesDecoder()
    edges = [0, *sorted(cuts), len(sent)]
    pieces = [sent[start:end] for start, end in pairwise(edges)]

    got = [
        event for piece in pieces for each in sse.feed(piece) for event in decoder.feed(each.data)
    ]

    assert comparable(got) == comparable(events(*ORDINARY))


KEYS = ("type", "response", "item", "error", "content", "summary", "text", "refusal", "delta", "arguments", "call_id", "id", "name", "encrypted_content", "usage", "input_tokens", "input_tokens_details", "incomplete_details", "reason", "output", "model", "code", "message")  # fmt: skip
KINDS = ("message", "reasoning", "function_call", "output_text")
TYPES = (*sorted({event["type"] for event in ORDINARY}), "error", "response.failed", *KINDS)
GARBAGE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(TYPES) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner),
    max_leaves=12,
)


@given(st.lists(st.dictionaries(st.sampled_from(KEYS), GARBAGE) | GARBAGE, max_size=5))
def test_garbage_gives_events_or_model_errors_and_never_a_crash(sent: list[object]) -> None:
    with suppress(ModelError):
        events(*(json.dumps(event) for event in sent), COMPLETED)


@given(st.sampled_from(ORDINARY), st.sampled_from(KEYS), GARBAGE)
def test_a_damaged_event_gives_events_or_model_errors_and_never_a_crash(
    event: Event, key: str, garbage: object
) -> None:
    with suppress(ModelError):
        events({**event, key: garbage}, COMPLETED)
    with suppress(ModelError):
        events({**event, "item": {**event.get("item", {}), key: garbage}}, COMPLETED)
