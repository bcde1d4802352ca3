"""Let an agent read each of many notes, and another make one report of what they found.

    python examples/map_reduce.py [PROVIDER [MODEL]]

Without a provider a scripted model answers, and neither key nor network is needed. A second run
over the same notes and two more pays for these alone: the journal has the rest.
"""

import sys
import tempfile
from pathlib import Path

import trio

from sagent.agent import Agent
from sagent.budget import Budget
from sagent.message import result_text
from sagent.model import Model, ModelRequest, Price
from sagent.providers import build_provider
from sagent.team import Progress, Retried, map_reduce
from sagent.testing import ScriptedModel

NOTES = {
    "monday": "Rain in the cellar again. The pump ran for two hours.",
    "tuesday": "The pump is loud; Ada says the bearing is worn.",
    "wednesday": "A quiet day. Painted the door.",
    "thursday": "Ordered a bearing, 38 euros.",
    "friday": "Bearing mounted. The pump is silent.",
    "saturday": "Rain, and all is dry.",
    "sunday": "Rest.",
}


def scripted(request: ModelRequest) -> str:
    """Give the first sentence of a note, or all lines of a report."""
    note = result_text(request.messages[-1])
    if note.startswith("Report"):
        found = [line for line in note.splitlines()[1:] if line and not line.startswith("#")]
        return " ".join(found)
    return note.partition("\n")[2].partition(".")[0] + "."


def chosen_model() -> Model:
    """Take the provider and the model that the command line names, else play a script."""
    if len(sys.argv) > 1:
        return build_provider(sys.argv[1]).model(*sys.argv[2:3])
    return ScriptedModel(*[scripted] * 20, price=Price(output_per_mtok="1000"))


def asked(day: str) -> str:
    """Make the prompt for a day's note."""
    return f"Sum up {day} in a sentence:\n{NOTES[day]}"


def tell(progress: Progress) -> None:
    """Say what had to be tried again."""
    if isinstance(progress, Retried):
        print(f"note {progress.index} again: {progress.error}")


async def main() -> None:
    """Read the notes twice: first five of them, then seven."""
    model = chosen_model()
    reader = Agent(model=model, system="You read notes.", name="Reader")
    writer = Agent(model=model, system="You write reports.", name="Writer")
    with tempfile.TemporaryDirectory() as directory:
        for days in (list(NOTES)[:5], list(NOTES)):
            budget = Budget(usd="5.00")
            reduced = await map_reduce(
                reader,
                writer,
                days,
                prompt=asked,
                reduce_prompt="Report on these, in order:\n{items}",
                fan_in=4,
                limit=3,
                budget=budget,
                journal=Path(directory) / "notes.jsonl",
                on_progress=tell,
            )
            reused = sum(outcome.from_journal for outcome in reduced.outcomes)
            print(f"{len(days)} notes, {reused} of them known, in {reduced.levels} levels")
            print(reduced.value)
            print(f"${budget.spent.usd:.3f} for {budget.spent.calls} calls")


if __name__ == "__main__":
    trio.run(main)
