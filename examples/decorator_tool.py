"""Make a tool of a function.

python examples/decorator_tool.py
"""

import trio

from sagent.agent import Agent, ToolReturned
from sagent.testing import ScriptedModel, calls
from sagent.tools import tool


@tool
def count_vowels(text: str) -> int:
    """Count the vowels of a text.

    Args:
        text: what to count in.
    """
    return sum(letter in "aeiou" for letter in text.lower())


async def main() -> None:
    """Let a scripted model call the function, and print what it returned."""
    model = ScriptedModel(calls(("count_vowels", {"text": "Structured"})), "There are 3.")
    agent = Agent(model=model, tools=[count_vowels])
    async with agent.run("How many vowels are in 'Structured'?") as run:
        async for event in run:
            if isinstance(event, ToolReturned):
                print(event.content)


if __name__ == "__main__":
    trio.run(main)
