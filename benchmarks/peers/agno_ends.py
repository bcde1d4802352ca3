"""``BASE_URL``: a run of an agno agent, which is cancelled."""

import sys

from agno.agent import Agent
from agno.models.openai.like import OpenAILike
from ending import PROMPT, end, rest

rest.__name__ = "nothing"
model = OpenAILike(id="canned", base_url=sys.argv[1], api_key="none")


async def run() -> None:
    agent = Agent(model=model, tools=[rest], telemetry=False)
    async for _ in agent.arun(PROMPT, stream=True):
        pass


end(run)
