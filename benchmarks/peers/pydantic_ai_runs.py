"""``BASE_URL COUNT``: so many runs of a pydantic-ai agent at once."""

import sys

from measure import PATIENCE_S, PROMPT, measure
from openai import AsyncOpenAI
from pydantic_ai import Agent
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider

client = AsyncOpenAI(base_url=sys.argv[1], api_key="none", timeout=PATIENCE_S)
provider = OpenAIProvider(openai_client=client)
agent = Agent(OpenAIChatModel("canned", provider=provider))


@agent.tool_plain
async def nothing(text: str) -> str:
    """Do nothing."""
    return text


measure(lambda: agent.run(PROMPT), int(sys.argv[2]))
