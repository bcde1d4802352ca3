"""Get an instance of a class as the answer, checked, and asked for again if it does not fit.

    python examples/structured_output.py [PROVIDER [MODEL]]

Without a provider a scripted model answers, and neither key nor network is needed. The class may
also be a dataclass, a TypedDict or a model of pydantic. Where there is only a JSON Schema,
`output_schema=` takes it, and the answer's content is JSON.
"""

import sys

import attrs
import trio

from sagent.agent import Agent
from sagent.model import Model
from sagent.providers import build_provider
from sagent.testing import ScriptedModel

LETTER = "Dear Ms. Lind, for the three lamps we ask for 120.50 euros."


@attrs.frozen
class Invoice:
    """What somebody is asked to pay.

    Attributes:
        customer: the last name.
        total: how much, in units of the currency.
        currency: its code of three letters.
    """

    customer: str
    total: float = attrs.field(validator=attrs.validators.gt(0))
    currency: str = attrs.field(validator=attrs.validators.matches_re("[A-Z]{3}"))


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
    invoice = await agent.run(f"Read this letter:\n{LETTER}", output_type=Invoice)
    for message in agent.messages[2:-1]:
        print(message.content)
    print(f"{invoice.customer} pays {invoice.total:.2f} {invoice.currency}")


if __name__ == "__main__":
    trio.run(main)
