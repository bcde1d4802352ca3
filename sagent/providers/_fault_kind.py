"""Which kind of error it is that a server tells, by its status and by the vendors' words for it."""

import re
from collections.abc import Mapping
from http import HTTPStatus

from sagent.errors import (
    AuthenticationError,
    ContextOverflowError,
    NotFoundError,
    QuotaError,
    RateLimitError,
    ServerError,
    StatusError,
)
from sagent.lib.json import JSON
from sagent.providers._wires.fields import fields_of, objects_in, text_in

_OVERFLOW = re.compile(
    r"prompt is too long|request_too_large|input is too long|exceeds the context window"
    r"|exceeds (the )?(model's )?maximum context length|maximum context length is \d+"
    r"|maximum prompt length is \d+|reduce the length of the messages|exceeds the limit of \d+"
    r"|exceeds the available context size|exceed_context_size_error|context window exceeds limit"
    r"|exceeded model token limit|context[_ ]length[_ ]exceeded|exceed context limit"
    r"|greater than the context length|token limit exceeded"
    r"|input token count.*exceeds the maximum|range of input length should be|too many tokens",
    re.IGNORECASE,
)
_NO_OVERFLOW = re.compile(r"rate limit|too many requests|^throttling error", re.IGNORECASE)
_NO_CREDIT = re.compile(
    r"insufficient_quota|exceeded_current_quota|billing_error|billing_hard_limit|billing_not_active"
    r"|enforced_spend_limit_reached|free allocated quota exceeded|insufficient balance|PerDay",
    re.IGNORECASE,
)
_TOO_LARGE = re.compile(r"request too large", re.IGNORECASE)
"""More tokens at once than the account may send in a minute: waiting does not help (OpenAI)."""
_KINDS: Mapping[str, int] = {
    # Anthropic's error types, OpenAI's codes, vLLM's
    "authentication_error": 401,
    "invalid_api_key": 401,
    "billing_error": 402,
    "insufficient_quota": 429,
    "permission_error": 403,
    "not_found_error": 404,
    "model_not_found": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "api_error": 500,
    "server_error": 500,
    "InternalServerError": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
    "engine_overloaded_error": 503,
    "invalid_request_error": 400,
    "BadRequestError": 400,
    # Google's (google.rpc.Code)
    "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403,
    "NOT_FOUND": 404,
    "RESOURCE_EXHAUSTED": 429,
    "INTERNAL": 500,
    "UNAVAILABLE": 503,
    "DEADLINE_EXCEEDED": 504,
    "INVALID_ARGUMENT": 400,
    "FAILED_PRECONDITION": 400,
    # MiniMax's status codes
    "1000": 500,
    "1001": 504,
    "1002": 429,
    "1004": 401,
    "1008": 402,
    "1039": 429,
    "2013": 400,
    "2049": 401,
}
"""The HTTP status that stands for what a vendor calls an error, where it sends another."""
_PASSING = frozenset({408, 409, 425, 429})
_BY_STATUS: Mapping[int, type[StatusError]] = {
    HTTPStatus.UNAUTHORIZED: AuthenticationError,
    HTTPStatus.PAYMENT_REQUIRED: QuotaError,
    HTTPStatus.FORBIDDEN: AuthenticationError,
    HTTPStatus.NOT_FOUND: NotFoundError,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ContextOverflowError,
    HTTPStatus.TOO_MANY_REQUESTS: RateLimitError,
    HTTPStatus.OK: ServerError,
}


def kind_of(status: int, error: JSON, detail: str) -> type[StatusError]:
    """Tell the class of the *error* that came with *status* and says *detail*."""
    words = f"{detail} {_words(error)}"
    limited = status == HTTPStatus.TOO_MANY_REQUESTS
    if not limited and _OVERFLOW.search(words) and not _NO_OVERFLOW.search(detail):
        return ContextOverflowError
    if _NO_CREDIT.search(words):
        return QuotaError
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return ServerError
    return _BY_STATUS.get(status, StatusError)


def is_passing(
    kind: type[StatusError], status: int, headers: Mapping[str, str], detail: str
) -> bool:
    """Tell whether the same request may succeed later: the vendors' own clients' rule."""
    if kind in (ContextOverflowError, QuotaError, AuthenticationError, NotFoundError):
        return False
    told = headers.get("x-should-retry")
    if told in {"true", "false"}:
        return told == "true"
    if status == HTTPStatus.NOT_IMPLEMENTED or _TOO_LARGE.search(detail):
        return False
    return kind is ServerError or status in _PASSING


def status_of(error: JSON) -> int:
    """Tell which HTTP status stands for *error*; 200 where nothing is known of it."""
    if not isinstance(error, dict):
        return HTTPStatus.OK
    for key in ("code", "status", "type"):
        value = error.get(key)
        if isinstance(value, int) and HTTPStatus.BAD_REQUEST <= value < 600:  # noqa: PLR2004  # RFC 9110, 15
            return value
        if (status := _KINDS.get(str(value))) is not None:
            return status
    return HTTPStatus.OK


def _words(error: JSON) -> str:
    """Gather what *error* calls itself, for a search."""
    if not isinstance(error, dict):
        return ""
    words = [str(error.get(key)) for key in ("type", "code", "status")]
    details = error.get("details")
    words.append(text_in(fields_of(details), "error_code"))
    for detail in objects_in(details):
        words += [text_in(quota, "quotaId") for quota in objects_in(detail.get("violations"))]
    return " ".join(words)
