"""``BASE_URL COUNT``: so many runs of a pydantic-ai agent at once."""

import sys

from measure import PROMPT, measure
from pydantic_ai import Agent
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider

provider = OpenAIProvider(base_url=sys.argv[1], api_key="none")
agent = Agent(OpenAIChatModel("canned", provider=provider))


@agent.tool_plain
async def nothing(text: str) -> str:
    """Do nothing."""
    return text


measure(lambda: agent.run(PROMPT), int(sys.argv[2]))
