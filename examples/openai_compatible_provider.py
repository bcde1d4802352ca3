"""Ask any server that speaks Chat Completions: vLLM, llama.cpp, Ollama, SGLang, a gateway.

    OPENAI_COMPAT_BASE_URL=http://127.0.0.1:11434/v1 \
        python examples/openai_compatible_provider.py MODEL "What is in README.md?"

The key, if the server wants one, is taken from OPENAI_COMPAT_API_KEY, else OPENAI_API_KEY.
"""

import sys

import trio

from sagent.agent import Agent, Text, ToolCalled
from sagent.providers import OpenAICompat
from sagent.tools import Glob, Grep, Read


async def main() -> None:
    """Stream the answer of a model to a prompt, with tools that only read."""
    model, prompt = sys.argv[1:]
    agent = Agent(model=OpenAICompat.from_env().model(model), tools=[Read(), Glob(), Grep()])
    async with agent.run(prompt) as run:
        async for event in run:
            match event:
                case ToolCalled(name=name, summary=summary):
                    print(f"[{name} {summary}]")
                case Text(content=text):
                    print(text, end="", flush=True)
                case _:
                    pass
    print()


trio.run(main)
