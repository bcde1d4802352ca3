"""Many agents at once: their throughput, their memory, their beginning and their end.

Each agent has five turns with a tool call each, and answers: six requests over loopback HTTP. The
anchor is one bare httpx client, which sends the same bytes and reads the answers line by line.
"""

import statistics
import time
from collections.abc import Iterator, Sequence

import attrs
import trio

from benchmarks import children
from benchmarks.chat_server import HANGING, TURNS, open_chat_server
from benchmarks.effort import FULL, Effort
from benchmarks.parrot import Parrot
from benchmarks.peers import (
    CANCEL,
    CLIENTS,
    FREE_HTTPX,
    IN_FLIGHT,
    SAGENT,
    Course,
    Peer,
    Runs,
    open_course,
)
from benchmarks.peers.measure import PROMPT
from benchmarks.row import (
    MEGABYTES,
    MICROSECONDS,
    MILLISECONDS,
    PER_SECOND,
    Reading,
    Row,
    Target,
    at_most,
    ratio_at_least,
    ratio_at_most,
)
from benchmarks.runs import CALLS, nothing
from sagent.agent import Agent
from sagent.model import ModelRequest, ModelStream
from sagent.team import map_agents
from sagent.tool import Tool
from sagent.tools import TOOLS, build_tools

AGENTS = 1_000
AT_ONCE = 300
"""Of a thousand the slowest takes minutes, and it would suit us: what the pool of httpx costs them
grows with the crowd."""
AGENTS_DO = f"agents with {CALLS} tool calls each"
MOST_BYTES = 60e6


def rows(effort: Effort = FULL) -> list[Row]:
    """Measure all, in a minute and a half."""
    with open_chat_server() as base_url, open_course() as course:
        address = f"{base_url}/{TURNS}/{CALLS}"
        course.runs(SAGENT, address, 1)  # compiles
        return [
            *_throughput(effort, course, address),
            *_first_request(effort),
            _in_flight(effort, course, base_url),
            _cancel(effort, course, base_url),
            *children.rows(effort),
        ]


# The same requests, by agents and by one client, each time in a process of its own.
#
# How fast that client is depends upon its pool, and that upon chance. Without limits, whoever waits
# is given the first connection that is free, finds it taken, and asks again. With httpx's own it is
# the same as long as no more than twenty connections are open; once there are more, each is closed
# after its answer, which spares the crowd; and once there are a hundred, all who wait are held
# against each of them at every request. Whoever knows that lets only a few at a time to the client,
# which is the one anchor that is steady.


def _throughput(effort: Effort, course: Course, base_url: str) -> list[Row]:
    count, fewer = effort.times(AGENTS), effort.times(AT_ONCE)
    ours, free = (_sure(course.runs(who, base_url, count)) for who in (SAGENT, FREE_HTTPX))
    rounds = [
        [_sure(course.runs(who, base_url, fewer)) for who in (SAGENT, *CLIENTS)]
        for _ in range(effort.times(3))
    ]
    return [
        _rate_row(f"{count:,} {AGENTS_DO} / {FREE_HTTPX.name}", (ours, free), ratio_at_least(2.0)),
        Row(
            what=f"CPU time of each of {count:,} such agents / {FREE_HTTPX.name}",
            ours=ours.cpu_s,
            anchor=free.cpu_s,
            unit=MILLISECONDS,
            target=ratio_at_most(0.5),
        ),
        *(
            _median_row(fewer, client, [(each[0], each[place]) for each in rounds])
            for place, client in enumerate(CLIENTS, 1)
        ),
    ]


def _median_row(count: int, client: Peer, pairs: list[tuple[Runs, Runs]]) -> Row:
    """Show the pair whose ratio is the median, with the least and the greatest."""
    pairs = sorted(pairs, key=_ratio)
    extremes = f"{_ratio(pairs[0]):.2f} to {_ratio(pairs[-1]):.2f}x"
    what = f"{count:,} {AGENTS_DO} / {client.name} ({extremes})"
    return _rate_row(what, pairs[len(pairs) // 2], None)


def _rate_row(what: str, pair: tuple[Runs, Runs], target: Target | None) -> Row:
    ours, theirs = pair
    return Row(
        what=what,
        ours=ours.per_second,
        anchor=theirs.per_second,
        unit=PER_SECOND,
        reading=Reading.RATE,
        target=target,
    )


def _ratio(pair: tuple[Runs, Runs]) -> float:
    ours, theirs = pair
    return ours.per_second / theirs.per_second


def _sure(runs: Runs | None) -> Runs:
    assert runs is not None, "its process fails"
    return runs


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


def _in_flight(effort: Effort, course: Course, base_url: str) -> Row:
    """Measure memory when all are at work.

    Where answers come at once it is chance how many are: the same thousand take 4 to 58 MB.
    """
    count = effort.times(AGENTS)
    address = f"{base_url}/{HANGING}/flying"
    return Row(
        what=f"memory of {count:,} agents whose answers are coming",
        ours=_sure(course.runs(IN_FLIGHT, address, count)).bytes,
        unit=MEGABYTES,
        target=at_most(MOST_BYTES),
    )


def _cancel(effort: Effort, course: Course, base_url: str) -> Row:
    count = effort.times(AGENTS)
    address = f"{base_url}/{HANGING}/answers"
    taken = [_sure(course.runs(CANCEL, address, count)).cpu_s * count for _ in range(effort.rounds)]
    extremes = f"{MILLISECONDS.show(min(taken))} to {MILLISECONDS.show(max(taken))}"
    return Row(
        what=f"cancel of {count:,} agents whose answers are coming, CPU time until nothing is left "
        f"({extremes})",
        ours=statistics.median(taken),
        unit=MILLISECONDS,
        target=at_most(0.5),
    )
