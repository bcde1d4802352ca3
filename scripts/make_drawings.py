"""Draw the pictures of docs/architecture.md from the code.

    .venv/bin/uv run python scripts/make_drawings.py

The floors are those of the import contract in pyproject.toml, the tree is that of a run, and the
turn is what its state machine does. A test draws them again and compares.
"""

import re
import sys
import tomllib
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from pathlib import Path

import attrs
import trio
from svg_drawing import Drawing
from trio.testing import MockClock
from turn_edges import edges

from sagent.actors import Node, open_system
from sagent.agent import Agent, Prompt
from sagent.lib.json import JSON
from sagent.testing import ScriptedModel, calls
from sagent.tools import AgentSpawn

ROOT = Path(__file__).parent.parent
sys.path.append(str(ROOT / "tests" / "support"))

from virtual_server import Said, virtual_server  # noqa: E402

DRAWINGS = ROOT / "docs" / "drawings"
ABOUT = {
    "slack": "surfaces",
    "terminal": "what goes to a screen",
    "control": "seeing, steering, many agents",
    "tools": "tools",
    "agent": "agents",
    "prompt": "what an agent is told",
    "checkpoint": "what is kept",
    "budget": "what may be spent, and done",
    "providers": "models, and their doubles",
    "model": "contracts",
    "lib": "JSON",
    "process": "runtime",
    "errors": "words for failure",
}
"""What a floor is for, by its first room; a floor without words stands below one with them."""
PLACES: Mapping[str, tuple[float, float]] = {
    "Drain": (110, 210),
    "AskModel": (390, 210),
    "RunTools": (670, 210),
    "Fail": (390, 50),
    "Finish": (670, 50),
}
"""Where each thing to do stands; `Stay` is none, and goes back to where it came from."""
BENDS: Mapping[tuple[str, str], tuple[float, float]] = {
    ("Drain", "Fail"): (-50, -35),
    ("AskModel", "Drain"): (0, 40),
    ("RunTools", "Drain"): (0, 95),
}
"""How far from the straight line the middle of a line runs."""

_OF_A_KEY = re.compile("-[0-9a-f]{12}$")
"""What a provider's name has of its address and key, which differs from run to run."""


def floors() -> str:
    """Draw who may import whom: each floor imports those below it alone."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers: Sequence[str] = project["tool"]["importlinter"]["contracts"][0]["layers"]
    drawing = Drawing(width=640, height=20 + 40 * len(layers))
    for number, layer in enumerate(layers):
        rooms = [room.strip() for room in layer.split("|")]
        y = 14 + 40 * number
        drawing.text(14, y + 20, ABOUT.get(rooms[0], ""), style="faint")
        for column, room in enumerate(rooms):
            width = 410 / len(rooms) - 8
            drawing.box(220 + column * (width + 8), y, width, 30, room)
    return drawing.svg("Import layers of sagent, the highest first")


async def tree() -> str:
    """Draw the actors of a run: a lead that has one child for an answer, and one that stays."""
    model = virtual_server(Said(after_s=60)).provider().model("m")
    spawns: tuple[tuple[str, JSON], ...] = (
        ("AgentSpawn", {"prompt": "Review main.py.", "label": "reviewer"}),
        ("AgentSpawn", {"prompt": "Watch the tests.", "label": "scout", "persistent": True}),
    )
    lead = Agent(model=ScriptedModel(calls(*spawns)), tools=[AgentSpawn(model=model)])
    async with open_system() as system:
        ref = await system.spawn(lead, name="lead", restart="transient")
        ref.tell(Prompt("See to it."))
        await trio.sleep(1)
        rows = list(_rows(system.tree(), 0))
        ref.kill()
    drawing = Drawing(width=480, height=20 + 38 * len(rows))
    above: dict[int, int] = {}
    for number, (depth, node) in enumerate(rows):
        x, y = 14 + 44 * depth, 12 + 38 * number
        if depth:
            drawing.elbow(x - 30, 12 + 38 * above[depth - 1] + 28, x, y + 14)
        above[depth] = number
        name = _OF_A_KEY.sub("", node.name)
        drawing.box(x, y, 24 + 8 * len(name), 28, name)
    return drawing.svg("The actors of a run, each below the one that it lives in")


def _name(node: Node) -> str:
    return node.name


def _rows(node: Node, depth: int) -> Iterator[tuple[int, Node]]:
    yield depth, node
    for child in sorted(node.children, key=_name):  # those that begin at once do so in any order
        yield from _rows(child, depth + 1)


async def turn() -> str:
    """Draw what a turn does after each event."""
    await trio.lowlevel.checkpoint()
    words: dict[tuple[str, str], list[str]] = {}
    for edge in edges():
        after = edge.before if edge.after == "Stay" else edge.after
        words.setdefault((edge.before, after), []).append(edge.event)
    drawing = Drawing(width=780, height=370)
    for (before, after), events in words.items():
        if before == after:
            drawing.loop(*PLACES[before], 60, events)
        else:
            bend = BENDS.get((before, after), (0, 0))
            drawing.arrow(PLACES[before], PLACES[after], bend, events)
    for name, (x, y) in PLACES.items():
        drawing.box(x - 60, y - 18, 120, 36, name)
    return drawing.svg("What an agent's turn does next, and after which event")


async def _floors() -> str:
    await trio.lowlevel.checkpoint()
    return floors()


@attrs.frozen
class Subject:
    """A drawing.

    Attributes:
        name: of its file, without its ending.
        draw: gives its SVG.
    """

    name: str
    draw: Callable[[], Awaitable[str]]


SUBJECTS = (Subject("floors", _floors), Subject("tree", tree), Subject("turn", turn))


async def main() -> None:
    """Make all drawings."""
    DRAWINGS.mkdir(exist_ok=True)
    for subject in SUBJECTS:
        file = DRAWINGS / f"{subject.name}.svg"
        file.write_text(await subject.draw(), encoding="utf-8")
        print(file.relative_to(ROOT))


if __name__ == "__main__":
    trio.run(main, clock=MockClock(autojump_threshold=0))
