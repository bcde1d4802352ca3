"""Let an agent hire others on one budget, see one of them run out of it alone, and read the bill.

    python examples/budgeted_team.py [PROVIDER [MODEL]]

Without a provider scripted models answer, with a price of their own, and neither key nor network is
needed. A real model needs a price that is known, since a limit of money cannot be kept without one.
"""

import sys

import trio

from sagent.agent import Agent, AgentLimits, ChildEvent, Done, ToolReturned
from sagent.budget import Budget, LedgerEntry
from sagent.lib.json import JSON
from sagent.message import MultipartMessage, result_text
from sagent.model import Model, ModelRequest, Price, Usage
from sagent.providers import build_provider
from sagent.testing import ScriptedModel, calls
from sagent.tools import AgentSpawn, tool

LETTER = "Deer Sir, the pump that you have sold us in Mai is louder then promised."
TASKS = {
    "spelling": "List the spelling mistakes",
    "tone": "Say in five words whether the tone is right",
    "facts": "Check each claim in the archive",
}


@tool(effects={"reads"})
async def archive(claim: str) -> str:
    """Look a claim up in the archive.

    Args:
        claim: what is claimed, in a few words.
    """
    await trio.lowlevel.checkpoint()
    return f"The archive has nothing on {claim!r}."


def scripted_editor() -> ScriptedModel:
    """Hire for each task, each with a share of five cents, and sum up."""
    hired: list[tuple[str, JSON]] = [
        ("AgentSpawn", {"label": name, "prompt": f"{task}: {LETTER}", "max_budget_usd": 0.05})
        for name, task in TASKS.items()
    ]
    return ScriptedModel(
        calls(*hired),
        "Mend the spelling; the tone is right; the facts are open.",
        usage=Usage(input_tokens=1_000, output_tokens=200),
        price=Price(input_per_mtok="3", output_per_mtok="15"),
    )


def scripted_reviewer(request: ModelRequest) -> str | MultipartMessage:
    """Answer at once, or never stop looking things up."""
    match result_text(request.messages[0]).partition(":")[0]:
        case "List the spelling mistakes":
            return "Deer, Mai, then."
        case "Check each claim in the archive":
            return calls(("archive", {"claim": f"claim {len(request.messages)}"}))
        case _:
            return "It is firm and polite."


def chosen_models() -> tuple[Model, Model]:
    """Take the provider and the model that the command line names, else play scripts."""
    if len(sys.argv) > 1:
        model = build_provider(sys.argv[1]).model(*sys.argv[2:3])
        return model, model
    usage = Usage(input_tokens=1_000, output_tokens=500)
    price = Price(input_per_mtok="3", output_per_mtok="15")
    return scripted_editor(), ScriptedModel(*[scripted_reviewer] * 20, usage=usage, price=price)


def show(entry: LedgerEntry, depth: int = 0) -> None:
    """Print who has spent what, each below the one who has hired it."""
    print(f"{'  ' * depth}{entry.name:<{12 - 2 * depth}} ${entry.total.usd:.4f}", end="")
    print(f"  {entry.total.calls} calls")
    for child in sorted(entry.children, key=lambda child: child.name):
        show(child, depth + 1)


async def main() -> None:
    """Have a letter reviewed for 25 cents at most."""
    editor, reviewer = chosen_models()
    budget = Budget(usd="0.25", name="letter")
    agent = Agent(
        model=editor,
        system="You edit letters. Hire a reviewer for each thing to check.",
        tools=[AgentSpawn(model=reviewer, system="You review one thing."), archive],
        limits=AgentLimits(max_depth=1, max_children=3),
        budget=budget,
        name="editor",
    )
    async with agent.run(f"Have this reviewed for {', '.join(TASKS)}: {LETTER}") as run:
        async for event in run:
            match event:
                case ChildEvent(name=name, event=Done(text=text)):
                    print(f"[{name}] {text}")
                case ToolReturned(content=reason, is_error=True):
                    print(f"! {reason}")
                case Done(text=text):
                    print(text)
                case _:
                    pass
    show(budget.ledger)


if __name__ == "__main__":
    trio.run(main)
