"""What goes through a control socket, line by line."""

import json
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagent.control._line import LineDecoder
from sagent.control._protocol import (
    Attach,
    Attached,
    Delivered,
    Ended,
    GetRun,
    GetTree,
    Lost,
    Refused,
    Reply,
    Request,
    Say,
    Send,
    Stop,
    Stopping,
    Told,
    decode_reply,
    decode_request,
    encode_reply,
    encode_request,
)
from sagent.control.client import AgentView, NodeView, RunView
from sagent.errors import ControlError

AGENT = AgentView(
    path="/Agent",
    name="Agent",
    title="",
    task="",
    phase="idle",
    model="m",
    messages=2,
    context_tokens=10,
    context_window=None,
    input_tokens=7,
    output_tokens=3,
    cached_tokens=1,
    cost_usd=Decimal("0.0125"),
    unpriced_calls=0,
    tasks=0,
)


def test_the_wire_form_is_pinned() -> None:
    assert encode_request(Send("reviewer", "go")) == (
        b'{"version": 1, "to": "reviewer", "text": "go", "type": "Send"}\n'
    )


@pytest.mark.parametrize(
    "request_", [GetRun(), GetTree(), Send("a", "b\n"), Stop("a"), Attach("a"), Say("é")]
)
def test_a_request_is_one_line_and_comes_back_as_it_was(request_: Request) -> None:
    line = encode_request(request_)

    assert line.count(b"\n") == 1
    assert decode_request(line) == request_


@pytest.mark.parametrize(
    "reply",
    [
        RunView(pid=1, cwd="/", own="Agent", started_ns=5, agents=(AGENT,)),
        NodeView(
            path="", name="system", state="idle",
            children=(NodeView(path="/Agent", name="Agent", state="busy", agent=AGENT),),
        ),
        Delivered("/a"),
        Stopping("/a"),
        Refused("no", "UnknownNameError"),
        Attached("/a"),
        Told({"descriptor": "text/plain", "content": {"a": [1, None]}}),
        Lost(3),
        Ended(),
    ],
)  # fmt: skip
def test_a_reply_is_one_line_and_comes_back_as_it_was(reply: Reply) -> None:
    line = encode_reply(reply)

    assert line.count(b"\n") == 1
    assert decode_reply(line) == reply


def test_another_version_is_refused() -> None:
    line = json.dumps({"version": 2, "type": "GetRun"}).encode()

    with pytest.raises(ControlError, match="is of version 2, and this sagent speaks 1"):
        decode_request(line)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"hello",
        b"[]",
        b"5",
        b'{"version": 1}',
        b'{"version": 1, "type": "Explode"}',
        b'{"version": 1, "type": "Send", "to": 5, "text": "x"}',
        b'{"version": 1, "type": ["Send"]}',
        b"[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_what_is_no_request_is_refused_in_a_word(line: bytes) -> None:
    with pytest.raises(ControlError):
        decode_request(line)


@given(line=st.binary(max_size=200))
def test_any_line_is_a_request_or_is_refused(line: bytes) -> None:
    with suppress(ControlError):
        decode_request(line)


@given(
    lines=st.lists(st.binary(max_size=20).filter(lambda line: b"\n" not in line)),
    size=st.integers(1, 30),
)
def test_lines_come_out_as_they_went_in_however_they_are_cut(lines: list[bytes], size: int) -> None:
    octets = b"".join(line + b"\n" for line in lines)
    decoder = LineDecoder(100)

    seen: list[bytes] = []
    for start in range(0, len(octets), size):
        decoder.feed(octets[start : start + size])
        while (line := decoder.line()) is not None:
            seen.append(line)

    assert seen == lines


def test_a_line_without_end_is_refused_before_it_fills_the_memory() -> None:
    decoder = LineDecoder(10)
    decoder.feed(b"x" * 10)

    with pytest.raises(ControlError, match="longer than 10 bytes"):
        decoder.feed(b"x")
