"""One question to a web server, and its answer."""

import ssl
from collections.abc import Mapping
from http import HTTPStatus

import attrs
import httpx

from sagent.providers._connection import Connection, Dial, NewContext
from sagent.tools._refusal import Refusal
from sagent.tools.web._clean import one_line
from sagent.tools.web._inflater import ACCEPTED, Inflater

_AGENT = "Mozilla/5.0 (compatible; sagent)"  # many servers turn away what says less, or more
_LONGEST_TYPE_CHARS = 100
_REASON_CHARS = 200
"""The words of an error may be the server's."""
_REDIRECTS = frozenset(
    {
        HTTPStatus.MOVED_PERMANENTLY,
        HTTPStatus.FOUND,
        HTTPStatus.SEE_OTHER,
        HTTPStatus.TEMPORARY_REDIRECT,
        HTTPStatus.PERMANENT_REDIRECT,
    }
)


@attrs.frozen(kw_only=True)
class Answer:
    """What a server said.

    Attributes:
        url: what was asked for, after all redirects.
        cut: whether the body is longer than what was read of it.
    """

    url: httpx.URL
    status: int
    headers: httpx.Headers
    body: bytes
    cut: bool

    @property
    def content_type(self) -> str:
        """The media type, in lower case and without its parameters; "" if it is not told."""
        told: str = self.headers.get("content-type", "")
        return one_line(told.partition(";")[0].lower(), _LONGEST_TYPE_CHARS)

    @property
    def location(self) -> str | None:
        """Where the server sends the caller instead; None if it answers itself."""
        return self.headers.get("location") if self.status in _REDIRECTS else None

    @property
    def told_status(self) -> str:
        """The status with its usual words, such as ``404 Not Found``."""
        try:
            return f"{self.status} {HTTPStatus(self.status).phrase}"
        except ValueError:
            return str(self.status)


def request(
    url: httpx.URL,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
) -> httpx.Request:
    """Make a request as we make all of them: with no cookies, no referrer, nothing of the user."""
    ours = httpx.Headers({"User-Agent": _AGENT, "Accept": "*/*", "Accept-Encoding": ACCEPTED})
    ours.update(headers)
    ours["Connection"] = "close"
    return httpx.Request(method, url, headers=ours, content=body or None)


async def exchange(
    asked: httpx.Request, *, dial: Dial, new_context: NewContext, most_bytes: int
) -> Answer:
    """Send the request *asked* over a connection of its own, and read *most_bytes* of the answer.

    It takes as long as the server likes: the caller sets the deadline.

    Raises:
        Refusal: there is no usable answer.
    """
    host = asked.url.host
    try:
        async with Connection(new_context, dial) as connection:
            response = await connection.handle_async_request(asked)
            body, cut = await _read(response, most_bytes)
    except httpx.ConnectTimeout as error:
        raise Refusal(f"{host} does not answer: {error}") from error
    except httpx.ConnectError as error:
        raise Refusal(_no_connection(host, error)) from error
    except httpx.HTTPError as error:
        raise Refusal(f"{host} broke off: {one_line(str(error), _REASON_CHARS)}") from error
    return Answer(
        url=asked.url, status=response.status_code, headers=response.headers, body=body, cut=cut
    )


async def _read(response: httpx.Response, most_bytes: int) -> tuple[bytes, bool]:
    assert isinstance(response.stream, httpx.AsyncByteStream)  # as every such transport's is
    if response.has_redirect_location:
        return b"", False  # whatever it says beside, nobody reads
    inflater = Inflater.of(response.headers.get("content-encoding", ""))
    body = bytearray()
    async for received in response.stream:
        for piece in inflater.feed(received):
            body += piece
            if len(body) > most_bytes:
                return bytes(body[:most_bytes]), True
    if not inflater.whole:
        raise Refusal("the answer breaks off in the middle")
    return bytes(body), False


def _no_connection(host: str, error: httpx.ConnectError) -> str:
    cause: BaseException | None = error
    reason = one_line(str(error), _REASON_CHARS)
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"the certificate of {host} is not trusted: {cause.verify_message}"
        if isinstance(cause, ssl.SSLError):
            return f"no encrypted connection to {host}: {cause.reason or cause}"
        if isinstance(cause, OSError) and cause.strerror:
            reason = cause.strerror
        cause = cause.__cause__
    return f"no connection to {host} ({reason}): try again later, or go on without"
