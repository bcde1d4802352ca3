"""What an answer of the Web API comes to (https://docs.slack.dev/apis/web-api)."""

from collections.abc import Mapping

import attrs

from sagent.errors import JsonError
from sagent.lib.json import JSON, json_loads
from sagent.slack._fields import Fields, text_of

_PASSING = frozenset(
    {"internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"}
)
_RATE_LIMITED = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
REFUSED_TOKEN = frozenset(
    {
        "account_inactive",
        "invalid_auth",
        "missing_scope",
        "not_allowed_token_type",
        "not_authed",
        "team_access_not_granted",
        "token_expired",
        "token_revoked",
    }
)
"""Words for a token that is no good here, whatever is asked with it."""
LOST_TOKEN = frozenset(
    {"account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked"}
)
"""Those for a token that is no good for anything any more."""
ABSENT = frozenset({"channel_not_found", "not_in_channel"})
"""Those for a channel that the bot is not in."""
_TOO_MANY = 429
_SERVER = 500
_USUAL_WAIT_S = 30.0
_LEAST_WAIT_S = 1.0
_MOST_WAIT_S = 600.0


@attrs.frozen
class Granted:
    """Slack did it, and says so."""

    body: Mapping[str, JSON]


@attrs.frozen
class Wait:
    """It may be asked again, after a while.

    Attributes:
        seconds: how long Slack wants to be left alone; None for a fault that may pass at any time.
        why: in a few words.
    """

    seconds: float | None
    why: str


@attrs.frozen
class Refused:
    """Slack does not do it, and would not the next time.

    Attributes:
        code: its word for why.
        needed: the scope that is missing, if it is that.
    """

    code: str
    needed: str = ""


type Verdict = Granted | Wait | Refused


def judge(status: int, headers: Mapping[str, str], body: bytes) -> Verdict:
    """Tell what came of a call."""
    if status == _TOO_MANY:
        return Wait(_retry_after_s(headers), "too many calls")
    if status >= _SERVER:
        return Wait(None, f"HTTP status {status}")
    try:
        answer = json_loads(body)
    except JsonError:
        return Refused(f"HTTP status {status}, and no JSON")
    if isinstance(answer, Mapping) and answer.get("ok") is True:
        return Granted(answer)
    return _no(answer if isinstance(answer, Mapping) else {}, status, headers)


def _no(answer: Fields, status: int, headers: Mapping[str, str]) -> Verdict:
    code = text_of(answer, "error")
    if code in _RATE_LIMITED:
        return Wait(_retry_after_s(headers), "too many calls")
    if code in _PASSING:
        return Wait(None, code)
    return Refused(code or f"HTTP status {status}", text_of(answer, "needed"))


def _retry_after_s(headers: Mapping[str, str]) -> float:
    text = headers.get("retry-after", "")
    if text.isascii() and text.isdecimal():
        return min(max(float(text), _LEAST_WAIT_S), _MOST_WAIT_S)
    return _USUAL_WAIT_S
