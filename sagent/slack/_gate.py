"""Lets calls through as fast as Slack takes them."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import attrs
import trio

from sagent.slack._pace import CHANNEL, TIERS, Pace, Tier


@attrs.define(eq=False)
class _Turnstile:
    """One line of calls, which go through in the order in which they came."""

    pace: Pace
    lock: trio.Lock = attrs.field(factory=trio.Lock, init=False)

    async def wait(self) -> None:
        while (wait_s := self.pace.wait_s(trio.current_time())) > 0:  # noqa: ASYNC110  # it may be held meanwhile
            await trio.sleep(wait_s)

    def spend(self) -> None:
        self.pace = self.pace.spent(trio.current_time())

    def hold(self, seconds: float) -> None:
        self.pace = self.pace.held(trio.current_time() + seconds)


@attrs.define(eq=False)
class Gate:
    """The limits of one token."""

    _tiers: dict[Tier, _Turnstile] = attrs.field(init=False)
    _channels: dict[str, _Turnstile] = attrs.field(factory=dict[str, _Turnstile], init=False)

    def __attrs_post_init__(self) -> None:
        self._tiers = {tier: _Turnstile(pace) for tier, pace in TIERS.items()}

    @asynccontextmanager
    async def turn(self, tier: Tier, channel: str = "") -> AsyncGenerator[None]:
        """Wait until a call may be made, to *channel* if it writes there; the block makes it.

        In the block nothing else goes to the channel, so that what is said stays in order.
        """
        lines = [self._tiers[tier]]
        if not channel:
            await lines[0].wait()
            lines[0].spend()
            yield
            return
        line = self._channels.setdefault(channel, _Turnstile(CHANNEL))
        async with line.lock:
            await line.wait()
            await lines[0].wait()
            for turnstile in (line, *lines):
                turnstile.spend()
            yield

    def hold(self, tier: Tier, seconds: float) -> None:
        """Let nothing of *tier* through for a while: Slack has said so."""
        self._tiers[tier].hold(seconds)
