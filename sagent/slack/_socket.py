"""The Socket Mode connection: opened, kept, and opened anew whenever it ends."""

import json
import logging
import random
from collections.abc import Callable
from contextlib import suppress
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
_FORETOLD = frozenset({"warning", "refresh_requested"})
"""Why a connection is closed in a while, rather than now."""
LINGERING_S = 30.0
"""How long one that is to be closed is heard yet; Slack closes it before."""

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
    _was_greeted: bool = attrs.field(default=False, init=False)

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
        failure: BaseException | None = None
        try:
            async with trio.open_nursery() as nursery:
                await self._listen(url, nursery)
        except* SlackError as group:  # of the connection that is heard, or of one before it
            failure = group.exceptions[0]
        assert failure is not None, "it listens until something fails"
        raise failure

    async def _listen(self, url: str, nursery: trio.Nursery) -> Never:
        while True:
            began = trio.current_time()
            await nursery.start(self._hear, url)
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

    async def _hear(self, url: str, task_status: trio.TaskStatus[None]) -> None:
        """Hear what comes from *url*; it has "started" when another connection is to follow.

        One that Slack is about to close is heard meanwhile, so that nothing is missed.
        """
        connection = _Connection(self._take, task_status.started, self._note_others)
        try:
            await connection.hear(url)
        except (WebSocketException, OSError, trio.BrokenResourceError) as error:
            _log.info("the connection to Slack has failed: %s", type(error).__name__)
        connection.part()

    def _note_others(self, connections: int) -> None:
        """Tell at the beginning of others; what is counted later may be a lost one of our own."""
        if not self._was_greeted and connections > 1:
            _log.warning(
                "the app has %d connections: unless the others have just ended, each gets a part "
                "of what is said; stop them, or make an app for each bot",
                connections,
            )
        self._was_greeted = True


@attrs.define(eq=False)
class _Connection:
    """One connection.

    Args:
        take: takes in what is delivered.
        follow: called once, when another is to follow.
        greet: is told how many connections the app has.
    """

    _take: Callable[[Delivery], bool]
    _follow: Callable[[], object]
    _greet: Callable[[int], object]
    _scope: trio.CancelScope = attrs.field(factory=trio.CancelScope, init=False)
    _has_parted: bool = attrs.field(default=False, init=False)

    def part(self) -> None:
        """Let another follow."""
        if not self._has_parted:
            self._has_parted = True
            self._follow()

    async def hear(self, url: str) -> None:
        """Hear what comes, until it ends.

        Raises:
            SlackError: the address is none, or Socket Mode was switched off.
        """
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
            with self._scope, suppress(ConnectionClosed):  # as all end, sooner or later
                while await self._hear_one(connection):
                    pass

    async def _hear_one(self, connection: ClientConnection) -> bool:
        """Take in one frame, and tell whether more are to come."""
        envelope = read_envelope(await connection.recv())
        match envelope:
            case Goodbye(reason=reason):
                if reason == _LINK_DISABLED:
                    raise SlackError("Socket Mode was switched off: switch it on for the app")
                self._scope.deadline = trio.current_time() + LINGERING_S
                self.part()
                return reason in _FORETOLD
            case Delivery():
                if self._take(envelope):
                    await connection.send(json.dumps({"envelope_id": envelope.envelope_id}))
            case Hello(connections=connections):
                self._greet(connections)
            case None:
                pass
        return True
