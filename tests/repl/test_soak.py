"""Much at once: the prompt stays alive, and memory flat."""

from pathlib import Path

import pytest
import trio
import trio.testing
from loopback import DONE, Reply, answer, call, frame, stream_head
from quiet_screen import QuietScreen, talk_to
from terminal import talk

from sagent.agent import Agent, AgentLimits
from sagent.message import Descriptor
from sagent.model import ModelRequest
from sagent.repl._printed import Printed
from sagent.repl._screen import Gesture, Left, Submitted
from sagent.testing import Move, ScriptedModel, calls
from sagent.tools import AgentSpawn, tool

CHILDREN = 300
NAPS = 5


class CountingScreen(QuietScreen):
    """Its person says one thing, and leaves once it is answered."""

    def print(self, *printed: Printed) -> None:
        if any("All done" in one.text for one in printed):
            self.person.send_nowait(Left())


@tool
async def nap() -> str:
    """Rest for a second."""
    await trio.sleep(1)
    return "rested"


def rest(request: ModelRequest) -> Move:
    """Take five naps, and be done."""
    naps = sum(message.descriptor == Descriptor.TOOL_RESULT for message in request.messages)
    return calls(("nap", {})) if naps < NAPS else "rested"


@pytest.mark.slow
async def test_three_hundred_children_are_painted_ten_times_a_second_at_most(
    autojump_clock: trio.testing.MockClock,
) -> None:
    spawns = calls(*(("AgentSpawn", {"prompt": "rest", "label": f"k{n}"}) for n in range(CHILDREN)))
    resting = ScriptedModel(*[rest] * CHILDREN * (NAPS + 1))
    child = AgentSpawn(model=resting, tools=[nap])
    limits = AgentLimits(max_children=CHILDREN, max_agents=CHILDREN + 1)
    agent = Agent(model=ScriptedModel(spawns, "All done."), tools=[child], limits=limits)
    person, gestures = trio.open_memory_channel[Gesture](2)
    screen, since = CountingScreen(gestures, person), trio.current_time()
    person.send_nowait(Submitted("go"))

    await talk_to(agent, screen)

    busiest = max(len(view.family.rows) + view.family.hidden for view in screen.views)
    own = 2 * CHILDREN + 20
    assert busiest == CHILDREN
    assert max(len(view.family.rows) for view in screen.views) <= 8
    assert len(screen.views) - own <= 11 * (trio.current_time() - since)


@pytest.mark.slow
async def test_ten_thousand_pieces_leave_the_prompt_alive_and_memory_flat(project: Path) -> None:
    word, gap = (frame({"choices": [{"delta": {"content": c}}]}) for c in ("word ", "\n\n"))
    end = frame({"choices": [{"delta": {"content": "The end."}, "finish_reason": "stop"}]})
    flood = Reply([stream_head(), *[word * 99 + gap] * 100, end, frame(DONE)])
    async with talk(answer("Hi."), flood, cwd=project) as (terminal, _):
        await terminal.says("first")
        await terminal.shows("Hi.", "ready")
        before_kb = resident_kb(terminal.process.pid)
        await terminal.says("flood")
        terminal.type("typed meanwhile")
        await terminal.shows("The end.", "typed meanwhile", "ready")
        grown_kb = resident_kb(terminal.process.pid) - before_kb

    assert grown_kb < 40_000


@pytest.mark.slow
async def test_a_hundred_megabytes_of_a_tool_leave_memory_flat(project: Path) -> None:
    run = call("Bash", {"command": "head -c 100000000 /dev/zero | tr '\\0' x | fold -w 99"})
    async with talk(answer("Hi."), run, answer("Done."), cwd=project) as (terminal, _):
        await terminal.says("first")
        await terminal.shows("Hi.", "ready")
        before_kb = resident_kb(terminal.process.pid)
        await terminal.says("flood")
        await terminal.shows("Done.", "ready")
        grown_kb = resident_kb(terminal.process.pid) - before_kb

    assert grown_kb < 20_000
    assert len(terminal.written) < 100_000


def resident_kb(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0])
