"""When a credential's next request may go: what one call learns of a limit, all calls heed."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus

import attrs
import trio

from sagent.errors import (
    ConnectionFailedError,
    ModelError,
    ProtocolError,
    ProviderSuspendedError,
    RateLimitError,
    ServerError,
    StatusError,
    StreamCutError,
)
from sagent.providers._breaker import Breaker, BreakerState
from sagent.providers._line import Line, Turn
from sagent.providers._retry import RETRY
from sagent.providers._retry_after import limit_reset_s

_log = logging.getLogger(__name__)

_SHORTEST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 300.0
"""A vendor that asks for more refuses the call, but not all calls to come."""
_LONGEST_PROACTIVE_S = 60.0
"""How long a limit that is used up, but has refused nobody, may hold calls back."""
_WORTH_TELLING_S = 1.0
_WORTH_A_LOOK_S = 0.1

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
        self._line = Line(concurrency, self._may_go, self._goes)
        self._breaker = Breaker()
        self._paused_until = 0.0
        self._refusals = 0

    def status(self) -> ProviderStatus:
        """Look at how things are now."""
        return ProviderStatus(
            breaker=self._breaker.state,
            paused_s=max(0.0, self._paused_until - trio.current_time()),
            in_flight=self._line.going,
            waiting=len(self._line),
            limit=self._line.limit,
        )

    def join(self) -> Turn:
        """Give a call its place in the line, for its attempts; it leaves it when it is over."""
        return self._line.join()

    async def begin(self, turn: Turn, until: float, on_wait: OnWait) -> float:
        """Wait until an attempt may go; give the trio time at which it does.

        Raises:
            ProviderSuspendedError: that would be after *until*.
        """
        turn.come()
        if not turn.going:
            await self._let_in(turn, until, on_wait)
        return trio.current_time()

    def end(self, turn: Turn) -> None:
        """Note that an attempt is over, after how it `failed` or `succeeded`."""
        self._breaker.leaves(turn.probe, trio.current_time())
        self._line.let_in()

    def over(self, turn: Turn) -> None:
        """Note that the call of *turn* is over, in whatever way."""
        self._breaker.leaves(turn.probe, trio.current_time())
        turn.leave()

    def succeeded(self, headers: Mapping[str, str]) -> None:
        """Note that the server has begun to answer, under *headers*."""
        if self._breaker.state != "closed":
            _log.warning("the provider answers again")
        self._breaker.succeeded()
        self._refusals = 0
        self._line.limit = min(self._line.limit + 1, self._most)
        reset_s = limit_reset_s(headers, now=datetime.now(UTC))
        if reset_s is not None:
            self._pause(min(reset_s, _LONGEST_PROACTIVE_S))
        self._line.let_in()

    def _may_go(self) -> bool:
        return self._ready_at(now := trio.current_time()) <= now

    def _goes(self, turn: Turn) -> None:
        turn.probe = self._breaker.enters()

    def _ready_at(self, now: float) -> float:
        return max(self._paused_until, self._breaker.ready_at(now))

    async def _let_in(self, turn: Turn, until: float, on_wait: OnWait) -> None:
        told = 0.0
        while not turn.going:
            now = trio.current_time()
            ready = self._ready_at(now)
            if ready <= now:
                await turn.wait()  # for another to end
                continue
            paused = self._paused_until > now
            why = (
                "the vendor asked to slow down"
                if paused
                else "the vendor fails, and is not asked until then"
            )
            if until < ready < float("inf") or now >= until:
                wait = f"for {ready - now:.0f} s more" if ready < float("inf") else "for now"
                raise ProviderSuspendedError(
                    f"no call goes {wait}, since {why}: try again then, or take another provider"
                )
            if told + _WORTH_TELLING_S <= ready < float("inf") and ready - now >= _WORTH_TELLING_S:
                told = ready
                await on_wait(ready - now, why)
            with trio.move_on_at(min(ready, until)):
                await turn.wait()
            self._line.let_in()

    def failed(self, error: ModelError, started: float) -> None:
        """Note that an attempt that began at *started* has failed."""
        before = self._breaker.state
        if isinstance(error, RateLimitError):
            self._breaker.succeeded()
            if started >= self._paused_until:  # the others of its time tell nothing new
                self._refusals += 1
                self._line.limit = max(1, self._line.going // 2)
            backoff_s = RETRY.delay_s(self._refusals or 1)
            asked_s = error.retry_after_s  # "now" is no answer
            self._pause(max(asked_s, _SHORTEST_PAUSE_S) if asked_s else backoff_s)
        elif _is_outage(error):
            self._breaker.failed(trio.current_time())
        elif isinstance(error, StatusError | ProtocolError):  # it answers
            self._breaker.succeeded()
        if self._breaker.state != before:
            _log.warning("the provider's breaker is %s: %s", self._breaker.state, error)
            self._line.stir()

    def _pause(self, seconds: float) -> None:
        now = trio.current_time()
        until = now + min(seconds, _LONGEST_PAUSE_S)
        begins = self._paused_until <= now < until  # who waits for another to end knows no time
        if begins or until > self._paused_until + _WORTH_A_LOOK_S:
            self._line.stir()
        self._paused_until = max(self._paused_until, until)


def _is_outage(error: ModelError) -> bool:
    if isinstance(error, ServerError):
        return error.status != HTTPStatus.OK  # what a model says of its own answer is none
    return isinstance(error, ConnectionFailedError | StreamCutError)
