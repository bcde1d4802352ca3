"""How long a server asks to wait, in all the forms in which servers say it."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from sagent.lib.json import JSON
from sagent.providers._http_date import http_date
from sagent.providers._wires.fields import objects_in, text_in

_GO_DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m(?!s))?(?:([\d.]+)s)?(?:([\d.]+)ms)?")
_SAID = re.compile(r"(?:try again|retry) (?:in|after) ((?:[\d.]+ ?[a-z]+ ?)+)", re.IGNORECASE)
_SAID_UNIT = re.compile(r"([\d.]+) ?([a-z]+)", re.IGNORECASE)
_UNITS = {
    **dict.fromkeys(("ms", "milliseconds"), 0.001),
    **dict.fromkeys(("s", "sec", "second", "seconds"), 1),
    **dict.fromkeys(("m", "min", "minute", "minutes"), 60),
    **dict.fromkeys(("h", "hour", "hours"), 3600),
}
_RETRY_INFO = "google.rpc.RetryInfo"
_RESETS = (
    ("x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"),
    ("x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"),
    ("anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-requests-reset"),
    ("anthropic-ratelimit-tokens-remaining", "anthropic-ratelimit-tokens-reset"),
    ("anthropic-ratelimit-input-tokens-remaining", "anthropic-ratelimit-input-tokens-reset"),
    ("anthropic-ratelimit-output-tokens-remaining", "anthropic-ratelimit-output-tokens-reset"),
)


def wait_asked_s(headers: Mapping[str, str], error: JSON, *, now: datetime) -> float | None:
    """Give the seconds that a refusal asks to wait, or None when it does not say.

    In order: ``retry-after-ms`` (OpenAI, Anthropic), ``retry-after`` in seconds or as a date (RFC
    9110, 10.2.3), Google's RetryInfo, the reset of a limit that is used up, and the words of the
    message.
    """
    asked = _seconds(headers.get("retry-after-ms"), per=1000)
    if asked is None:
        asked = _seconds(headers.get("retry-after")) or _until(headers.get("retry-after"), now)
    if asked is None and isinstance(error, dict):
        asked = _retry_info_s(error)
    if asked is None:
        asked = limit_reset_s(headers, now=now)
    if asked is None and isinstance(error, dict):
        asked = _said_s(text_in(error, "message"))
    return asked


def limit_reset_s(headers: Mapping[str, str], *, now: datetime) -> float | None:
    """Give the seconds until every limit that is used up is reset; None when none is."""
    waits = [
        wait
        for remaining, reset in _RESETS
        if headers.get(remaining) == "0" and (wait := _reset_s(headers.get(reset), now)) is not None
    ]
    return max(waits, default=None)


def duration_s(text: str) -> float | None:
    """Read a duration as Go writes it, ``6m0s`` or ``120ms``; None for anything else."""
    match = _GO_DURATION.fullmatch(text.strip())
    if match is None or not any(match.groups()):
        return None
    try:
        hours, minutes, seconds, ms = (float(part or 0) for part in match.groups())
    except ValueError:
        return None
    total = hours * 3600 + minutes * 60 + seconds + ms / 1000
    return total if total < float("inf") else None


def _said_s(message: str) -> float | None:
    said = _SAID.search(message)
    if said is None:
        return None
    waits = [
        _seconds(number, per=1 / _UNITS[unit.lower()])
        for number, unit in _SAID_UNIT.findall(said[1])
        if unit.lower() in _UNITS
    ]
    known = [wait for wait in waits if wait is not None]
    return sum(known) if known else None


def _reset_s(value: str | None, now: datetime) -> float | None:
    if not value:
        return None
    seconds = duration_s(value)
    if seconds is None:
        seconds = _seconds(value)
    return _until(value, now) if seconds is None else seconds


def _retry_info_s(error: Mapping[str, JSON]) -> float | None:
    for detail in objects_in(error.get("details")):
        if text_in(detail, "@type").endswith(_RETRY_INFO):
            return duration_s(text_in(detail, "retryDelay"))
    return None


def _seconds(value: str | None, *, per: float = 1) -> float | None:
    try:
        seconds = float(value) / per if value else None
    except ValueError:
        return None
    return seconds if seconds is not None and 0 <= seconds < float("inf") else None


def _until(value: str | None, now: datetime) -> float | None:
    when = _moment(value) if value else None
    return None if when is None else max(0.0, (when - now).total_seconds())


def _moment(value: str) -> datetime | None:
    try:
        when = datetime.fromisoformat(value)
    except ValueError:
        return http_date(value)
    return when if when.tzinfo else when.replace(tzinfo=UTC)
