"""``BASE_URL``: a run of a pydantic-ai agent, which is cancelled."""

import sys

from ending import PROMPT, end, rest
from openai import AsyncOpenAI
from pydantic_ai import Agent
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider

rest.__name__ = "nothing"
client = AsyncOpenAI(base_url=sys.argv[1], api_key="none")
agent = Agent(OpenAIChatModel("canned", provider=OpenAIProvider(openai_client=client)))
agent.tool_plain(rest)


async def run() -> None:
    async with agent.run_stream_events(PROMPT) as events:
        async for _ in events:
            pass


end(run)
