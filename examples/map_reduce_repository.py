"""Let an agent look into each module of sagent's actors, and another put together what they found.

    python examples/map_reduce_repository.py [PROVIDER [MODEL]]

Each file has an agent of its own with tools that read, five at a time, on one budget. Without a
provider a scripted model calls the same tools, and neither key nor network is needed.
"""

import re
import sys
import textwrap
from pathlib import Path

import trio

from sagent.agent import Agent
from sagent.budget import Budget
from sagent.message import MultipartMessage, result_text
from sagent.model import Model, ModelRequest, Price
from sagent.providers import build_provider
from sagent.team import Finished, Progress, map_reduce
from sagent.testing import ScriptedModel, calls
from sagent.tools import Grep, Read

REPOSITORY = Path(__file__).parent.parent
MODULES = sorted(REPOSITORY.glob("sagent/actors/_[a-e]*.py"))


def scripted(request: ModelRequest) -> str | MultipartMessage:
    """Look for classes in a file, name those that were found, or put names together."""
    prompt, latest = (result_text(request.messages[index]) for index in (0, -1))
    if prompt.startswith("Put together"):
        found = [line for line in prompt.splitlines()[1:] if not line.startswith("#")]
        return ", ".join(sorted(re.findall(r"\b[A-Z]\w+", " ".join(found))))
    if len(request.messages) == 1:
        path = prompt.rpartition(" ")[2]
        grep = {"pattern": r"^class \w+", "path": path, "output_mode": "content"}
        return calls(("Grep", grep))
    return ", ".join(re.findall(r"class (\w+)", latest)) or "no class"


def chosen_model() -> Model:
    """Take the provider and the model that the command line names, else play a script."""
    if len(sys.argv) > 1:
        return build_provider(sys.argv[1]).model(*sys.argv[2:3])
    return ScriptedModel(*[scripted] * 1000, price=Price())


def tell(progress: Progress) -> None:
    """Say what was found in a file."""
    if isinstance(progress, Finished):
        outcome = progress.outcome
        print(f"{MODULES[outcome.index].name}: {outcome.value if outcome.ok else outcome.error}")


async def main() -> None:
    """Read the modules, and print the index of their classes."""
    model = chosen_model()
    budget = Budget(usd="1.00")
    reduced = await map_reduce(
        Agent(model=model, name="reader", tools=[Read(), Grep()], cwd=REPOSITORY),
        Agent(model=model, name="indexer"),
        [path.relative_to(REPOSITORY).as_posix() for path in MODULES],
        prompt="Name the classes that are defined in the file {item}",
        reduce_prompt="Put together one index of all names, sorted by the alphabet:\n{items}",
        fan_in=6,
        limit=5,
        budget=budget,
        on_progress=tell,
    )
    print(f"\n{len(MODULES)} modules, {reduced.levels} levels, {budget.spent.calls} calls")
    print(textwrap.fill(reduced.value, 80))


if __name__ == "__main__":
    trio.run(main)
