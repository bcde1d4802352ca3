"""Make a tool of a function: its name, its docstring and its types are what the model reads.

    python examples/decorator_tool.py [PROVIDER [MODEL]]

Without a provider a scripted model answers, and neither key nor network is needed.
"""

import sys

import trio

from sagent.agent import Agent, Done, ToolCalled, ToolReturned
from sagent.lib.json import json_dumps
from sagent.model import Model
from sagent.providers import build_provider
from sagent.testing import ScriptedModel, calls
from sagent.tools import tool


@tool
def count_vowels(text: str) -> int:
    """Count the vowels of a text.

    Args:
        text: what to count in.
    """
    return sum(letter in "aeiou" for letter in text.lower())


def chosen_model() -> Model:
    """Take the provider and the model that the command line names, else play a script."""
    if len(sys.argv) > 1:
        return build_provider(sys.argv[1]).model(*sys.argv[2:3])
    return ScriptedModel(calls(("count_vowels", {"text": "Structured"})), "There are 3.")


async def main() -> None:
    """Let the model call the function, and print what came of it."""
    agent = Agent(model=chosen_model(), tools=[count_vowels])
    print(json_dumps(count_vowels.directive_schema))
    async with agent.run("How many vowels are in 'Structured'?") as run:
        async for event in run:
            match event:
                case ToolCalled(name=name, content=directive):
                    print(f"{name} of {json_dumps(directive)}")
                case ToolReturned(content=result):
                    print(f"is {result}")
                case Done(text=text):
                    print(text)
                case _:
                    pass


if __name__ == "__main__":
    trio.run(main)
