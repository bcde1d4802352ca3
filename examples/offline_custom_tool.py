"""Run an agent, a model and a tool of your own without any key or network.

    python examples/offline_custom_tool.py

With a real model it reads `Agent(model=Anthropic.from_env().model(), tools=[Echo()])`. The tool is
as small as one can be; custom_tool.py says more of itself, and decorator_tool.py is a function.
"""

import trio

from sagent.agent import Agent
from sagent.lib.json import JSON
from sagent.message import Message, TextMessage, get_directive
from sagent.testing import ScriptedModel, calls


class Echo:
    """Says what it hears."""

    name = "Echo"
    tool_id = "application/x-tool-echo"
    description = "Repeat a text."
    directive_schema: JSON = {  # noqa: RUF012  # nobody changes it
        "type": "object",
        "properties": {"text": {"type": "string"}},
        "required": ["text"],
        "additionalProperties": False,
    }
    supports_microcompaction = False

    def summary(self, msg: Message) -> str:
        """Show the text to people who watch."""
        return str(get_directive(msg)["text"])

    def prompt(self) -> str | None:
        """Add nothing to the system prompt."""
        return None

    async def run(self, msg: Message) -> Message:
        """Repeat the text."""
        return TextMessage(f"Echo said: {get_directive(msg)['text']}")


async def main() -> None:
    """Let a scripted model call the tool, and print what came of it."""
    model = ScriptedModel(calls(("Echo", {"text": "hello"})), "Echo said: hello")
    answer = await Agent(model=model, tools=[Echo()]).run("Say hello through the tool.")
    print(answer.content)


if __name__ == "__main__":
    trio.run(main)
