"""Get an answer that satisfies a JSON Schema, checked, and asked for again if it does not.

    python examples/structured_output.py [PROVIDER [MODEL]]

Without a provider a scripted model answers, and neither key nor network is needed.
"""

import sys

import trio

from sagent.agent import Agent
from sagent.lib.json import JSON, json_dumps
from sagent.model import Model
from sagent.providers import build_provider
from sagent.testing import ScriptedModel

INVOICE: dict[str, JSON] = {
    "type": "object",
    "properties": {
        "customer": {"type": "string"},
        "total": {"type": "number"},
        "currency": {"type": "string", "enum": ["EUR", "USD"]},
    },
    "required": ["customer", "total", "currency"],
    "additionalProperties": False,
}
LETTER = "Dear Ms. Lind, for the three lamps we ask for 120.50 euros."


def chosen_model() -> Model:
    """Take the provider and the model that the command line names, else play a script."""
    if len(sys.argv) > 1:
        return build_provider(sys.argv[1]).model(*sys.argv[2:3])
    return ScriptedModel(
        '{"customer": "Lind", "total": "120.50", "currency": "EUR"}',
        '{"customer": "Lind", "total": 120.5, "currency": "EUR"}',
    )


async def main() -> None:
    """Read a letter into an object, and show what was said on the way."""
    agent = Agent(model=chosen_model())
    answer = await agent.run(f"Read this letter:\n{LETTER}", output_schema=INVOICE)
    for message in agent.messages[2:-1]:
        print(message.content)
    print(json_dumps(answer.content))


if __name__ == "__main__":
    trio.run(main)
