"""``BASE_URL COUNT``: so many runs of an agent of openai-agents at once."""

import sys

from agents import (
    Agent,
    OpenAIChatCompletionsModel,
    Runner,
    function_tool,
    set_tracing_disabled,
)
from measure import PATIENCE_S, PROMPT, measure
from openai import AsyncOpenAI


@function_tool
async def nothing(text: str) -> str:
    """Do nothing."""
    return text


set_tracing_disabled(disabled=True)
client = AsyncOpenAI(base_url=sys.argv[1], api_key="none", timeout=PATIENCE_S)
agent = Agent(
    name="agent",
    model=OpenAIChatCompletionsModel("canned", openai_client=client),
    tools=[nothing],
)

measure(lambda: Runner.run(agent, PROMPT), int(sys.argv[2]))
