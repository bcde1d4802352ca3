"""``BASE_URL``: a run of LangChain's agent, which is cancelled."""

import sys

from ending import PROMPT, end, rest
from langchain.agents import create_agent
from langchain_openai import ChatOpenAI

rest.__name__ = "nothing"
agent = create_agent(ChatOpenAI(model="canned", base_url=sys.argv[1], api_key="none"), [rest])


async def run() -> None:
    messages = {"messages": [{"role": "user", "content": PROMPT}]}
    async for _ in agent.astream(messages, stream_mode="messages"):
        pass


end(run)
