"""Fixed services that answer programs, such as those that search the web or know papers."""

import ssl
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cached_property
from http import HTTPStatus

import attrs
import httpx
import trio

from sagent.errors import JsonError
from sagent.lib.json import JSON, json_dumps, json_loads
from sagent.providers._retry_after import wait_asked_s
from sagent.tools._refusal import Refusal
from sagent.tools.web._exchange import Answer, exchange, request
from sagent.tools.web._fetcher import new_tls_context

_DEADLINE_S = 20.0
_MOST_BYTES = 8 * 1024 * 1024
_MOST_WAIT_S = 5.0
_UNTOLD_WAIT_S = 1.0
_TRIES = 3
_EXCERPT_CHARS = 200
_LATER = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})

_ABSENT = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})

type Query = Mapping[str, str | int]


class Absent(Refusal):
    """The service answers, and has no such thing."""


def _no_headers() -> Mapping[str, str]:
    return {}


@attrs.define(eq=False, kw_only=True)
class Api:
    """A service at an address that its user has chosen, which may be a private one.

    One object stands for one service: all that ask by it keep the pace together, and wait together
    when the service asks for it.

    Attributes:
        name: what people call it, for messages.
        base_url: where its paths begin, with or without a final slash.
        headers: what is sent with each request, such as a key.
        pace_s: how long after one request the next may go out.
        secrets: words that no message may hold, beside the values of *headers*.
        statuses: with which statuses the service answers.
    """

    name: str
    base_url: str
    headers: Mapping[str, str] = attrs.field(factory=_no_headers, repr=False)
    pace_s: float = 0
    secrets: tuple[str, ...] = attrs.field(default=(), repr=False)
    statuses: frozenset[int] = frozenset({HTTPStatus.OK})
    _lock: trio.Lock = attrs.field(factory=trio.Lock, init=False, repr=False)
    _next_at: float = attrs.field(default=0, init=False, repr=False)
    """When the next request may go out, in trio's time."""

    async def get_json(self, path: str, query: Query | None = None) -> JSON:
        """Get the JSON at *path*.

        Raises:
            Absent: there is nothing at *path*.
            Refusal: the service does not give it; one line says why, without any key.
        """
        return self._json(await self.get(path, query))

    async def post_json(self, path: str, body: JSON) -> JSON:
        """Post *body* to *path*, and read the JSON that comes back.

        Raises:
            Refusal: as `get_json`.
        """
        content = json_dumps(body).encode()
        return self._json(await self._ask(lambda: self._request(path, None, content)))

    async def get(self, path: str, query: Query | None = None) -> Answer:
        """Get what is at *path*, of whatever type.

        Raises:
            Refusal: as `get_json`.
        """
        return await self._ask(lambda: self._request(path, query, b""))

    def _request(self, path: str, query: Query | None, body: bytes) -> httpx.Request:
        headers = dict(self.headers)
        if not all(value.isascii() and value.isprintable() for value in headers.values()):
            raise Refusal(f"the key of {self.name} holds what no key may: set it anew")
        if not body:
            return request(self._url(path, query), headers=headers)
        headers["Content-Type"] = "application/json"
        url = self._url(path, query)
        return request(url, method="POST", headers=headers, body=body)

    def _url(self, path: str, query: Query | None) -> httpx.URL:
        base = self.base_url.rstrip("/") + "/" + path.lstrip("/") if path else self.base_url
        try:
            url = httpx.URL(base)
        except (httpx.InvalidURL, ValueError) as error:
            raise Refusal(f"the address of {self.name} is no URL: {error}") from error
        if url.scheme not in {"http", "https"} or not url.host:
            raise Refusal(f"the address of {self.name} is no URL of http or https")
        return url.copy_merge_params(dict(query)) if query else url

    async def _ask(self, new_request: Callable[[], httpx.Request]) -> Answer:
        with trio.move_on_after(_DEADLINE_S):
            try:
                return self._checked(await self._answer(new_request()))
            except UnicodeError as error:
                raise Refusal(f"{self.name}: the question or the key is no text") from error
            except Refusal as error:
                raise type(error)(self._without_secrets(str(error))) from None
        raise Refusal(f"{self.name} gave no whole answer within {_DEADLINE_S:g} s: try again later")

    async def _answer(self, asked: httpx.Request) -> Answer:
        answer = await self._one_answer(asked)
        for _ in range(_TRIES - 1):
            wait_s = _wait_asked_s(answer)
            if wait_s is None or wait_s > _MOST_WAIT_S:
                break
            self._next_at = max(self._next_at, trio.current_time() + wait_s)
            answer = await self._one_answer(asked)
        return answer

    async def _one_answer(self, asked: httpx.Request) -> Answer:
        await self._wait_for_turn()
        return await exchange(
            asked, dial=trio.open_tcp_stream, new_context=self._context, most_bytes=_MOST_BYTES
        )

    async def _wait_for_turn(self) -> None:
        async with self._lock:
            # Another run's clock may show any other time.
            at = min(self._next_at, trio.current_time() + max(self.pace_s, _MOST_WAIT_S))
            await trio.sleep_until(at)
            self._next_at = trio.current_time() + self.pace_s

    def _checked(self, answer: Answer) -> Answer:
        if answer.cut:
            raise Refusal(f"{self.name} says more than {_MOST_BYTES} bytes: ask for less")
        if answer.status in self.statuses:
            return answer
        line = " ".join(answer.body.decode(errors="replace").split())[:_EXCERPT_CHARS]
        kind = Absent if answer.status in _ABSENT else Refusal
        raise kind(
            f"{self.name} answers {answer.told_status}{_advice(answer)}"
            + (f" ({line})" if line else "")
        )

    def _json(self, answer: Answer) -> JSON:
        try:
            return json_loads(answer.body)
        except JsonError as error:
            raise Refusal(f"{self.name} gave no JSON, but {answer.content_type}") from error

    def _without_secrets(self, text: str) -> str:
        for secret in (*self.secrets, *self.headers.values()):
            for word in secret.split():  # a scheme, such as Bearer, goes before some keys
                text = text.replace(word, "***")
        return text

    def _context(self) -> ssl.SSLContext:
        return self._tls

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return new_tls_context()


def _wait_asked_s(answer: Answer) -> float | None:
    if answer.status not in _LATER:
        return None
    asked_s = wait_asked_s(answer.headers, None, now=datetime.now(UTC))
    return _UNTOLD_WAIT_S if asked_s is None else asked_s


def _advice(answer: Answer) -> str:
    if answer.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return ": it does not accept the key, or wants one"
    wait_s = _wait_asked_s(answer)
    return "" if wait_s is None else f": ask again in {max(wait_s, _MOST_WAIT_S):.0f} s"
