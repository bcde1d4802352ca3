import pytest

from sagent.process import Output
from sagent.process._output import OutputBuffer


def kept(max_bytes: int, *chunks: bytes) -> Output:
    buffer = OutputBuffer(max_bytes)
    for chunk in chunks:
        buffer.feed(chunk)
    return buffer.snapshot()


@pytest.mark.parametrize("size", [1, 2, 3, 10, 100])
def test_how_a_stream_is_cut_makes_no_difference(size: int) -> None:
    stream = bytes(range(100))

    output = kept(20, *(stream[at : at + size] for at in range(0, 100, size)))

    assert output == Output(head=stream[:10], tail=stream[-10:], total_bytes=100)


def test_what_fits_is_whole() -> None:
    output = kept(20, b"x" * 7, b"y" * 13)

    assert output.text == "x" * 7 + "y" * 13
    assert output.omitted_bytes == 0


@pytest.mark.parametrize("max_bytes", [0, 1])
def test_next_to_nothing_may_be_kept(max_bytes: int) -> None:
    output = kept(max_bytes, b"abc", b"def")

    assert len(output.head + output.tail) == max_bytes
    assert output.total_bytes == 6


def test_a_gap_is_told_and_cuts_no_character() -> None:
    output = kept(8, "ä€ä€ä€ä€".encode())

    assert output.text == "ä\n[... 12 bytes omitted ...]\n€"


def test_bytes_that_are_no_text_are_replaced() -> None:
    assert kept(8, b"a\xff\xfeb").text == "a��b"


def test_the_last_line_is_the_last_that_says_something() -> None:
    assert kept(100, b"one\n  two \n\n \n").last_line == "two"
    assert kept(100, b"\n").last_line == ""


def test_output_does_not_fill_a_repr() -> None:
    assert repr(kept(100, b"secret")) == "Output(total_bytes=6)"
