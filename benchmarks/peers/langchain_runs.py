"""``BASE_URL COUNT``: so many runs of an agent of LangChain at once."""

import sys

from langchain.agents import create_agent
from langchain_openai import ChatOpenAI
from measure import PATIENCE_S, PROMPT, measure


async def nothing(text: str) -> str:
    """Do nothing."""
    return text


model = ChatOpenAI(model="canned", base_url=sys.argv[1], api_key="none", timeout=PATIENCE_S)
agent = create_agent(model, [nothing])

measure(
    lambda: agent.ainvoke({"messages": [{"role": "user", "content": PROMPT}]}), int(sys.argv[2])
)
