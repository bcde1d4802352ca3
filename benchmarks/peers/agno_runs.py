"""``BASE_URL COUNT``: so many runs of an agno agent at once."""

import sys

from agno.agent import Agent
from agno.models.openai.like import OpenAILike
from measure import PATIENCE_S, PROMPT, measure


async def nothing(text: str) -> str:
    """Do nothing."""
    return text


model = OpenAILike(id="canned", base_url=sys.argv[1], api_key="none", timeout=PATIENCE_S)

measure(lambda: Agent(model=model, tools=[nothing], telemetry=False).arun(PROMPT), int(sys.argv[2]))
