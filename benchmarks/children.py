"""Agents that an agent starts: their birth, their lives, their end.

The models answer at once, so that nearly all that is measured is ours. Times are CPU time.
"""

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager

import attrs
import trio
import trio.testing

from benchmarks.effort import FULL, Effort
from benchmarks.parrot import Parrot
from benchmarks.row import MICROSECONDS, MILLISECONDS, Row, at_most
from sagent.actors import open_system
from sagent.agent import Agent, AgentLimits, Prompt
from sagent.message import tool_call_message
from sagent.model import Model, ModelEvent, ModelRequest, ModelStream
from sagent.tool import Tool
from sagent.tools import DEFAULT_TOOLS, AgentSpawn, build_tools

CHILDREN = 1_000
PROMPT = Prompt("Start them.")


def rows(effort: Effort = FULL) -> list[Row]:
    """Measure all, in some twenty seconds."""
    count, times = effort.times(CHILDREN), effort.times(50)
    one, all_tools = effort.medians(
        lambda: trio.run(_cpu_s_to_first_request, (), times),
        lambda: trio.run(_cpu_s_to_first_request, _default_tools(), times),
    )
    life, cancel = effort.medians(
        lambda: trio.run(_cpu_s_of_lives, count),
        lambda: trio.run(_cpu_s_to_cancel, count),
        rounds=effort.times(3),
    )
    what = "from the spawn of a child to its first request"
    return [
        Row(what=f"{what}, no other tool", ours=one, unit=MICROSECONDS, target=at_most(1e-3)),
        Row(what=f"{what}, default tools", ours=all_tools, unit=MICROSECONDS),
        Row(what=f"one of {count:,} children, all its life", ours=life, unit=MICROSECONDS),
        Row(
            what=f"cancel of {count:,} running children, until nothing is left",
            ours=cancel,
            unit=MILLISECONDS,
            target=at_most(0.5),
        ),
    ]


def _default_tools() -> Sequence[Tool]:
    return [tool for tool in build_tools(DEFAULT_TOOLS) if not isinstance(tool, AgentSpawn)]


@attrs.frozen(eq=False)
class _Clocked(Parrot):
    """Knows when it was asked."""

    asked_s: list[float] = attrs.field(factory=list[float], init=False)

    def stream(self, request: ModelRequest) -> ModelStream:
        self.asked_s.append(time.process_time())
        return Parrot.stream(self, request)


class _Silence(AsyncIterator[ModelEvent], AbstractAsyncContextManager[AsyncIterator[ModelEvent]]):
    async def __aenter__(self) -> AsyncIterator[ModelEvent]:
        await trio.lowlevel.checkpoint()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Leave nothing to clean up."""

    async def __anext__(self) -> ModelEvent:
        await trio.sleep_forever()


class _Silent(Parrot):
    """Never says anything."""

    def stream(self, request: ModelRequest) -> ModelStream:  # whatever it is
        return _Silence()


def _parent(child: Model, count: int, tools: Sequence[Tool] = ()) -> Agent:
    calls = tuple(
        tool_call_message("AgentSpawn", {"prompt": "So."}, call_id=f"call_{number}")
        for number in range(count)
    )
    return Agent(
        model=Parrot(calls),
        tools=[AgentSpawn(model=child), *tools],
        limits=AgentLimits(max_children=count, max_agents=count + 1),
    )


async def _cpu_s_to_first_request(tools: Sequence[Tool], times: int) -> float:
    child = _Clocked()
    async with open_system() as system:
        ref = await system.spawn(_parent(child, 1, tools))
        await ref.ask(PROMPT)
        child.asked_s.clear()
        begun_s: list[float] = []
        for _ in range(times):
            begun_s.append(time.process_time())
            await ref.ask(PROMPT)
    return sum(child.asked_s[:times]) / times - sum(begun_s) / times


async def _cpu_s_of_lives(count: int) -> float:
    async with open_system() as system:
        ref = await system.spawn(_parent(Parrot(), count))
        start = time.process_time()
        await ref.ask(PROMPT)
        return (time.process_time() - start) / count


async def _cpu_s_to_cancel(count: int) -> float:
    agent = _parent(_Silent(), count)
    async with open_system() as system:
        ref = await system.spawn(agent)
        ref.tell(PROMPT)
        await trio.testing.wait_all_tasks_blocked()
        start = time.process_time()
        ref.kill()
        await ref.closed()
        return time.process_time() - start
