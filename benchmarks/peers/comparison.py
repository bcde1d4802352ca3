"""Agent frameworks at the same runs: five turns with a tool call each, and an answer.

Each is in a process and an environment of its own, on one server, which answers at once. The others
read an answer whole; ours are streamed. So few of ours are ever under way, which takes hardly any
memory; as theirs are all under way, ours is taken while as many wait for their answers.
"""

from pathlib import Path

from benchmarks.chat_server import HANGING, TURNS, open_chat_server
from benchmarks.compared import Compared
from benchmarks.effort import Effort
from benchmarks.peers import IN_FLIGHT, PEERS, SAGENT, Runs, open_course
from benchmarks.row import (
    MEGABYTES,
    MILLISECONDS,
    PER_SECOND,
    Reading,
    ratio_at_least,
    ratio_at_most,
)
from benchmarks.runs import CALLS

AT_ONCE = 300


def compared(effort: Effort, directory: Path) -> list[Compared]:
    """Measure all, in some eighty seconds, once uv has the others in its cache."""
    done: dict[str, Runs] = {}
    with open_chat_server() as base_url, open_course() as course:
        address = f"{base_url}/{TURNS}/{CALLS}"
        for peer in (SAGENT, *PEERS):
            course.runs(peer, address, 1)  # compiles
            if runs := course.runs(peer, address, effort.times(AT_ONCE)):
                done[f"{peer.name} {peer.version}".rstrip()] = runs
        waiting = course.runs(IN_FLIGHT, f"{base_url}/{HANGING}/flying", effort.times(AT_ONCE))
    memory = {name: runs.bytes for name, runs in done.items()}
    if waiting is not None:
        memory[SAGENT.name] = max(memory[SAGENT.name], waiting.bytes)

    count = effort.times(AT_ONCE)
    return [
        Compared(
            what=f"runs, {count:,} at once",
            unit=PER_SECOND,
            values={name: runs.per_second for name, runs in done.items()},
            reading=Reading.RATE,
            target=ratio_at_least(1.0),
        ),
        Compared(
            what="CPU time of a run",
            unit=MILLISECONDS,
            values={name: runs.cpu_s for name, runs in done.items()},
        ),
        Compared(
            what=f"memory of {count:,} under way",
            unit=MEGABYTES,
            values=memory,
            target=ratio_at_most(1.0),
        ),
    ]
