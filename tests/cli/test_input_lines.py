"""What a program writes to standard input in a conversation."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from printed_schema import PATH, check_line

from sagent.cli._input_line import (
    KINDS,
    End,
    InputLine,
    Interrupt,
    Reply,
    Say,
    Steer,
    read_line,
    schema_of,
)
from sagent.errors import UsageError
from sagent.lib.json import json_freeze
from sagent.tool import Answer


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({"prompt": "hi"}, Say(prompt="hi")),
        ({"type": "user", "prompt": "hi", "id": 7}, Say(prompt="hi", id=7)),
        ({"prompt": "hi", "id": 7.0}, Say(prompt="hi", id=7)),
        (
            {"prompt": "hi", "images": ["a.png", {"data": "R0lG"}], "files": ["a.py"]},
            Say(prompt="hi", images=("a.png", b"GIF"), files=("a.py",)),
        ),
        ({"type": "steer", "prompt": "hi"}, Steer("hi")),
        (
            {"type": "answer", "id": "q1", "chosen": ["a", "b"]},
            Reply("q1", Answer(chosen=["a", "b"])),
        ),
        ({"type": "answer", "id": "q1", "other": "c"}, Reply("q1", Answer(other="c"))),
        ({"type": "interrupt"}, Interrupt()),
        ({"type": "end"}, End()),
    ],
)
def test_a_line_is_read_and_fits_the_published_schema(line: object, said: InputLine) -> None:
    check_line("input_line", line)

    assert read_line(json.dumps(line).encode()) == said


@pytest.mark.parametrize(
    "line",
    [
        b'{"prompt": " "}',
        b'{"prompt": "hi", "images": "a.png"}',
        b'{"prompt": "hi", "images": [{"data": "?"}]}',
        b'{"prompt": "hi", "id": 1.5}',
        b'{"type": "steer"}',
        b'{"type": "answer", "chosen": []}',
        b'{"type": "interrupt", "now": true}',
        b'{"type": ["end"]}',
        b'{"type": null, "prompt": "hi"}',
        b"null",
        b"NaN",
    ],
)
def test_a_line_that_says_nothing_that_can_be_done_is_refused(line: bytes) -> None:
    with pytest.raises(UsageError):
        read_line(line)


@pytest.mark.parametrize("kind", KINDS)
def test_the_published_schema_is_what_is_read(kind: str) -> None:
    published: Any = json.loads(PATH.read_text())["$defs"][f"input_{kind}"]

    assert json_freeze(published) == json_freeze(dict(schema_of(kind)))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["data", "prompt"]), inner),
    max_leaves=5,
)


@given(
    st.sampled_from(KINDS),
    st.dictionaries(
        st.sampled_from(["prompt", "images", "files", "id", "chosen", "other", "more"]), VALUES
    ),
)
def test_a_line_of_any_values_is_read_or_refused(kind: str, fields: dict[str, object]) -> None:
    line = json.dumps({"type": kind} | fields).encode()

    with suppress(UsageError):
        read_line(line)


@given(st.binary())
def test_no_bytes_are_more_than_a_line_that_is_refused(line: bytes) -> None:
    with pytest.raises(UsageError):
        read_line(line)
