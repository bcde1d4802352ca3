"""What a provider adds to HTTP: one turn, two hundred and a thousand at once, a limit heeded.

The anchor is httpx alone, which sends the same bytes and reads the answer line by line.
"""

import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial

import attrs
import httpx
import trio

from benchmarks.bare import DEFAULT_LIMITS, NO_LIMITS, bare_client, exchange
from benchmarks.chat_server import LASTING, LASTS_S, LIMITED, RETRY_AFTER_S, open_chat_server
from benchmarks.effort import FULL, Effort
from benchmarks.row import (
    MICROSECONDS,
    MILLISECONDS,
    PER_SECOND,
    Reading,
    Row,
    Target,
    Unit,
    at_most,
    ratio_at_least,
    ratio_at_most,
)
from sagent.actors import System, open_system
from sagent.agent import Agent, Prompt
from sagent.errors import RateLimitError
from sagent.message import Descriptor, TextMessage
from sagent.model import Model, ModelRequest
from sagent.providers import OpenAICompat, RetryPolicy
from sagent.tool import Tool, spec_of
from sagent.tools import TOOLS, build_tools

TEXT = "Say something."
REQUESTS = Unit("requests", 1, 0)
REFUSED = 1000


def rows(effort: Effort = FULL) -> list[Row]:
    """Measure all, in some two minutes."""
    with open_chat_server() as base_url:
        return [
            _turn(effort, base_url, "a turn over loopback / bare httpx", []),
            _turn(effort, base_url, "a turn with the seven tools / bare httpx", build_tools(TOOLS)),
            _run(effort, base_url),
            *_crowds(effort, base_url),
            *_limited(base_url),
        ]


# One after the other.


def _turn(effort: Effort, base_url: str, what: str, tools: Sequence[Tool]) -> Row:
    times = effort.times(60) * effort.rounds
    agent = Agent(model=canned_model(base_url), tools=tools)
    body = first_body(tools)

    async def both() -> tuple[float, float]:
        async with open_system() as system, bare_client(base_url) as client:
            await first_turn(system, agent)
            await bare_turn(client, body)
            ours: list[float] = []
            bare: list[float] = []
            for _ in range(times):
                ours.append(await first_turn(system, agent))
                bare.append(await bare_turn(client, body))
        return statistics.median(ours), statistics.median(bare)

    taken, anchor = trio.run(both)
    return Row(what=what, ours=taken, anchor=anchor, unit=MICROSECONDS, target=ratio_at_most(1.3))


def _run(effort: Effort, base_url: str) -> Row:
    times = effort.times(30)
    model = canned_model(base_url)
    body = first_body([])

    async def ours() -> float:
        start = time.perf_counter()
        for _ in range(times):
            await Agent(model=model).run(TEXT)
        return (time.perf_counter() - start) / times

    async def bare() -> float:
        start = time.perf_counter()
        for _ in range(times):
            async with bare_client(base_url) as client:
                await exchange(client, body)
        return (time.perf_counter() - start) / times

    taken, anchor = effort.medians(lambda: trio.run(ours), lambda: trio.run(bare))
    return Row(
        what="Agent.run over loopback / bare httpx with a client each",
        ours=taken,
        anchor=anchor,
        unit=MICROSECONDS,
    )


def canned_model(base_url: str) -> Model:
    return OpenAICompat(base_url=base_url).model("canned")


async def first_turn(system: System, agent: Agent) -> float:
    ref = await system.spawn(agent)
    start = time.perf_counter()
    await ref.ask(Prompt(TEXT))
    took = time.perf_counter() - start
    ref.kill()
    await ref.closed()
    return took


async def bare_turn(client: httpx.AsyncClient, body: bytes) -> float:
    start = time.perf_counter()
    await exchange(client, body)
    return time.perf_counter() - start


def _request(tools: Sequence[Tool] = ()) -> ModelRequest:
    message = TextMessage(TEXT, Descriptor.USER)
    return ModelRequest(messages=(message,), tools=tuple(spec_of(tool) for tool in tools))


def first_body(tools: Sequence[Tool]) -> bytes:
    return OpenAICompat(base_url="http://127.0.0.1").model("canned").wire.encode(_request(tools))


# Many at once. Of answers that come at once, no client ever has many open; those of real models
# last, and then a client by its own limits lets all but a hundred wait. Two hundred answers of half
# a second take it one second and what it works, of which the best of clients needs one half: what
# it works takes the ratio above two, and nothing that we do could take it above 2.6.

type Work = Callable[[], Awaitable[object]]


@attrs.frozen
class Crowd:
    """So many that stream at the same time, after a first time that opens their connections."""

    size: int

    def spawned(self, base_url: str) -> float:
        async def rate() -> float:
            async with open_system() as system:
                agent = Agent(model=canned_model(base_url))
                refs = [await system.spawn(agent) for _ in range(self.size)]
                return await _rate([partial(ref.ask, Prompt(TEXT)) for ref in refs])

        return trio.run(rate)

    def run_alone(self, base_url: str) -> float:
        model = canned_model(base_url)

        async def run() -> None:
            await Agent(model=model).run(TEXT)

        return trio.run(_rate, [run] * self.size)

    def bare(self, base_url: str, limits: httpx.Limits) -> float:
        async def rate() -> float:
            async with bare_client(base_url, limits) as client:
                return await _rate([partial(exchange, client, first_body([]))] * self.size)

        return trio.run(rate)

    def row(self, who: str, client: str, rates: Sequence[float], target: Target | None) -> Row:
        ours, anchor = rates
        return Row(
            what=f"{self.size:,} {who} / one bare httpx client{client}",
            ours=ours,
            anchor=anchor,
            unit=PER_SECOND,
            reading=Reading.RATE,
            target=target,
        )


def _crowds(effort: Effort, base_url: str) -> list[Row]:
    rounds = effort.times(3)
    lasting = f"{base_url}/{LASTING}"
    found: list[Row] = []
    crowds = [(Crowd(200), 2.5, rounds)]
    if effort is FULL:  # a thousand take one bare client a minute
        crowds.append((Crowd(1000), 5.0, 1))
    for crowd, wanted, times in crowds:
        ours, bare, free = effort.medians(
            partial(crowd.spawned, lasting),
            partial(crowd.bare, lasting, DEFAULT_LIMITS),
            partial(crowd.bare, lasting, NO_LIMITS),
            rounds=times,
        )
        who = f"agents, answers of {LASTS_S:g} s"
        found += [
            crowd.row(who, "", (ours, bare), ratio_at_least(wanted)),
            crowd.row(who, " without limits", (ours, free), ratio_at_least(wanted)),
        ]
    crowd = Crowd(200)
    asked, run, bare = effort.medians(
        partial(crowd.spawned, base_url),
        partial(crowd.run_alone, base_url),
        partial(crowd.bare, base_url, DEFAULT_LIMITS),
        rounds=rounds,
    )
    return [
        *found,
        crowd.row("agents, answers at once", "", (asked, bare), None),
        crowd.row("Agent.run, answers at once", "", (run, bare), None),
    ]


async def _rate(works: Sequence[Work]) -> float:
    await _all(works)
    start = time.perf_counter()
    await _all(works)
    return len(works) / (time.perf_counter() - start)


async def _all(works: Sequence[Work]) -> None:
    async with trio.open_nursery() as nursery:
        for work in works:
            nursery.start_soon(work)


# A thousand whose key is told to slow down, before the first of them asks.


def _limited(base_url: str) -> list[Row]:
    address = f"{base_url}/{LIMITED}/key"
    impatient = OpenAICompat(base_url=address, retry=RetryPolicy(attempts=1, wall_s=0))

    async def finished() -> float:
        async with open_system() as system:
            refs = [await system.spawn(Agent(model=canned_model(address))) for _ in range(REFUSED)]
            with suppress(RateLimitError):
                await (await impatient.model("canned").served(system)).buffer(_request())
            start = time.perf_counter()
            await _all([partial(ref.ask, Prompt(TEXT)) for ref in refs])
            return time.perf_counter() - start

    what = f"{REFUSED:,} agents after a 429 that asks for {RETRY_AFTER_S} s"
    seconds = trio.run(finished)
    early = int(httpx.get(f"{address}/early", trust_env=False).text)
    return [
        Row(what=f"{what}: until all have finished", ours=seconds, unit=MILLISECONDS),
        Row(what=f"{what}: sent too early", ours=early, unit=REQUESTS, target=at_most(0)),
    ]
