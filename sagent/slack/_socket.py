"""The Socket Mode connection: opened, kept, and opened anew whenever it ends."""

import json
import logging
import random
from collections.abc import Callable
from typing import Never

import attrs
import trio
from websockets.exceptions import ConnectionClosed, InvalidURI, WebSocketException
from websockets.trio.client import ClientConnection, connect

from sagent.errors import SlackError
from sagent.slack._envelope import Delivery, Goodbye, Hello, read_envelope
from sagent.slack._fields import text_of
from sagent.slack._pace import backoff_s
from sagent.slack._verdict import REFUSED_TOKEN
from sagent.slack._web_api import WebApi

OPENING_S = 15.0
STEADY_S = 10.0
"""One that lasted so long is followed at once by the next; others wait longer each time."""
_CLOSING_S = 1.0
_MOST_FRAME_BYTES = 8 << 20
_FINAL = frozenset(REFUSED_TOKEN | {"forbidden_team", "not_allowed_token_type"})
_LINK_DISABLED = "link_disabled"

_log = logging.getLogger(__name__)
# The address holds a ticket, and frames hold what people say: none of it is for a log.
_silent = logging.Logger(f"{__name__}.silent", logging.CRITICAL + 1)  # noqa: LOG001  # one that no configuration reaches


@attrs.define(eq=False)
class EventSocket:
    """Hears what happens in Slack.

    Args:
        api: with the app's token.
        take: takes in what is delivered and tells whether it did; what it does not take is not
            acknowledged, so that Slack delivers it again. It does not wait.
    """

    _api: WebApi
    _take: Callable[[Delivery], bool]
    _attempt: int = attrs.field(default=0, init=False)

    async def open_url(self, *, patience_s: float) -> str:
        """Have Slack make an address, which is good for one connection within half a minute.

        Raises:
            SlackError: it does not, or says none.
        """
        body = await self._api.call("apps.connections.open", {}, patience_s=patience_s)
        url = text_of(body, "url")
        if not url.startswith(("wss://", "ws://")):
            raise SlackError("Slack gives no address for Socket Mode: switch it on for the app")
        return url

    async def listen(self, url: str) -> Never:
        """Hear what happens, from *url* and all addresses after it, for ever.

        Raises:
            SlackError: the token is not good any more, or Socket Mode was switched off.
        """
        while True:
            began = trio.current_time()
            try:
                await self._hear(url)
            except (WebSocketException, OSError, trio.BrokenResourceError) as error:
                _log.info("the connection to Slack has failed: %s", type(error).__name__)
            if trio.current_time() - began >= STEADY_S:
                self._attempt = 0
            url = await self._next_url()

    async def _next_url(self) -> str:
        while True:
            if self._attempt:
                chance = random.random()  # noqa: S311  # no secret hangs on it
                await trio.sleep(backoff_s(self._attempt, chance))
            self._attempt += 1
            try:
                return await self.open_url(patience_s=0)
            except SlackError as error:
                if error.code in _FINAL:
                    raise
                _log.warning("no connection to Slack yet: %s", error)

    async def _hear(self, url: str) -> None:
        try:
            opening = connect(
                url,
                open_timeout=OPENING_S,
                close_timeout=_CLOSING_S,
                max_size=_MOST_FRAME_BYTES,
                logger=_silent,
            )
        except InvalidURI:
            raise SlackError("Slack gives a damaged address for Socket Mode") from None
        async with opening as connection:
            try:
                while await self._hear_one(connection):
                    pass
            except ConnectionClosed:
                pass  # which is how a connection ends, sooner or later

    async def _hear_one(self, connection: ClientConnection) -> bool:
        """Take in one frame, and tell whether more are to come."""
        envelope = read_envelope(await connection.recv())
        match envelope:
            case Goodbye(reason=reason):
                if reason == _LINK_DISABLED:
                    raise SlackError("Socket Mode was switched off: switch it on for the app")
                return False
            case Delivery():
                if self._take(envelope):
                    await connection.send(json.dumps({"envelope_id": envelope.envelope_id}))
            case Hello() | None:
                pass
        return True
