"""Let a second model answer where the first cannot.

    python examples/fallback.py

Both models are scripted here, so that it runs without a key; with real ones it reads
`Fallback(Anthropic.from_env().model(), OpenAI.from_env().model())`.
"""

import trio

from sagent.agent import Agent, Done, Retrying
from sagent.errors import ServerError
from sagent.providers import Fallback
from sagent.testing import ScriptedModel


async def main() -> None:
    """Ask twice: the first model is down at first, and back for the second question."""
    first = ScriptedModel(
        ServerError("the first vendor is overloaded (529)", status=529, retryable=True),
        "Six.",
        model_id="first",
    )
    second = ScriptedModel("Twelve.", model_id="second")
    agent = Agent(model=Fallback(first, second))
    for question in ("How many months has a year?", "And half a year?"):
        async with agent.run(question) as run:
            async for event in run:
                match event:
                    case Retrying(content=reason):
                        print(f"[{reason}]")
                    case Done(text=text):
                        print(text)
                    case _:
                        pass


if __name__ == "__main__":
    trio.run(main)
