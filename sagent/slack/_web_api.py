"""Slack's Web API: the only place where its methods are called."""

import json
import logging
import random
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Never, assert_never

import attrs
import httpx
import trio

from sagent.cli._mask import Mask
from sagent.errors import SlackError
from sagent.lib.json import JSON, json_unfreeze
from sagent.slack._fields import Fields, text_of
from sagent.slack._gate import Gate
from sagent.slack._pace import Tier, backoff_s
from sagent.slack._verdict import (
    ABSENT,
    LOST_TOKEN,
    REFUSED_TOKEN,
    Granted,
    Refused,
    Verdict,
    Wait,
    judge,
)

ANSWER_S = 30.0
"""How long one answer is waited for."""
PATIENCE_S = 120.0
"""How long a call is made again and again."""
_OK = 200
_FILE_S = 60.0
"""How long a file may take, on its way in or out."""

_log = logging.getLogger(__name__)


@attrs.define(eq=False)
class WebApi:
    """Calls methods with one token, which goes nowhere else.

    Args:
        client: makes the requests.
        base_url: where the methods are, with a slash at its end.
        token: of the app or of its bot.
        what: which token that is, for people.
        mask: hides what nobody is to read there.

    Attributes:
        gate: how fast its calls may come; whoever writes to a channel goes through it.
    """

    _client: httpx.AsyncClient
    _base_url: str
    _token: str = attrs.field(repr=False)
    _what: str
    mask: Mask = attrs.field(factory=Mask)
    gate: Gate = attrs.field(factory=Gate, init=False)
    _loss: SlackError | None = attrs.field(default=None, init=False)
    _lost: trio.Event = attrs.field(factory=trio.Event, init=False)

    async def call(
        self,
        method: str,
        parameters: Mapping[str, JSON],
        *,
        tier: Tier = "others",
        patience_s: float = PATIENCE_S,
    ) -> Fields:
        """Call *method*, again and again while it fails in passing.

        Args:
            method: by its name, such as ``chat.postMessage``.
            parameters: what it is told; None leaves one out.
            tier: what it counts as.
            patience_s: how long trouble that may pass is put up with.

        Raises:
            SlackError: it is refused, or Slack could not be reached for that long.
        """
        give_up_at, attempt = trio.current_time() + patience_s, 0
        while True:
            attempt += 1
            verdict = await self._verdict(method, parameters)
            match verdict:
                case Granted(body=body):
                    return body
                case Refused():
                    raise self._refused(method, parameters, verdict)
                case Wait(seconds=seconds, why=why):
                    chance = random.random()  # noqa: S311  # no secret hangs on it
                    wait_s = backoff_s(attempt, chance) if seconds is None else seconds
                    if seconds is not None:
                        self.gate.hold(tier, seconds)
                    if trio.current_time() + wait_s > give_up_at:
                        raise SlackError(f"Slack does not answer {method}: {why}")
                    _log.info("%s is called again in %.1f s: %s", method, wait_s, why)
                    await trio.sleep(wait_s)
                case _:
                    assert_never(verdict)

    async def until_lost(self) -> Never:
        """Wait until Slack has said that the token is no good any more.

        Raises:
            SlackError: it has.
        """
        await self._lost.wait()
        assert self._loss is not None, "it was said why"
        raise self._loss

    async def download(self, url: str, *, most_bytes: int) -> tuple[str, bytes]:
        """Give the media type of a shared file, and its content.

        The token goes along, so that it is had from Slack's own hosts alone, and no redirection is
        followed.

        Raises:
            SlackError: it cannot be had, or is larger than *most_bytes*.
        """
        if not self._is_own(url):
            raise SlackError("the file is kept outside of Slack: open it there")
        pieces, size = list[bytes](), 0
        async with self._reported("the file"), self._streamed(url) as response:
            if response.status_code != _OK:
                raise SlackError(
                    f"the file is not given out (HTTP status {response.status_code}): "
                    "the app needs the scope files:read"
                )
            async for piece in response.aiter_bytes():
                pieces.append(piece)
                size += len(piece)
                if size > most_bytes:
                    raise SlackError(f"the file has more than {most_bytes:,} bytes")
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        return kind, b"".join(pieces)

    async def upload(self, url: str, content: bytes) -> None:
        """Put *content* where Slack has said, which needs no token.

        Raises:
            SlackError: it is not taken, or there is a secret in it.
        """
        if self.mask.is_in(content):
            raise SlackError("it holds a key or a token that is in use here: leave that out")
        async with self._reported("the file"):
            with trio.fail_after(_FILE_S):
                response = await self._client.post(url, content=content)
        if response.status_code != _OK:
            raise SlackError(f"the file is not taken: HTTP status {response.status_code}")

    async def _verdict(self, method: str, parameters: Mapping[str, JSON]) -> Verdict:
        form = {
            name: self.mask.hide(_text(value))
            for name, value in parameters.items()
            if value is not None
        }
        try:
            with trio.fail_after(ANSWER_S):
                response = await self._client.post(
                    f"{self._base_url}{method}", data=form, headers=self._headers
                )
        except trio.TooSlowError:
            return Wait(None, f"no answer in {ANSWER_S:.0f} s")
        except httpx.RequestError as error:
            return Wait(None, f"no connection to {httpx.URL(self._base_url).host} ({_kind(error)})")
        return judge(response.status_code, response.headers, response.content)

    @asynccontextmanager
    async def _streamed(self, url: str) -> AsyncGenerator[httpx.Response]:
        with trio.fail_after(_FILE_S):
            async with self._client.stream("GET", url, headers=self._headers) as response:
                yield response

    @asynccontextmanager
    async def _reported(self, what: str) -> AsyncGenerator[None]:
        try:
            yield
        except trio.TooSlowError as error:
            raise SlackError(f"{what} takes more than {_FILE_S:.0f} s") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise SlackError(f"{what} cannot be moved: {_kind(error)}") from error

    @property
    def _headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self._token}"}

    def _is_own(self, url: str) -> bool:
        own = httpx.URL(self._base_url)
        try:
            asked = httpx.URL(url)
        except httpx.InvalidURL:
            return False
        is_there = asked.host == own.host or asked.host.endswith(f".{own.host}")
        return is_there and (asked.scheme, asked.port) == (own.scheme, own.port)

    def _refused(self, method: str, parameters: Fields, refusal: Refused) -> SlackError:
        if refusal.code == "missing_scope":
            remedy = f": give the app the scope {refusal.needed}, and install it anew"
        elif refusal.code in REFUSED_TOKEN:
            remedy = f": check {self._what}"
        elif refusal.code in ABSENT:
            where = text_of(parameters, "channel") or text_of(parameters, "channel_id")
            remedy = f": invite the bot to {where or 'the channel'}"
        else:
            remedy = ""
        error = SlackError(f"Slack refuses {method} ({refusal.code}){remedy}", code=refusal.code)
        if refusal.code in LOST_TOKEN:
            self._loss = self._loss or error
            self._lost.set()
        return error


def _text(value: JSON) -> str:
    if isinstance(value, str):
        return value.encode(errors="replace").decode()
    return json.dumps(json_unfreeze(value))


def _kind(error: Exception) -> str:
    return type(error).__name__
