"""When a credential's next request may go: what one call learns of a limit, all calls heed."""

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import attrs
import trio

from sagent.errors import (
    ConnectionFailedError,
    ModelError,
    ProviderSuspendedError,
    RateLimitError,
    ServerError,
    StreamCutError,
)
from sagent.providers._breaker import Breaker, BreakerState
from sagent.providers._retry import RETRY
from sagent.providers._retry_after import limit_reset_s

_log = logging.getLogger(__name__)

_LONGEST_PROACTIVE_S = 60.0
"""How long a limit that is used up, but has refused nobody, may hold calls back."""
_WORTH_TELLING_S = 1.0

type OnWait = Callable[[float, str], Awaitable[object]]
"""Told how long a call waits, and why."""


@attrs.frozen(kw_only=True)
class ProviderStatus:
    """How a provider's actor fares.

    Attributes:
        breaker: closed, all is well; open, the vendor fails and calls wait; half-open, one call
            tries whether it has recovered.
        paused_s: for how long every call waits yet, since the vendor asked to slow down.
        in_flight: how many calls are on the wire, or about to be.
        waiting: how many wait for one of those to end.
        limit: how many may be on the wire at once; less after the vendor asked to slow down.
    """

    breaker: BreakerState
    paused_s: float
    in_flight: int
    waiting: int
    limit: int


class Pacer:
    """The shared state of all calls of one credential.

    Calls take turns in the order of their coming, so many at a time. A refusal for their number
    halves that, and lets none go before the time that the server asked for; each success brings
    one back. What fails opens a breaker.
    """

    def __init__(self, concurrency: int) -> None:
        self._most = concurrency
        self._turns = trio.CapacityLimiter(concurrency)
        self._breaker = Breaker()
        self._paused_until = 0.0
        self._refusals = 0
        self._changed = trio.Event()

    def status(self) -> ProviderStatus:
        """Look at how things are now."""
        return ProviderStatus(
            breaker=self._breaker.state,
            paused_s=max(0.0, self._paused_until - trio.current_time()),
            in_flight=self._turns.borrowed_tokens,
            waiting=self._turns.statistics().tasks_waiting,
            limit=int(self._turns.total_tokens),
        )

    def turn(self) -> trio.CapacityLimiter:
        """Give what a call holds from its first attempt to its last: its place in the line."""
        return self._turns

    @asynccontextmanager
    async def attempt(self, until: float, on_wait: OnWait) -> AsyncGenerator[None]:
        """Wait until an attempt may go, and note how it ends.

        Raises:
            ProviderSuspendedError: that would be after *until*.
        """
        probe = await self._admitted(until, on_wait)
        started = trio.current_time()
        told = False
        try:
            yield
        except ModelError as error:
            told = True
            self._failed(error, started)
            raise
        finally:
            if probe and not told:
                self._breaker.probe_lost(trio.current_time())
                self._wake()

    def succeeded(self, headers: Mapping[str, str]) -> None:
        """Note that the server has begun to answer, under *headers*."""
        if self._breaker.state != "closed":
            _log.warning("the provider answers again")
        self._breaker.succeeded()
        self._refusals = 0
        if self._turns.total_tokens < self._most:
            self._turns.total_tokens += 1
        reset_s = limit_reset_s(headers, now=datetime.now(UTC))
        if reset_s is not None:
            self._pause(min(reset_s, _LONGEST_PROACTIVE_S))
        self._wake()

    async def _admitted(self, until: float, on_wait: OnWait) -> bool:
        told = 0.0
        while True:
            now = trio.current_time()
            ready = max(self._paused_until, self._breaker.ready_at(now))
            if ready <= now:
                return self._breaker.enters()
            why = (
                "the vendor asked to slow down"
                if self._paused_until > now
                else "the vendor fails, and is given a rest"
            )
            if until < ready < float("inf") or now >= until:
                raise ProviderSuspendedError(
                    f"no call goes for {ready - now:.0f} s more, since {why}: try again then, or "
                    "take another provider"
                )
            if told + _WORTH_TELLING_S <= ready < float("inf") and ready - now >= _WORTH_TELLING_S:
                told = ready
                await on_wait(ready - now, why)
            changed = self._changed
            with trio.move_on_at(min(ready, until)):
                await changed.wait()

    def _failed(self, error: ModelError, started: float) -> None:
        now = trio.current_time()
        if isinstance(error, RateLimitError):
            self._breaker.succeeded()
            if started >= self._paused_until:  # the others of its time tell nothing new
                self._refusals += 1
                self._turns.total_tokens = max(1, self._turns.borrowed_tokens // 2)
            asked_s = error.retry_after_s
            self._pause(asked_s or RETRY.delay_s(self._refusals or 1))  # "now" is no answer
        elif isinstance(error, ServerError | ConnectionFailedError | StreamCutError):
            before = self._breaker.state
            self._breaker.failed(now)
            if self._breaker.state != before:
                _log.warning("the provider is %s: %s", self._breaker.state, error)
        else:  # it answers
            self._breaker.succeeded()
        self._wake()

    def _pause(self, seconds: float) -> None:
        self._paused_until = max(self._paused_until, trio.current_time() + seconds)

    def _wake(self) -> None:
        self._changed.set()
        self._changed = trio.Event()
