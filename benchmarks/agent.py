"""What an agent adds to its model: a turn, short and long, a run, a place in memory.

The model is a `Parrot`, so nearly all that is measured is ours. Times are CPU time.
"""

import sys
import time
import tracemalloc
from collections.abc import Awaitable, Callable
from functools import partial

import trio
import trio.testing

from benchmarks.child import open_launcher
from benchmarks.effort import FULL, Effort
from benchmarks.memory import traced_bytes
from benchmarks.parrot import Parrot
from benchmarks.row import BYTES, MICROSECONDS, MILLISECONDS, Row, at_most, ratio_at_most
from sagent.actors import open_system
from sagent.agent import Agent, Prompt
from sagent.message import tool_call_message
from sagent.tools import DEFAULT_TOOLS, build_tools, tool

PROMPT = Prompt("Say something.")
EARLY = range(6, 16)
LATE = range(976, 1026)


@tool
async def nothing(text: str) -> str:
    """Do nothing."""
    return text


def rows(effort: Effort = FULL) -> list[Row]:
    """Measure all, in some twenty seconds."""
    return [
        *_turns(effort, "a turn", Agent(model=Parrot())),
        *_turns(effort, "a turn with a tool call", calling(1)),
        *_long(effort),
        _run(effort),
        _spawn(effort),
        _crowd(effort),
        *_idle(effort),
    ]


def calling(count: int) -> Agent:
    """Make an agent whose model calls a tool that does nothing so often in its one response."""
    calls = tuple(
        tool_call_message("nothing", {"text": "so"}, call_id=f"call_{number}")
        for number in range(count)
    )
    return Agent(model=Parrot(calls), tools=[nothing])


def _turns(effort: Effort, name: str, agent: Agent) -> list[Row]:
    early, late = effort.medians(
        lambda: _early(agent, effort.times(20)), lambda: trio.run(cpu_s_per_turn, agent, LATE)
    )
    return [
        Row(
            what=f"{name}: turn 1,000 / turn 10",
            ours=late,
            anchor=early,
            unit=MICROSECONDS,
            target=ratio_at_most(1.1),
        ),
        Row(what=f"{name}: turn 1,000", ours=late, unit=MICROSECONDS, target=at_most(300e-6)),
    ]


def _early(agent: Agent, times: int) -> float:
    return sum(trio.run(cpu_s_per_turn, agent, EARLY) for _ in range(times)) / times


async def cpu_s_per_turn(agent: Agent, turns: range) -> float:
    """Let *agent* take turns, and tell what each of *turns* took."""
    async with open_system() as system:
        ref = await system.spawn(agent)
        for _ in range(1, turns.start):
            await ref.ask(PROMPT)
        start = time.process_time()
        for _ in turns:
            await ref.ask(PROMPT)
        return (time.process_time() - start) / len(turns)


def _long(effort: Effort) -> list[Row]:
    """What a turn costs with so many before it, each against the tenth."""
    agent = Agent(model=Parrot(), compactor=None)
    hundred, many = range(100, 150), range(effort.times(10_000), effort.times(10_000) + 50)
    early, *late = effort.medians(
        lambda: _early(agent, effort.times(20)),
        lambda: trio.run(cpu_s_per_turn, agent, hundred),
        lambda: trio.run(cpu_s_per_turn, agent, many),
        rounds=3,
    )
    return [
        Row(
            what=f"a turn: turn {turns.start:,} / turn 10",
            ours=cost,
            anchor=early,
            unit=MICROSECONDS,
        )
        for turns, cost in zip((hundred, many), late, strict=True)
    ]


def _crowd(effort: Effort) -> Row:
    return Row(
        what="1,000 agents answer one message each",
        ours=effort.medians(lambda: trio.run(_cpu_s_of_answers, 1_000))[0],
        unit=MILLISECONDS,
        target=at_most(150e-3),
    )


async def _cpu_s_of_answers(count: int) -> float:
    agent = Agent(model=Parrot())
    async with open_system() as system:
        refs = [await system.spawn(agent) for _ in range(count)]
        start = time.process_time()
        async with trio.open_nursery() as nursery:
            for ref in refs:
                nursery.start_soon(ref.ask, PROMPT)
        return time.process_time() - start


def _run(effort: Effort) -> Row:
    agent = Agent(model=Parrot())
    count = effort.times(200)

    async def runs() -> None:
        for _ in range(count):
            await Agent(model=agent.model).run("Say something.")

    async def asks() -> None:
        async with open_system() as system:
            for _ in range(count):
                ref = await system.spawn(agent)
                await ref.ask(PROMPT)
                ref.kill()

    ours, anchor = effort.medians(lambda: _cpu_s(runs), lambda: _cpu_s(asks))
    return Row(
        what="Agent.run / spawn and ask in an open system",
        ours=ours / count,
        anchor=anchor / count,
        unit=MICROSECONDS,
    )


def _spawn(effort: Effort) -> Row:
    plain = Agent(model=Parrot())
    equipped = Agent(model=Parrot(), tools=build_tools(DEFAULT_TOOLS))
    count = effort.times(100)

    async def spawns(agent: Agent) -> None:
        async with open_system() as system:
            for _ in range(count):
                (await system.spawn(agent)).kill()

    ours, anchor = effort.medians(
        lambda: _cpu_s(partial(spawns, equipped)), lambda: _cpu_s(partial(spawns, plain))
    )
    return Row(
        what="spawn and kill with the default tools / without tools",
        ours=ours / count,
        anchor=anchor / count,
        unit=MICROSECONDS,
    )


def _cpu_s(work: Callable[[], Awaitable[None]]) -> float:
    start = time.process_time()
    trio.run(work)
    return time.process_time() - start


def _idle(effort: Effort) -> list[Row]:
    count = effort.times(1000)
    return [
        Row(
            what="an idle agent",
            ours=trio.run(bytes_per_agent, Agent(model=Parrot()), count),
            unit=BYTES,
            target=at_most(12_000),
        ),
        Row(
            what="an idle agent with the default tools, all memory of its process",
            ours=_process_bytes_per_agent(count),
            unit=BYTES,
        ),
    ]


def _process_bytes_per_agent(count: int) -> float:
    with open_launcher() as launcher:
        launcher.run(sys.executable, "-m", "benchmarks.crowd", "0")  # compiles, which takes memory
        without, crowded = (
            launcher.run(sys.executable, "-m", "benchmarks.crowd", str(size)).peak_bytes
            for size in (0, count)
        )
    return (crowded - without) / count


async def bytes_per_agent(agent: Agent, count: int) -> float:
    tracemalloc.start()
    async with open_system() as system:
        await system.spawn(agent)
        before = traced_bytes()
        refs = [await system.spawn(agent) for _ in range(count)]
        await trio.testing.wait_all_tasks_blocked()
        after = traced_bytes()
        tracemalloc.stop()
        return (after - before) / len(refs)
