"""``BASE_URL``: a run of an agent of openai-agents, which is cancelled."""

import sys

from agents import (
    Agent,
    OpenAIChatCompletionsModel,
    Runner,
    function_tool,
    set_tracing_disabled,
)
from ending import PROMPT, end, rest
from openai import AsyncOpenAI

rest.__name__ = "nothing"
set_tracing_disabled(disabled=True)
client = AsyncOpenAI(base_url=sys.argv[1], api_key="none")
agent = Agent(
    name="agent",
    model=OpenAIChatCompletionsModel("canned", openai_client=client),
    tools=[function_tool(rest)],
)


async def run() -> None:
    async for _ in Runner.run_streamed(agent, PROMPT).stream_events():
        pass


end(run)
