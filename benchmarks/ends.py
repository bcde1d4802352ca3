"""How what runs comes to its end: by Ctrl-C at the prompt, by signals to a whole process."""

import json
import os
import statistics
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import attrs

from benchmarks.command_lines.measured import SIGNALS, Installed
from benchmarks.command_lines.programs import SAGENT
from benchmarks.command_lines.vendor_server import calling, open_vendor_server
from benchmarks.effort import FULL, Effort
from benchmarks.person import contains, open_person
from benchmarks.row import MILLISECONDS, PROCESSES, Row, at_most

SLEEP = ("sleep", "300.25")
"""No other's, so that it is found by its arguments alone."""


def rows(effort: Effort = FULL) -> list[Row]:
    """Measure all, in some forty seconds."""
    with open_vendor_server() as address, TemporaryDirectory() as home:
        return [
            _interrupt(effort, address, home),
            *_signals(effort, address, Path(home)),
        ]


def _interrupt(effort: Effort, address: str, home: str) -> Row:
    call = attrs.evolve(SAGENT.shell_call, arguments=json.dumps({"command": " ".join(SLEEP)}))
    arguments = ("--base-url", f"{calling(address, call)}/v1", "--model", "canned")
    environ = os.environ | {"SAGENT_HOME": home, "TERM": "xterm"}
    taken = [_interrupt_s(arguments, environ) for _ in range(effort.times(9))]
    return Row(
        what="from Ctrl-C to the prompt, a tool running, until it is killed",
        ours=statistics.median(taken),
        unit=MILLISECONDS,
        target=at_most(0.2),
    )


def _interrupt_s(arguments: tuple[str, ...], environ: dict[str, str]) -> float:
    with open_person(arguments, environ) as person:
        person.wait(partial(contains, b"canned"))  # its model is known: it is ready
        person.press("go\r")
        person.watch_until(_sleeps)
        start = time.perf_counter()
        person.press("\x03")
        person.wait(partial(contains, b"interrupted"))
        person.watch_until(lambda: not _sleeps())
        return time.perf_counter() - start


def _sleeps() -> bool:
    wanted = b"".join(word.encode() + b"\0" for word in SLEEP)
    return any(_arguments(path) == wanted for path in Path("/proc").glob("[0-9]*/cmdline"))


def _arguments(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # it has ended since
        return b""


def _signals(effort: Effort, address: str, home: Path) -> Iterator[Row]:
    file = SAGENT.installed(home)
    assert file is not None
    program = Installed(SAGENT, file, home, address)
    program.turn()  # compiles, and makes its home
    for by in SIGNALS:
        ends = [program.stopped(by) for _ in range(effort.times(5))]
        yield Row(
            what=f"from {by} to the end, a tool running",
            ours=statistics.median(end["seconds"] for end in ends),
            unit=MILLISECONDS,
        )
        yield Row(
            what=f"processes that {by} leaves, a tool running, at most",
            ours=max(end["left"] for end in ends),
            unit=PROCESSES,
            target=at_most(0),
        )
