"""``BASE_URL``: a run of our agent under asyncio, which is cancelled."""

import sys

from ending import PROMPT, end, rest

from sagent.agent import Agent
from sagent.providers import OpenAICompat
from sagent.tools import tool

rest.__name__ = "nothing"
model = OpenAICompat(base_url=sys.argv[1]).model("canned")
agent = Agent(model=model, tools=[tool(rest)])


async def run() -> None:
    async for _ in agent.run(PROMPT):
        pass


if __name__ == "__main__":
    end(run)
