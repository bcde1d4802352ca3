"""Spawn so many idle agents with the default tools, and end: for its peak of memory."""

import sys

import trio

from benchmarks.parrot import Parrot
from sagent.actors import open_system
from sagent.agent import Agent
from sagent.tools import DEFAULT_TOOLS, build_tools


async def crowd(count: int) -> None:
    agent = Agent(model=Parrot(), tools=build_tools(DEFAULT_TOOLS))
    async with open_system() as system:
        for _ in range(count):
            await system.spawn(agent)


if __name__ == "__main__":
    trio.run(crowd, int(sys.argv[1]))
