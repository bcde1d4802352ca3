"""What a program takes, and what it leaves behind."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from statistics import median

import attrs

from benchmarks.command_lines.programs import ASLEEP_S, Program
from benchmarks.command_lines.vendor_server import calling

WATCH = Path(__file__).with_name("watch.py")
SIGNALS = ("SIGINT", "SIGTERM", "SIGKILL")
KEYS = ("ANTHROPIC_", "CLAUDE", "CODEX_", "OPENAI_", "PI_", "PYTHON", "SAGENT_")


@attrs.frozen
class Installed:
    """A program that can be run, with a home below *directory*, talking to *address*."""

    program: Program
    file: str
    directory: Path
    address: str

    @property
    def version(self) -> str:
        """The last word with a digit of what it says of itself."""
        told = subprocess.run(
            [self.file, "--version"],
            env=self._environment({}),
            capture_output=True,
            text=True,
            check=True,
        )
        words = (told.stdout or told.stderr).split()
        return next((word for word in words if word[:1].isdigit()), "of no version")

    def help_s(self) -> float:
        """Measure how long its help takes."""
        return self._watched({}, "turn", self.file, "--help")["seconds"]

    def turn(self) -> Mapping[str, float]:
        """Measure a headless turn: its ``seconds``, and its ``cpu_s`` of processor."""
        setup = self.program.set_up(self._home, self.address)
        return self._watched(setup.variables, "turn", self.file, *setup.arguments)

    def peak_bytes(self) -> float:
        """Measure the memory of all its processes in a headless turn, at most."""
        setup = self.program.set_up(self._home, self.address)
        return self._watched(setup.variables, "peak", self.file, *setup.arguments)["peak_bytes"]

    def stopped(self, by: str) -> Mapping[str, float]:
        """Send the signal *by* while its tool sleeps; measure the ``seconds`` to its end.

        ``left`` is how many of its processes live on.
        """
        address = calling(self.address, self.program.shell_call)
        setup = self.program.set_up(self._home, address)
        return self._watched(setup.variables, by, ASLEEP_S, self.file, *setup.arguments)

    def is_ready(self) -> bool:
        """Take a turn, so that it has its home and the disk's cache is warm; tell if it could."""
        try:
            self.turn()
        except RuntimeError as error:
            print(f"{self.program.name} is left out: {error}", file=sys.stderr)
            return False
        return True

    @property
    def _home(self) -> Path:
        home = self.directory / self.program.file
        home.mkdir(exist_ok=True)
        return home

    def _watched(self, variables: Mapping[str, str], *words: str) -> Mapping[str, float]:
        done = subprocess.run(
            [sys.executable, "-I", "-S", str(WATCH), *words],
            cwd=self._home,
            env=self._environment(variables),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{self.program.name}, {words[0]}: {done.stderr.strip()[-500:]}")
        seen: dict[str, float] = json.loads(done.stdout)
        return seen

    def _environment(self, variables: Mapping[str, str]) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(KEYS)}
        loopback = "127.0.0.1,localhost"
        return {**kept, "HOME": str(self._home), "NO_PROXY": loopback, **variables}


@attrs.frozen(kw_only=True)
class Measured:
    """Medians of a program's runs, and by signal its end and the most processes that it left."""

    name: str
    help_s: float
    turn_s: float
    cpu_s: float
    peak_bytes: float
    ends_s: Mapping[str, float]
    left: Mapping[str, int]


def measured(programs: Sequence[Installed], *, rounds: int, stops: int) -> list[Measured]:
    """Measure *programs* turn by turn."""
    for program in programs:
        program.help_s()  # for the disk's cache
    turns = _by_turns(rounds, [program.turn for program in programs])
    helps = _by_turns(rounds, [program.help_s for program in programs])
    peaks = _by_turns(stops, [program.peak_bytes for program in programs])
    ends = [
        _by_turns(stops, [partial(program.stopped, by) for program in programs]) for by in SIGNALS
    ]
    return [
        Measured(
            name=f"{program.program.name} {program.version}",
            help_s=median(helps[i]),
            turn_s=median(turn["seconds"] for turn in turns[i]),
            cpu_s=median(turn["cpu_s"] for turn in turns[i]),
            peak_bytes=median(peaks[i]),
            ends_s={
                by: median(e["seconds"] for e in end[i])
                for by, end in zip(SIGNALS, ends, strict=True)
            },
            left={
                by: max(int(e["left"]) for e in end[i])
                for by, end in zip(SIGNALS, ends, strict=True)
            },
        )
        for i, program in enumerate(programs)
    ]


def _by_turns[T](rounds: int, measures: Sequence[Callable[[], T]]) -> list[list[T]]:
    """Take *measures* turn by turn, so that what else the machine does meets them alike."""
    taken = [[measure() for measure in measures] for _ in range(rounds)]
    return [list(samples) for samples in zip(*taken, strict=True)]
