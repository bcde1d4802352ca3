"""``WHO BASE_URL COUNT``: so many runs at once, and what they took, or what their cancel took.

Those of agents of one system (``sagent``), or the very same requests by one bare httpx client,
which reads the answers line by line: with httpx's own limits (``httpx``), without (``free-httpx``),
or used by twenty at a time (``calm-httpx``). Or agents until the answers of all have begun
(``flight``), or from then on their cancel, until nothing is left of them (``cancel``).
"""

import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import trio

from benchmarks.bare import DEFAULT_LIMITS, NO_LIMITS, bare_client, exchange
from benchmarks.peers.measure import PROMPT, Meter
from sagent.actors import System, open_system
from sagent.agent import Agent
from sagent.message import (
    Descriptor,
    Message,
    MultipartMessage,
    TextMessage,
    tool_call_message,
    tool_result_message,
)
from sagent.model import ModelRequest
from sagent.providers import OpenAICompat
from sagent.team import map_agents
from sagent.tool import spec_of
from sagent.tools import tool

CALLS = 5


@tool
async def nothing(text: str) -> str:
    """Do nothing."""
    return text


def agent_of(base_url: str) -> Agent:
    return Agent(model=OpenAICompat(base_url=base_url).model("canned"), tools=[nothing])


async def by_agents(base_url: str, count: int) -> None:
    agent = agent_of(base_url)
    async with open_system() as system:
        await _run(system, agent, 1)
        meter = Meter()
        await _run(system, agent, count)
        meter.report()


async def _run(system: System, agent: Agent, count: int) -> None:
    async with map_agents(agent, [PROMPT] * count, limit=count, system=system) as outcomes:
        done = await outcomes.collect()
    assert all(outcome.ok for outcome in done), done


async def in_flight(base_url: str, count: int) -> None:
    async with _open_count(base_url) as begun:
        meter = Meter()
        async with map_agents(agent_of(base_url), [PROMPT] * count, limit=count):
            await begun(count)
            meter.report()


async def cancelled(base_url: str, count: int) -> None:
    async with _open_count(base_url) as begun:
        async with map_agents(agent_of(base_url), [PROMPT] * count, limit=count):
            await begun(count)
            meter = Meter()
        meter.report()


@asynccontextmanager
async def _open_count(base_url: str) -> AsyncGenerator[Callable[[int], Awaitable[None]]]:
    """Give what waits until so many more answers have begun."""
    async with httpx.AsyncClient(trust_env=False) as client:

        async def so_far() -> int:
            return int((await client.get(f"{base_url}/count")).text)

        before = await so_far()

        async def begun(count: int) -> None:
            while await so_far() < before + count:
                await trio.sleep(0.05)

        yield begun


async def by_client(base_url: str, count: int, limits: httpx.Limits, at_once: int) -> None:
    bodies = _bodies()
    limiter = trio.CapacityLimiter(at_once)

    async def run() -> None:
        for body in bodies:
            async with limiter:
                await exchange(client, body)

    async with bare_client(base_url, limits) as client:
        await run()
        meter = Meter()
        async with trio.open_nursery() as nursery:
            for _ in range(count):
                nursery.start_soon(run)
        meter.report()


def _bodies() -> list[bytes]:
    """Give the requests of one agent, in order."""
    wire = OpenAICompat(base_url="http://127.0.0.1").model("canned").wire
    messages: list[Message] = [TextMessage(PROMPT, Descriptor.USER)]
    bodies: list[bytes] = []
    for number in range(CALLS + 1):
        request = ModelRequest(messages=tuple(messages), tools=(spec_of(nothing),))
        bodies.append(wire.encode(request))
        call = tool_call_message("nothing", {"text": "so"}, call_id=f"call_{number:016}")
        messages.append(MultipartMessage((call,), Descriptor.MODEL))
        messages.append(tool_result_message(call, TextMessage("so")))
    return bodies


def main(who: str, base_url: str, count: int) -> None:
    match who:
        case "sagent":
            trio.run(by_agents, base_url, count)
        case "httpx":
            trio.run(by_client, base_url, count, DEFAULT_LIMITS, count)
        case "free-httpx":
            trio.run(by_client, base_url, count, NO_LIMITS, count)
        case "calm-httpx":
            trio.run(by_client, base_url, count, DEFAULT_LIMITS, 20)
        case "flight":
            trio.run(in_flight, base_url, count)
        case "cancel":
            trio.run(cancelled, base_url, count)
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
