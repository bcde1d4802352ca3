"""Whole answers of Chat Completions, cut anywhere and damaged anyhow."""

import json
from contextlib import suppress
from itertools import pairwise
from typing import cast

from hypothesis import given
from hypothesis import strategies as st

from sagent.errors import ModelError
from sagent.model import ModelEvent
from sagent.providers._wires.chat.decoder import ChatDecoder
from sagent.providers._wires.sse import EventDecoder

DONE = "[DONE]"


def chunk(delta: object, **fields: object) -> dict[str, object]:
    return {"choices": [{"index": 0, "delta": delta, **fields}]}


def call(**function: str) -> dict[str, object]:
    return {"tool_calls": [{"index": 0, "id": "c:1", "function": function}]}


ANSWER: list[object] = [
    chunk({"role": "assistant", "reasoning_content": "h\u2028m"}),
    chunk({"reasoning_details": [{"type": "reasoning.text", "text": "hm"}]}),
    chunk({"content": "so\x85 \U0001f600"}),
    chunk(call(name="Read", arguments='{"file_path"')),
    chunk(call(arguments=': "a"}')),
    {**chunk({}, finish_reason="stop"), "usage": {"prompt_tokens": 5, "completion_tokens": 2}},
    DONE,
]


def written(chunk: object) -> str:
    return chunk if isinstance(chunk, str) else json.dumps(chunk, ensure_ascii=False)


def streamed(*pieces: bytes) -> list[ModelEvent]:
    frames, decoder = EventDecoder(), ChatDecoder()
    got: list[ModelEvent] = []
    for piece in pieces:
        for frame in frames.feed(piece):
            got += decoder.feed(frame.data)
    for frame in frames.close():
        got += decoder.feed(frame.data)
    return [*got, *decoder.close()]


def shown(got: list[ModelEvent]) -> str:
    """Show *got* without the ids of messages, which differ."""
    return repr(got)


@given(st.lists(st.integers(0, 2000)), st.sampled_from(["\n", "\r", "\r\n"]))
def test_an_answer_is_the_same_however_its_bytes_are_cut(cuts: list[int], end: str) -> None:
    frames = [f"data: {written(chunk)}{end}{end}" for chunk in ANSWER]
    whole = "".join(frames).encode()
    places = [0, *sorted(cut % len(whole) for cut in cuts), len(whole)]

    pieces = [whole[start:stop] for start, stop in pairwise(places)]

    assert shown(streamed(*pieces)) == shown(streamed(whole))
    assert len(streamed(whole)) == 5


@given(st.data())
def test_a_damaged_answer_gives_events_or_model_errors_and_never_a_crash(
    data: st.DataObject,
) -> None:
    odd = st.sampled_from([None, -1, 1e999, "", "x", [], [None], {}, {"a": float("nan")}, True])

    def damaged(value: object) -> object:
        if data.draw(st.integers(0, 9)) == 0:
            return data.draw(odd)
        if isinstance(value, dict):
            fields = cast("dict[str, object]", value)
            return {key: damaged(inner) for key, inner in fields.items()}
        if isinstance(value, list):
            return [*map(damaged, cast("list[object]", value))]
        return value

    with suppress(ModelError):
        streamed(*(f"data: {written(damaged(chunk))}\n\n".encode() for chunk in ANSWER))
