"""How many bytes the first request of a coding agent has."""

from pathlib import Path

import trio

from benchmarks.effort import FULL, Effort
from benchmarks.parrot import Parrot
from benchmarks.row import BYTES, Row, at_most
from sagent.agent import Agent
from sagent.model import ModelRequest
from sagent.prompt import system_prompt
from sagent.providers import OpenAICompat
from sagent.tools import TOOLS, build_tools


def rows(effort: Effort = FULL) -> list[Row]:
    """Measure all, at once."""
    whole = _first_request(*TOOLS)
    return [
        Row(
            what="first request with the default tools / without tools",
            ours=_wire_bytes(whole),
            anchor=_wire_bytes(_first_request()),
            unit=BYTES,
            target=at_most(16 * 1024),
        ),
    ]


def _first_request(*names: str) -> ModelRequest:
    model = Parrot()
    agent = Agent(model=model, system=system_prompt(Path("/")), tools=build_tools(names))

    async def take_turn() -> None:
        await agent.run("Say something.")

    trio.run(take_turn)
    return model.requests[0]


def _wire_bytes(request: ModelRequest) -> int:
    model = OpenAICompat(base_url="http://127.0.0.1/v1").model("canned")
    return len(model.wire.encode(request))
