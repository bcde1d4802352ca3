"""What servers say when they refuse, as the errors of this package."""

import json
import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import cast

import attrs

from sagent.errors import (
    AuthenticationError,
    ContextOverflowError,
    NotFoundError,
    ProtocolError,
    RateLimitError,
    ServerError,
    StatusError,
)
from sagent.lib.json import JSON

_LONGEST_DETAIL = 300
_OVERFLOW = re.compile(
    r"prompt is too long|request_too_large|input is too long|exceeds the context window"
    r"|exceeds (the )?(model's )?maximum context length|maximum context length is \d+"
    r"|exceeds the available context size|exceed_context_size_error|context window exceeds limit"
    r"|exceeded model token limit|context[_ ]length[_ ]exceeded|exceed context limit"
    r"|input token count.*exceeds the maximum|range of input length should be|too many tokens",
    re.IGNORECASE,
)


@attrs.frozen(kw_only=True)
class Endpoint:
    """Whom a request goes to, as error messages name it; `secrets` never appear in them."""

    provider: str
    base_url: str
    model_id: str
    secrets: tuple[str, ...] = attrs.field(default=(), repr=False)

    def hide(self, text: str) -> str:
        """Take the secrets out of *text*."""
        for secret in self.secrets:
            if secret:
                text = text.replace(secret, "[key]")
        return text

    def redact(self, text: str) -> str:
        """Take the secrets out of *text*, and make it one short line."""
        return " ".join(self.hide(text).split())[:_LONGEST_DETAIL]


def status_fault(
    endpoint: Endpoint, *, status: int, body: bytes, headers: Mapping[str, str]
) -> StatusError:
    """Make the error for an answer with *status* that is not 200."""
    detail = endpoint.redact(_detail(body, headers.get("content-type", "")))
    said = f": {detail}" if detail else ""
    where = f"{endpoint.provider} at {endpoint.base_url}"
    retry_after_s = _seconds(headers.get("retry-after"))
    if _OVERFLOW.search(detail):
        message = f"{where}: the conversation does not fit {endpoint.model_id}{said}"
        return ContextOverflowError(message, status=status)
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return AuthenticationError(f"{where} refused the key ({status}){said}", status=status)
    if status == HTTPStatus.NOT_FOUND:
        message = f"{where} knows no {endpoint.model_id!r}, or the base URL is wrong (404){said}"
        return NotFoundError(message, status=status)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        message = f"{where} asks to slow down (429){said}"
        return RateLimitError(message, status=status, retry_after_s=retry_after_s)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        message = f"{where} failed ({status}){said}"
        return ServerError(message, status=status, retry_after_s=retry_after_s)
    return StatusError(f"{where} refused the request ({status}){said}", status=status)


def content_type_fault(endpoint: Endpoint, *, content_type: str, body: bytes) -> Exception:
    """Make the error for an answer of status 200 that is no stream of events."""
    envelope = _json(body)
    if envelope is not None and (fault := error_in_stream(envelope)):
        return fault
    what = content_type.partition(";")[0] or "nothing recognisable"
    return ProtocolError(
        f"{endpoint.provider} at {endpoint.base_url} answered with {what} instead of a stream of "
        "events: check the base URL (most end in /v1)"
    )


def error_in_stream(chunk: Mapping[str, JSON]) -> StatusError | None:
    """Make the error that *chunk* carries, if it is an error and not a part of an answer."""
    error = chunk.get("error")
    if not error:
        return None
    text = _message(error)
    code = error.get("code") if isinstance(error, Mapping) else None
    status = code if isinstance(code, int) else 200
    message = f"the server broke off: {' '.join(text.split())[:_LONGEST_DETAIL]}"
    if _OVERFLOW.search(f"{text} {code}"):
        return ContextOverflowError(message, status=status)
    return ServerError(message, status=status)


def _detail(body: bytes, content_type: str) -> str:
    envelope = _json(body)
    if envelope is not None:
        return _message(envelope.get("error", envelope))
    if "html" in content_type:
        return ""
    return body.decode(errors="replace")


def _message(error: JSON, depth: int = 4) -> str:
    if isinstance(error, str):
        return error
    if depth == 0:
        return ""
    if isinstance(error, Sequence) and error:
        return _message(error[0], depth - 1)
    if isinstance(error, Mapping):
        for key in ("message", "detail", "msg", "error"):
            if error.get(key):
                return _message(error[key], depth - 1)
        return ", ".join(f"{key}={value}" for key, value in error.items() if _is_scalar(value))
    return "" if error is None else str(error)


def _is_scalar(value: JSON) -> bool:
    return isinstance(value, str | int | float)


def _json(body: bytes) -> Mapping[str, JSON] | None:
    try:
        value = cast("JSON", json.loads(body))
    except (ValueError, RecursionError):
        return None
    if isinstance(value, list) and value:
        value = value[0]
    return value if isinstance(value, Mapping) else None


def _seconds(value: str | None) -> float | None:
    try:
        return float(value) if value else None
    except ValueError:
        return None
