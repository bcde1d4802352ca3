"""What servers say when they refuse, as the errors of this package."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPStatus

import attrs

from sagent.errors import (
    AuthenticationError,
    ContextOverflowError,
    NotFoundError,
    ProtocolError,
    QuotaError,
    RateLimitError,
    SagentError,
    ServerError,
    StatusError,
)
from sagent.lib.json import JSON
from sagent.providers._fault_kind import is_passing, kind_of, status_of
from sagent.providers._retry_after import wait_asked_s
from sagent.providers._wires.fields import fields_of, read_json

_LONGEST_DETAIL = 300
_LONGEST_MESSAGE = 500
_SHORTEST_SECRET = 8
_WORDS: Mapping[type[StatusError], str] = {
    ContextOverflowError: ": the conversation does not fit {model_id}",
    QuotaError: " says that the account's quota is used up",
    AuthenticationError: " refused the key",
    NotFoundError: " knows no {model_id!r}, or the base URL is wrong",
    RateLimitError: " asks to slow down",
    ServerError: " broke off",
    StatusError: " refused the request",
}


@attrs.frozen(kw_only=True)
class Endpoint:
    """Whom a request goes to, as error messages name it; `secrets` never appear in them."""

    provider: str
    base_url: str
    model_id: str
    secrets: tuple[str, ...] = attrs.field(default=(), repr=False)

    @property
    def where(self) -> str:
        """The server, in the words of a message."""
        return f"{self.provider} at {self.base_url}"

    def hide(self, text: str) -> str:
        """Take the secrets out of *text*, beginnings that were cut off among them."""
        for secret in self.secrets:
            # A shorter one would tear words apart.
            for length in range(len(secret), _SHORTEST_SECRET - 1, -1):
                text = text.replace(secret[:length], "[key]")
        return text

    def told(self, error: SagentError) -> None:
        """Make the message of *error* one line of bounded length, without secrets."""
        error.args = (" ".join(self.hide(str(error)).split())[:_LONGEST_MESSAGE],)

    def redact(self, text: str) -> str:
        """Take the secrets out of *text*, and make it one short line."""
        return " ".join(self.hide(text).split())[:_LONGEST_DETAIL]


def status_fault(
    endpoint: Endpoint, *, status: int, body: bytes, headers: Mapping[str, str]
) -> StatusError:
    """Make the error for an answer with *status* that is not 200."""
    envelope = _json(body) or {}
    error = _error_in(envelope) or envelope
    detail = endpoint.redact(_detail(body, headers.get("content-type", "")))
    return _fault(
        endpoint.where,
        endpoint.model_id,
        status=status,
        error=error,
        detail=detail,
        headers=headers,
    )


def error_in_stream(chunk: Mapping[str, JSON]) -> StatusError | None:
    """Make the error that *chunk* carries, if it is an error and not a part of an answer."""
    if not ("error" in chunk or "base_resp" in chunk or chunk.get("type") == "error"):
        return None  # said twice, since nearly all chunks end here
    error = _error_in(chunk)
    if error is None:
        return None
    detail = " ".join(_message(error).split())[:_LONGEST_DETAIL]
    status = status_of(error)
    return _fault("the server", "the model", status=status, error=error, detail=detail, headers={})


def _fault(
    where: str,
    model_id: str,
    *,
    status: int,
    error: JSON,
    detail: str,
    headers: Mapping[str, str],
) -> StatusError:
    kind = kind_of(status, error, detail)
    what = _WORDS[kind].format(model_id=model_id)
    shown = f" ({status})" if status != HTTPStatus.OK else ""
    asked_s = wait_asked_s(headers, error, now=datetime.now(UTC))
    asks = f"; it asks to wait {asked_s:.0f} s" if asked_s and asked_s >= 1 else ""
    return kind(
        f"{where}{what}{shown}{f': {detail}' if detail else ''}{asks}",
        status=status,
        retry_after_s=asked_s,
        retryable=is_passing(kind, status, headers, detail),
    )


def _error_in(chunk: Mapping[str, JSON]) -> JSON:
    """Give what *chunk* holds of an error: nested, flat as in Responses, or MiniMax's."""
    if error := chunk.get("error"):
        return error
    if chunk.get("type") == "error":
        return chunk
    base = fields_of(chunk.get("base_resp"))
    if base.get("status_code"):
        return {"message": base.get("status_msg") or "", "code": base["status_code"]}
    return None


def content_type_fault(endpoint: Endpoint, *, content_type: str, body: bytes) -> Exception:
    """Make the error for an answer of status 200 that is no stream of events."""
    envelope = _json(body)
    if envelope is not None and (fault := error_in_stream(envelope)):
        return fault
    what = content_type.partition(";")[0] or "nothing recognisable"
    return ProtocolError(
        f"{endpoint.where} answered with {what} instead of a stream of "
        "events: check the base URL (most of them end in a version such as /v1)"
    )


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
        value = read_json(body)
    except ValueError:
        return None
    if isinstance(value, list) and value:
        value = value[0]
    return value if isinstance(value, Mapping) else None
