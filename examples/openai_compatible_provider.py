"""Ask any server that speaks Chat Completions: vLLM, llama.cpp, Ollama, SGLang, a gateway.

    OPENAI_COMPAT_BASE_URL=http://127.0.0.1:11434/v1 \
        python examples/openai_compatible_provider.py MODEL "What is in README.md?"

The key, if the server wants one, is taken from OPENAI_COMPAT_API_KEY, else OPENAI_API_KEY.
A vendor that differs from most gets a class of its own, as `Acme` is: with ACME_API_KEY set,
the question goes there.
"""

import os
import sys
from typing import ClassVar

import attrs
import trio

from sagent.agent import Agent, Text, ToolCalled
from sagent.providers import ChatDialect, OpenAICompat
from sagent.tools import Glob, Grep, Read

ACME = ChatDialect(
    wire="acme",
    max_tokens="max_completion_tokens",
    effort={
        "none": {"thinking": {"type": "disabled"}},
        "high": {"thinking": {"type": "enabled", "budget_tokens": 8192}},
    },
    answer_format="json_object",
)


@attrs.frozen(kw_only=True)
class Acme(OpenAICompat):
    """A vendor of one's own: its names, its address, and what it has otherwise."""

    NAME: ClassVar[str] = "Acme"
    WIRE: ClassVar[str] = ACME.wire
    KEY_VARIABLES: ClassVar[tuple[str, ...]] = ("ACME_API_KEY",)
    BASE_URL_VARIABLES: ClassVar[tuple[str, ...]] = ("ACME_BASE_URL",)
    BASE_URL: ClassVar[str] = "https://api.acme.example/v1"

    dialect: ChatDialect = ACME


async def main() -> None:
    """Stream the answer of a model to a prompt, with tools that only read."""
    name, prompt = sys.argv[1:]
    if os.environ.get("ACME_API_KEY"):
        model = Acme.from_env().model(name, effort="high")
    else:
        model = OpenAICompat.from_env().model(name)
    agent = Agent(model=model, tools=[Read(), Glob(), Grep()])
    async with agent.run(prompt) as run:
        async for event in run:
            match event:
                case ToolCalled(name=tool, summary=summary):
                    print(f"[{tool} {summary}]")
                case Text(content=text):
                    print(text, end="", flush=True)
                case _:
                    pass
    print()


trio.run(main)
