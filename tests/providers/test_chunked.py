"""The chunked transfer coding."""

from collections.abc import Iterator
from itertools import pairwise

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagent.providers._chunked import ChunkedDecoder

CHUNKS = st.lists(st.binary(min_size=1, max_size=40), max_size=8)
CUTS = st.lists(st.integers(0, 400), max_size=12)
EXTENSIONS = st.sampled_from([b"", b";name", b';name="value"', b"  "])
TRAILERS = st.sampled_from([b"", b"name: value\r\n", b"a: b\r\nc: d\r\n"])
SURPLUS = st.sampled_from([b"", b"HTTP/1.1 200 OK\r\n", b"\r\n"])


def coded(chunks: list[bytes], extension: bytes = b"", trailer: bytes = b"") -> bytes:
    body = b"".join(b"%X%b\r\n%b\r\n" % (len(chunk), extension, chunk) for chunk in chunks)
    return b"%b0%b\r\n%b\r\n" % (body, extension, trailer)


def pieces_of(stream: bytes, cuts: list[int]) -> Iterator[bytes]:
    places = sorted({0, len(stream), *(cut % (len(stream) + 1) for cut in cuts)})
    return (stream[start:stop] for start, stop in pairwise(places))


def decoded(stream: bytes, cuts: list[int]) -> tuple[bytes, ChunkedDecoder]:
    decoder = ChunkedDecoder()
    pieces = [piece for part in pieces_of(stream, cuts) for piece in decoder.feed(part)]
    return b"".join(pieces), decoder


def as_h11_reads_it(stream: bytes) -> bytes:
    http = h11.Connection(h11.CLIENT)
    http.send(h11.Request(method="GET", target="/", headers=[("Host", "h")]))
    http.send(h11.EndOfMessage())
    http.receive_data(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + stream)
    body = b""
    while not isinstance(event := http.next_event(), h11.EndOfMessage):
        body += event.data if isinstance(event, h11.Data) else b""
    return body


@given(chunks=CHUNKS, extension=EXTENSIONS, trailer=TRAILERS, cuts=CUTS)
def test_a_body_is_the_same_however_its_bytes_are_cut(
    chunks: list[bytes], extension: bytes, trailer: bytes, cuts: list[int]
) -> None:
    stream = coded(chunks, extension, trailer)

    body, decoder = decoded(stream, cuts)

    assert body == b"".join(chunks) == as_h11_reads_it(stream)
    assert (decoder.whole, decoder.fault, decoder.surplus) == (True, "", b"")


@given(chunks=CHUNKS, surplus=SURPLUS)
def test_what_comes_after_the_end_is_no_part_of_the_body(
    chunks: list[bytes], surplus: bytes
) -> None:
    body, decoder = decoded(coded(chunks) + surplus, [])

    assert (body, decoder.surplus) == (b"".join(chunks), surplus)


@given(chunks=CHUNKS, lost=st.integers(1, 400), cuts=CUTS)
def test_a_body_that_is_cut_short_is_not_whole(
    chunks: list[bytes], lost: int, cuts: list[int]
) -> None:
    stream = coded(chunks)
    body, decoder = decoded(stream[: -min(lost, len(stream))], cuts)
    before = decoder.fault

    decoder.feed(b"")

    assert b"".join(chunks).startswith(body)
    assert not decoder.whole
    assert (before, decoder.fault) == ("", "the connection was closed before the last chunk")


@pytest.mark.parametrize(
    ("stream", "body", "fault"),
    [
        (b"zz\r\n", b"", "no size: b'zz'"),
        (b"\r\n", b"", "no size"),
        (b"-1\r\n", b"", "no size"),
        (b"+1\r\n", b"", "no size"),
        (b"0x1\r\n", b"", "no size"),
        (b"1_0\r\n", b"", "no size"),
        (b"1 1\r\n", b"", "no size"),
        (b"1" * 17 + b"\r\n", b"", "no size"),
        (b"2\r\nabc\r\n", b"ab", "longer than it said"),
        (b"2\r\nab\n\n", b"ab", "longer than it said"),
        (b"1;" + b"x" * 20_000, b"", "a line between two chunks does not end"),
        (b"0\r\n" + b"a: b\r\n" * 20_000, b"", "fields after the last chunk do not end"),
    ],
)
@given(cuts=CUTS)
def test_what_breaks_the_coding_is_told_after_what_came_before_it(
    stream: bytes, body: bytes, fault: str, cuts: list[int]
) -> None:
    got, decoder = decoded(stream, cuts)

    assert got == body
    assert fault in decoder.fault
    assert not decoder.whole
