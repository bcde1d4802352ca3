"""How long a refusal asks to wait, in each of the forms in which servers say it."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sagent.lib.json import JSON
from sagent.providers._retry_after import duration_s, limit_reset_s, wait_asked_s

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
RETRY_INFO = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "37.5s"}

digits = st.text("0123456789", min_size=1, max_size=400)
said = st.one_of(
    st.text(max_size=30),
    digits,
    st.floats().map(str),
    st.text("0123456789.hms ", max_size=20),
    st.datetimes(timezones=st.just(UTC)).map(datetime.isoformat),
    st.from_regex(r"\A(Mon, )?\d{1,3} (Jan|Foo) -?\d{1,6} \d\d:\d\d(:\d\d)? [+-]?\w{0,30}\Z"),
)
names = st.sampled_from(
    [
        "retry-after",
        "retry-after-ms",
        "x-ratelimit-reset-requests",
        "x-ratelimit-reset-tokens",
        "anthropic-ratelimit-tokens-reset",
    ]
)
used_up = {
    "x-ratelimit-remaining-requests": "0",
    "x-ratelimit-remaining-tokens": "0",
    "anthropic-ratelimit-tokens-remaining": "0",
}
json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


def is_wait(seconds: float | None) -> bool:
    return seconds is None or 0 <= seconds < float("inf")


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": " 7 "}, 7),
        ({"retry-after-ms": "1500"}, 1.5),
        ({"retry-after-ms": "1500", "retry-after": "60"}, 1.5),
        ({"retry-after-ms": "soon", "retry-after": "60"}, 60),
        ({"retry-after": "Sun, 22 Nov 2026 12:01:30 GMT"}, 90),
        ({"retry-after": "Sun, 22 Nov 2026 13:01:30 +0100"}, 90),
        ({"retry-after": "2026-11-22T12:01:30Z"}, 90),
        ({"retry-after": "Sun, 22 Nov 2026 11:00:00 GMT"}, 0),
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "6m0s"}, 360),
        ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "120ms"}, 0.12),
        ({"x-ratelimit-remaining-requests": "5", "x-ratelimit-reset-requests": "6m0s"}, None),
        (
            {
                "anthropic-ratelimit-input-tokens-remaining": "0",
                "anthropic-ratelimit-input-tokens-reset": "2026-11-22T12:00:59Z",
            },
            59,
        ),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "soon"}, None),
        ({}, None),
    ],
)
def test_a_wait_is_read_from_the_headers(headers: Mapping[str, str], seconds: float | None) -> None:
    assert wait_asked_s(headers, None, now=NOW) == seconds


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        ({"details": [{"@type": "QuotaFailure"}, RETRY_INFO]}, 37.5),
        ({"message": "Rate limit reached. Please try again in 20s."}, 20),
        ({"message": "Please try again in 120ms. Visit the docs."}, 0.12),
        ({"message": "You exceeded your quota. Please retry in 59.6s."}, 59.6),
        ({"message": "Please try again in 1.2.3s"}, None),
        ({"message": "Please try again later."}, None),
        ("Please try again later.", None),
        (None, None),
    ],
)
def test_a_wait_is_read_from_the_body(error: JSON, seconds: float | None) -> None:
    assert wait_asked_s({}, error, now=NOW) == seconds


@pytest.mark.parametrize(
    "message",
    [
        "Please try again in 6m0s.",
        "Please try again in 1m12.5s.",
        "Please try again in 20 seconds.",
        "Please retry after 20 seconds.",
    ],
)
def test_a_wait_is_read_from_other_words(message: str) -> None:
    assert wait_asked_s({}, {"message": message}, now=NOW)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1h2m3s", 3723),
        ("6m0s", 360),
        ("1m30.5s", 90.5),
        ("120ms", 0.12),
        ("2m", 120),
        ("", None),
        ("7", None),
        ("s", None),
        ("1.2.3s", None),
        ("6m0", None),
        ("9" * 400 + "s", None),
    ],
)
def test_durations_are_gos(text: str, seconds: float | None) -> None:
    assert duration_s(text) == seconds


@given(st.text() | st.text("0123456789.hms ") | digits.map("{}h".format))
def test_any_text_is_a_wait_or_none(text: str) -> None:
    assert is_wait(duration_s(text))


@given(st.dictionaries(names, said, max_size=4))
@example({"retry-after": f"Mon, 01 Jan 2020 00:00:00 +{'9' * 30}"})
@example({"retry-after": f"Mon, 01 Jan {'9' * 30} 00:00:00 GMT"})
@example({"retry-after": "0001-01-01T00:00:00+23:59"})
@example({"retry-after": "9999-12-31T23:59:59-23:59"})
def test_any_headers_ask_for_a_wait_or_none(headers: dict[str, str]) -> None:
    assert is_wait(wait_asked_s(headers | used_up, None, now=NOW))
    assert is_wait(limit_reset_s(headers | used_up, now=NOW))


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "message": said.map("try again in {}".format) | said.map("retry in {} s".format),
            "details": st.lists(
                json_values | said.map(lambda wait: RETRY_INFO | {"retryDelay": wait})
            ),
        },
    )
    | json_values
)
def test_any_body_asks_for_a_wait_or_none(error: JSON) -> None:
    read: JSON = json.loads(json.dumps(error))

    assert is_wait(wait_asked_s({}, read, now=NOW))
