"""The actor that owns a credential's connections and serves the requests of all its models."""

from collections.abc import Callable, Coroutine
from functools import partial
from typing import assert_never

import attrs
import trio

from sagent.actors import Actor, Exit, Request
from sagent.errors import ModelError, ProviderSuspendedError, SagentError
from sagent.model import Retrying
from sagent.providers._answer import Sink, interrupted
from sagent.providers._connections import Connections
from sagent.providers._exchange import Exchange, Timeouts
from sagent.providers._fault import Endpoint
from sagent.providers._line import Turn
from sagent.providers._pacer import Pacer, ProviderStatus
from sagent.providers._retry import RetryPolicy, Tries
from sagent.providers._wires.wire import Decoder


@attrs.frozen(kw_only=True, eq=False)
class Call(Request[None]):
    """One request on the wire; the answer to the ask says only that it was taken on."""

    path: str
    body: bytes = attrs.field(repr=False)
    new_decoder: Callable[[], Decoder] = attrs.field(repr=False)
    sink: Sink = attrs.field(repr=False)
    endpoint: Endpoint
    retry: RetryPolicy
    timeouts: Timeouts


@attrs.frozen
class GetStatus(Request[ProviderStatus]):
    """Asks a provider's actor how it fares."""


type Work = Call | GetStatus


class ProviderActor(Actor[Work]):
    """Serves calls, each in a task of its own that ends with the caller's interest in it."""

    def __init__(self, connections: Connections, *, concurrency: int) -> None:
        self._connections = connections
        self._pacer = Pacer(concurrency)
        self._tidies = False
        self._why = ""  # it ends before its calls do, where there is more to say than that

    async def receive(self, message: Work) -> ProviderStatus | None:
        """Start to serve a call, or tell the status."""
        match message:
            case Call():
                self.context.nursery.start_soon(self._serve, message, self._pacer.join())
                return None
            case GetStatus():
                return self._pacer.status()
            case _:
                assert_never(message)

    def doing(self) -> str:
        """Tell of the calls that it serves."""
        status = self._pacer.status()
        facts = {
            f"{status.in_flight} on the wire": status.in_flight,
            f"{status.waiting} waiting": status.waiting,
            f"paused for {status.paused_s:.3g} s": status.paused_s,
            f"breaker {status.breaker}": status.breaker != "closed",
        }
        return ", ".join(fact for fact, holds in facts.items() if holds)

    async def stopped(self, exit: Exit) -> None:  # noqa: A002, ARG002  # OTP's word; any exit
        """Close the connections."""
        await self._connections.aclose()

    async def _serve(self, call: Call, turn: Turn) -> None:
        failure: Exception | None = None
        settled = False
        with call.sink.scope:
            try:
                await self._attempts(call, turn)
                settled = True
            except trio.BrokenResourceError:
                settled = True  # the reader has gone
            except SagentError as told:
                failure = told
                settled = True
            finally:
                self._pacer.over(turn)
                call.sink.close(failure if settled else interrupted(self._why))
        if not self._tidies:
            self._tidies = True
            self.context.nursery.start_soon(self._tidy)

    async def _tidy(self) -> None:
        """Let the connections of a burst of calls not stay open for ever after it."""
        await self._connections.close_idle()
        self._tidies = False

    async def _attempts(self, call: Call, turn: Turn) -> None:
        tries = Tries(call.retry)
        tell = partial(_tell, call.sink, tries)
        last: ModelError | None = None
        while True:
            try:
                started = await self._pacer.begin(turn, tries.until, tell)
            except ProviderSuspendedError as suspended:
                raise last or suspended from None
            try:
                await self._attempt(call)
            except ModelError as error:
                self._pacer.failed(error, started)
                last = error
            else:
                return
            finally:
                self._pacer.end(turn)
            turn.leave()
            delay_s = tries.delay_s(last, shown=call.sink.shown)
            if delay_s:
                await tell(delay_s, str(last))
                await trio.sleep(delay_s)

    def _attempt(self, call: Call) -> Coroutine[object, object, None]:
        exchange = Exchange(
            call.endpoint, call.new_decoder(), call.sink, call.timeouts, self._pacer.succeeded
        )
        return exchange.run(self._connections, call.path, call.body)


async def _tell(sink: Sink, tries: Tries, delay_s: float, why: str) -> None:
    await sink.send(Retrying(tries.failures + 1, delay_s, why))
