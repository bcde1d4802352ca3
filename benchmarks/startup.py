"""What whole processes cost: the command's help, imports, one headless turn."""

import statistics
import sys
import sysconfig
from pathlib import Path

from benchmarks.chat_server import open_chat_server
from benchmarks.child import Cost, Launcher, open_launcher
from benchmarks.effort import FULL, Effort
from benchmarks.row import MEGABYTES, MILLISECONDS, Row, at_most, excess_at_most

SAGENT = str(Path(sysconfig.get_path("scripts")) / "sagent")


def rows(effort: Effort = FULL) -> list[Row]:
    """Measure all, in some twenty seconds."""
    with open_launcher() as launcher:
        return [*_starts(effort, launcher), *_headless(effort, launcher)]


def _starts(effort: Effort, launcher: Launcher) -> list[Row]:
    start, help_text, trio, package, agent = _medians(
        effort,
        launcher,
        (sys.executable, "-c", "pass"),
        (SAGENT, "--help"),
        (sys.executable, "-c", "import trio"),
        (sys.executable, "-c", "import sagent"),
        (sys.executable, "-c", "import sagent.agent"),
    )
    return [
        Row(
            what="sagent --help / python -c pass",
            ours=help_text,
            anchor=start,
            unit=MILLISECONDS,
            target=excess_at_most(0.06),
        ),
        Row(what="import sagent / import trio", ours=package, anchor=trio, unit=MILLISECONDS),
        Row(what="import sagent.agent / import trio", ours=agent, anchor=trio, unit=MILLISECONDS),
    ]


def _headless(effort: Effort, launcher: Launcher) -> list[Row]:
    with open_chat_server() as base_url:
        command = (SAGENT, "--base-url", base_url, "--model", "canned", "Say something.")
        launcher.run(*command)  # compiles what is not compiled
        costs = [launcher.run(*command) for _ in range(effort.times(15))]
    return [
        Row(
            what="one headless turn over loopback, whole process",
            ours=statistics.median(cost.seconds for cost in costs),
            unit=MILLISECONDS,
            target=at_most(0.5),
        ),
        Row(
            what="one headless turn, peak memory",
            ours=max(cost.peak_bytes for cost in costs),
            unit=MEGABYTES,
            target=at_most(80e6),
        ),
    ]


def _medians(effort: Effort, launcher: Launcher, *commands: tuple[str, ...]) -> list[float]:
    for command in commands:
        launcher.run(*command)
    rounds: list[list[Cost]] = [
        [launcher.run(*command) for command in commands] for _ in range(effort.times(21))
    ]
    return [
        statistics.median(cost.seconds for cost in taken) for taken in zip(*rounds, strict=True)
    ]
