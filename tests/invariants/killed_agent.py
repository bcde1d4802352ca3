"""The process that test_invariant_8 kills: an agent that works, and tells what it has done.

    python killed_agent.py SESSION_DIRECTORY

A line of its output is what somebody may rely on from then on: `call ID` when a tool has an effect,
`answer TEXT` when a run has ended. A run has two rounds of two calls, one of which fails.
"""

import sys
from itertools import count
from pathlib import Path

import trio

from sagent.agent import Agent, ToolCalled
from sagent.lib.json import JSON
from sagent.session import open_session
from sagent.testing import RecordingTool, ScriptedModel, calls

ROUND: tuple[tuple[str, JSON], ...] = (("Look", {"at": "x" * 200}), ("Fail", {}))


async def work(directory: Path) -> None:
    with open_session(directory) as session:
        begun = len(session.transcript.messages)
        tools = [RecordingTool("Look", "y" * 2000), RecordingTool("Fail", ValueError("no"))]
        agent = Agent(model=ScriptedModel(), tools=tools, session=session, compactor=None)
        for run in count():
            text = f"answer {begun}.{run}"
            agent.model = ScriptedModel(calls(*ROUND), calls(*ROUND), text)
            async for event in agent.run(f"prompt {begun}.{run}"):
                if isinstance(event, ToolCalled):
                    print(f"call {event.call_id}", flush=True)  # noqa: T201  # to its parent
            print(text, flush=True)  # noqa: T201  # to its parent


trio.run(work, Path(sys.argv[1]))
