"""An agent has its work reviewed by a child that has no tools and knows nothing else.

Runs offline: both models are scripted. Give them real ones to see it at work:

    from sagent.providers import Anthropic
    model = Anthropic.from_env().model("claude-sonnet-4-6")
"""

import trio

from sagent.agent import Agent, AgentLimits, ChildEvent, Done
from sagent.budget import Budget
from sagent.testing import ScriptedModel, calls
from sagent.tools import AgentSpawn

DRAFT = "def mean(numbers):\n    return sum(numbers) / len(numbers)\n"


async def main() -> None:
    """Let an author work, and print what it and its reviewer say."""
    author = ScriptedModel(
        calls(
            (
                "AgentSpawn",
                {
                    "label": "reviewer",
                    "prompt": f"Review this function. Name one defect, or say: none.\n\n{DRAFT}",
                    "tools": [],
                    "max_tool_call_rounds": 1,
                },
            )
        ),
        "The reviewer is right: I raise a ValueError for an empty list now.",
    )
    reviewer = ScriptedModel("An empty list divides by zero.")
    agent = Agent(
        model=author,
        tools=[AgentSpawn(model=reviewer, system="You are a strict reviewer of Python.")],
        limits=AgentLimits(max_depth=1, max_children=2),
        budget=Budget(rounds=5),
    )
    async with agent.run("Write a function for the mean, and have it reviewed.") as run:
        async for event in run:
            match event:
                case ChildEvent(name=name, event=Done(text=text)):
                    print(f"[{name}] {text}")
                case Done(text=text):
                    print(text)
                case _:
                    pass


if __name__ == "__main__":
    trio.run(main)
