"""How Slack's answers are judged, and how fast it is called."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagent.slack._pace import CHANNEL, TIERS, Pace, backoff_s
from sagent.slack._verdict import Granted, Refused, Wait, judge


@pytest.mark.parametrize(
    ("status", "headers", "body", "verdict"),
    [
        (200, {}, b'{"ok":true,"ts":"1"}', Granted({"ok": True, "ts": "1"})),
        (429, {"retry-after": "7"}, b"", Wait(7, "too many calls")),
        (429, {}, b"", Wait(30, "too many calls")),
        (429, {"retry-after": "soon"}, b"", Wait(30, "too many calls")),
        (429, {"retry-after": "99999999"}, b"", Wait(600, "too many calls")),
        (502, {}, b"<html>", Wait(None, "HTTP status 502")),
        (200, {}, b'{"ok":false,"error":"ratelimited"}', Wait(30, "too many calls")),
        (200, {}, b'{"ok":false,"error":"fatal_error"}', Wait(None, "fatal_error")),
        (200, {}, b'{"ok":false,"error":"no_text"}', Refused("no_text")),
        (404, {}, b"nope", Refused("HTTP status 404, and no JSON")),
    ],
)
def test_an_answer_is_judged(
    status: int, headers: dict[str, str], body: bytes, verdict: object
) -> None:
    assert judge(status, headers, body) == verdict


@given(st.integers(100, 599), st.binary(max_size=40), st.text(max_size=8))
def test_any_answer_is_judged(status: int, body: bytes, wait: str) -> None:
    assert isinstance(judge(status, {"retry-after": wait}, body), Granted | Wait | Refused)


@given(
    st.sampled_from([CHANNEL, *TIERS.values()]),
    st.lists(st.floats(0, 5), min_size=1, max_size=60),
)
def test_in_no_stretch_of_time_are_there_more_calls_than_allowed(
    pace: Pace, pauses: list[float]
) -> None:
    now, calls = 0.0, list[float]()
    for pause in pauses:
        now += pause
        now += pace.wait_s(now)
        calls.append(now)
        pace = pace.spent(now)

    for first, start in enumerate(calls):
        for last, end in enumerate(calls[first:], first):
            assert last - first + 1 <= pace.burst + (end - start) / pace.period_s + 1e-6


def test_a_pace_that_is_held_lets_nothing_through_until_then() -> None:
    pace = Pace(period_s=1, burst=5).held(10)

    assert pace.wait_s(4) == 6
    assert pace.spent(10).wait_s(10) == 1


@given(st.integers(0, 1000), st.floats(0, 1))
def test_backoff_stays_within_its_bounds(attempt: int, chance: float) -> None:
    assert 0.5 <= backoff_s(attempt, chance) <= 60
