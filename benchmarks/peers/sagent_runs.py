"""``BASE_URL COUNT``: so many runs of a sagent agent at once, as `measure` measures the peers."""

import sys
import time

import trio
from measure import PROMPT, report, resident_bytes

from sagent.actors import open_system
from sagent.agent import Agent
from sagent.providers import OpenAICompat
from sagent.team import map_agents
from sagent.tools import tool


@tool
async def nothing(text: str) -> str:
    """Do nothing."""
    return text


async def main(base_url: str, count: int) -> None:
    agent = Agent(model=OpenAICompat(base_url=base_url).model("canned"), tools=[nothing])
    async with open_system() as system:
        async with map_agents(agent, [PROMPT], system=system) as outcomes:
            await outcomes.collect()
        before, start = resident_bytes(), time.perf_counter()
        async with map_agents(agent, [PROMPT] * count, limit=count, system=system) as outcomes:
            done = await outcomes.collect()
        report(time.perf_counter() - start, before)
    assert all(outcome.ok for outcome in done)


trio.run(main, sys.argv[1], int(sys.argv[2]))
