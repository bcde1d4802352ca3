from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagent.errors import ProtocolError
from sagent.providers._wires import sse as _sse
from sagent.providers._wires.sse import EventDecoder, ServerSentEvent


def decode(*chunks: bytes) -> list[ServerSentEvent]:
    decoder = EventDecoder()
    events = [event for chunk in chunks for event in decoder.feed(chunk)]
    return [*events, *decoder.close()]


def data(*chunks: bytes) -> list[str]:
    return [event.data for event in decode(*chunks)]


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_lines_end_at_lf_cr_and_crlf(end: bytes) -> None:
    assert data(b"data: a" + end * 2 + b"data: b" + end * 2) == ["a", "b"]


def test_crlf_cut_in_two_is_one_line_end() -> None:
    assert data(b"data: a\r", b"\n\r", b"\ndata: b\r\n\r\n") == ["a", "b"]


def test_other_line_separators_of_unicode_are_text() -> None:
    text = "x\u2028y\x85z\x0bw\x0c\x1cq"

    assert data(f"data: {text}\n\n".encode()) == [text]


def test_data_lines_are_joined_and_comments_ids_and_retries_ignored() -> None:
    stream = b'event: x\ndata: {"a":\ndata: 1}\nid: 7\nretry: 10\n\n: ping\n\ndata:{"a":2}\n\n'

    assert decode(stream) == [
        ServerSentEvent("x", '{"a":\n1}'),
        ServerSentEvent("message", '{"a":2}'),
    ]


def test_a_byte_order_mark_is_stripped_once() -> None:
    assert data(b"\xef\xbb\xbfdata: a\n\n") == ["a"]


def test_an_event_without_its_blank_line_counts_at_the_end() -> None:
    assert data(b"data: a\n") == ["a"]
    assert data(b"data: a") == ["a"]


def test_invalid_utf8_is_replaced() -> None:
    assert data(b"data: \xff\xfe\n\n") == ["\ufffd\ufffd"]


def test_a_character_may_come_a_byte_at_a_time() -> None:
    stream = "data: é🙂\n\n".encode()

    assert data(*(bytes([byte]) for byte in stream)) == ["é🙂"]


@pytest.mark.parametrize("piece", [b"data: aaaaaaaaaaa", b"data: aaaaaaaa\n", b"data:\n"])
def test_a_line_or_an_event_without_end_is_refused(
    piece: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_sse, "MAX_EVENT_BYTES", 100)

    with pytest.raises(ProtocolError, match="longer than 100 bytes"):
        data(*[piece] * 30)


def test_what_events_have_together_is_not_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_sse, "MAX_EVENT_BYTES", 100)

    assert data(*[b"data: aaaaaaaa\n", b"\n"] * 30) == ["aaaaaaaa"] * 30


@given(
    st.lists(
        st.sampled_from(
            [
                b"data: a",
                b"data",
                b"event: e",
                b":",
                b"\r",
                b"\n",
                b"\r\n",
                "é\u2028".encode(),
                b"\xff",
            ]
        )
    ),
    st.sets(st.integers(0, 60)),
)
def test_it_does_not_matter_where_a_stream_is_cut(pieces: list[bytes], cuts: set[int]) -> None:
    stream = b"".join(pieces)
    edges = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})

    assert decode(*(stream[a:b] for a, b in pairwise(edges))) == decode(stream)
