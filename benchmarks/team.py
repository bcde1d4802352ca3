"""Many agents at once: their throughput, their memory, their beginning and their end.

Each agent has five turns with a tool call each, and answers: six requests over loopback HTTP. The
anchor is one bare httpx client, which sends the same bytes and reads the answers line by line.
Peers are measured in processes and environments of their own, on the same server.
"""

import statistics
import time
from collections.abc import Iterator, Sequence

import attrs
import httpx
import trio

from benchmarks import children
from benchmarks.bare import bare_client, exchange
from benchmarks.chat_server import HANGING, TURNS, open_chat_server
from benchmarks.effort import FULL, Effort
from benchmarks.parrot import Parrot
from benchmarks.peers import PEERS, SAGENT, Runs
from benchmarks.peers.measure import PROMPT
from benchmarks.row import (
    MEGABYTES,
    MICROSECONDS,
    MILLISECONDS,
    PER_SECOND,
    Reading,
    Row,
    at_most,
    ratio_at_least,
    ratio_at_most,
)
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
from sagent.model import ModelRequest, ModelStream
from sagent.providers import OpenAICompat
from sagent.team import map_agents
from sagent.tool import Tool, spec_of
from sagent.tools import TOOLS, build_tools, tool

AGENTS = 1_000
CALLS = 5
MOST_BYTES = 60e6


@tool
async def nothing(text: str) -> str:
    """Do nothing."""
    return text


def rows(effort: Effort = FULL) -> list[Row]:
    """Measure all; without the peers in a minute."""
    with open_chat_server() as base_url:
        return [
            *_throughput(effort, base_url),
            *_against_peers(effort, base_url),
            *_first_request(effort),
            _cancel(effort, base_url),
            *children.rows(effort),
        ]


# The same requests, by agents and by one client.


def _throughput(effort: Effort, base_url: str) -> list[Row]:
    count = effort.times(AGENTS)
    address = f"{base_url}/{TURNS}/{CALLS}"
    ours, bare = effort.medians(
        lambda: trio.run(_rate, address, count),
        lambda: trio.run(_bare_rate, address, count),
        rounds=effort.times(3),
    )
    return [
        Row(
            what=f"{count:,} agents with {CALLS} tool calls each / one bare httpx client",
            ours=ours,
            anchor=bare,
            unit=PER_SECOND,
            reading=Reading.RATE,
            target=ratio_at_least(2.0),
        )
    ]


async def _rate(base_url: str, count: int) -> float:
    agent = _agent(base_url)
    async with open_system() as system:
        await _run(system, agent, 1)
        start = time.perf_counter()
        await _run(system, agent, count)
        return count / (time.perf_counter() - start)


async def _run(system: System, agent: Agent, count: int) -> None:
    async with map_agents(agent, [PROMPT] * count, limit=count, system=system) as outcomes:
        done = await outcomes.collect()
    assert all(outcome.ok for outcome in done), done


async def _bare_rate(base_url: str, count: int) -> float:
    bodies = _bodies()

    async def run() -> None:
        for body in bodies:
            await exchange(client, body)

    async with bare_client(base_url) as client:
        await run()
        start = time.perf_counter()
        async with trio.open_nursery() as nursery:
            for _ in range(count):
                nursery.start_soon(run)
        return count / (time.perf_counter() - start)


def _agent(base_url: str) -> Agent:
    return Agent(model=OpenAICompat(base_url=base_url).model("canned"), tools=[nothing])


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


# The same runs by others, which read each answer whole; ours are streamed.


def _against_peers(effort: Effort, base_url: str) -> list[Row]:
    count = effort.times(AGENTS)
    address = f"{base_url}/{TURNS}/{CALLS}"
    ours = SAGENT.runs(address, count)
    assert ours is not None, "its script fails"
    memory = Row(
        what=f"memory of {count:,} such agents",
        ours=ours.bytes,
        unit=MEGABYTES,
        target=at_most(MOST_BYTES),
    )
    if effort is not FULL:  # to install them takes longer than all else
        return [memory]
    theirs = [(peer.name, peer.runs(address, count)) for peer in PEERS]
    return [memory, *(row for name, runs in theirs for row in _rows(name, ours, runs))]


def _rows(name: str, ours: Runs, theirs: Runs | None) -> list[Row]:
    if theirs is None:
        return []
    return [
        Row(
            what=f"runs, {AGENTS:,} at once / {name}",
            ours=ours.per_second,
            anchor=theirs.per_second,
            unit=PER_SECOND,
            reading=Reading.RATE,
            target=ratio_at_least(1.0),
        ),
        Row(
            what=f"memory of {AGENTS:,} runs / {name}",
            ours=ours.bytes,
            anchor=theirs.bytes,
            unit=MEGABYTES,
            target=ratio_at_most(1.0),
        ),
    ]


# The beginning and the end.


def _first_request(effort: Effort) -> list[Row]:
    count = effort.times(200)
    one, all_tools = effort.medians(
        lambda: trio.run(_cpu_s_to_first_request, [nothing], count),
        lambda: trio.run(_cpu_s_to_first_request, build_tools(TOOLS), count),
    )
    what = "from an item to its agent's first request, CPU time"
    return [
        Row(what=f"{what}, one tool", ours=one, unit=MICROSECONDS, target=at_most(1e-3)),
        Row(what=f"{what}, all {len(TOOLS)} built-in tools", ours=all_tools, unit=MICROSECONDS),
    ]


@attrs.frozen(eq=False)
class _Clocked(Parrot):
    asked_s: list[float] = attrs.field(factory=list[float], init=False)

    def stream(self, request: ModelRequest) -> ModelStream:
        self.asked_s.append(time.process_time())
        return Parrot.stream(self, request)


async def _cpu_s_to_first_request(tools: Sequence[Tool], count: int) -> float:
    model = _Clocked()
    taken: list[float] = []

    def items() -> Iterator[str]:
        for _ in range(count):
            taken.append(time.process_time())
            yield PROMPT

    agent = Agent(model=model, tools=tools)
    async with map_agents(agent, items(), limit=1) as outcomes:
        await outcomes.collect()
    took = [asked - begun for begun, asked in zip(taken, model.asked_s, strict=True)]
    return statistics.median(took)


def _cancel(effort: Effort, base_url: str) -> Row:
    count = effort.times(AGENTS)
    return Row(
        what=f"cancel of {count:,} agents whose answers are coming, until nothing is left",
        ours=trio.run(_seconds_to_cancel, f"{base_url}/{HANGING}/answers", count),
        unit=MILLISECONDS,
        target=at_most(0.5),
    )


async def _seconds_to_cancel(base_url: str, count: int) -> float:
    async with httpx.AsyncClient(trust_env=False) as client:
        before = int((await client.get(f"{base_url}/count")).text)
        async with map_agents(_agent(base_url), [PROMPT] * count, limit=count):
            while int((await client.get(f"{base_url}/count")).text) < before + count:
                await trio.sleep(0.05)
            start = time.perf_counter()
        return time.perf_counter() - start
