"""An agent has its work reviewed by a child that has no tools and knows nothing else.

    python examples/multi_agent_reviewer.py [PROVIDER [MODEL]]

Without a provider both models are scripted, and neither key nor network is needed.
"""

import sys

import trio

from sagent.agent import Agent, AgentLimits, ChildEvent, Done
from sagent.budget import Budget
from sagent.lib.json import JSON
from sagent.model import Model
from sagent.providers import build_provider
from sagent.testing import ScriptedModel, calls
from sagent.tools import AgentSpawn

DRAFT = "def mean(numbers):\n    return sum(numbers) / len(numbers)\n"


def chosen_models() -> tuple[Model, Model]:
    """Take the provider and the model that the command line names, else play two scripts."""
    if len(sys.argv) > 1:
        model = build_provider(sys.argv[1]).model(*sys.argv[2:3])
        return model, model
    review: JSON = {
        "label": "reviewer",
        "prompt": f"Review this function. Name one defect, or say: none.\n\n{DRAFT}",
        "tools": [],
        "max_tool_call_rounds": 1,
    }
    author = ScriptedModel(
        calls(("AgentSpawn", review)),
        "The reviewer is right: I raise a ValueError for an empty list now.",
    )
    return author, ScriptedModel("An empty list divides by zero.")


async def main() -> None:
    """Let an author work, and print what it and its reviewer say."""
    author, reviewer = chosen_models()
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
