"""Holds a few ratios that were measured before, and tells which of them have worsened.

Each stands in ``guard.toml`` with the margin by which it may worsen. One that is beyond it is
measured again, and has worsened only if it is beyond it each time.
"""

import math
import os
import statistics
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import attrs

FILE = Path(__file__).with_name("guard.toml")
TRIES = 3
LEAST_MARGIN = 0.05
SPREADS = 2.0
"""A margin is so many times what the greatest of the runs had over their median."""
HEAD = """\
# What `python -m benchmarks --guard` holds: costs of ours over an anchor's, and by which part of
# itself each may grow. Made by `python -m benchmarks --hold {runs}`: medians of {runs} runs with
# nothing beside them and {runs} beside a busy loop for each processor. The margin is twice what the
# greatest of all had over the median, and {least:.0%} at least.
"""

type Measure = Callable[[], float]


@attrs.frozen
class Held:
    """What a ratio was, and by which part of itself it may grow."""

    ratio: float
    margin: float

    @property
    def most(self) -> float:
        """The greatest that it may be."""
        return self.ratio * (1 + self.margin)

    @classmethod
    def of(cls, samples: Sequence[float]) -> "Held":
        """Choose a margin by how far *samples* are apart."""
        ratio = statistics.median(samples)
        spread = max(samples) / ratio - 1
        margin = max(LEAST_MARGIN, SPREADS * spread)
        return cls(ratio, math.ceil(margin * 100) / 100)


def read(file: Path = FILE) -> Mapping[str, Held]:
    lines = tomllib.loads(file.read_text(encoding="utf-8"))
    return {what: Held(line["ratio"], line["margin"]) for what, line in lines.items()}


def written(held: Mapping[str, Held], runs: int) -> str:
    lines = [
        f'"{what}" = {{ ratio = {one.ratio:.4g}, margin = {one.margin:.2f} }}'
        for what, one in held.items()
    ]
    return "\n".join([HEAD.format(runs=runs, least=LEAST_MARGIN), *lines, ""])


def worsened(what: str, held: Held, measure: Measure) -> str | None:
    """Measure, and tell by how much it has worsened; None if it has not."""
    least = math.inf
    for _ in range(TRIES):
        least = min(least, measure())
        if least <= held.most:
            return None
    more = f"{least / held.ratio - 1:.0%} more than {held.ratio:.3g}"
    return f"{what}: {least:.3g} is {more}, and may be {held.margin:.0%} more"


def watch(measures: Mapping[str, Measure]) -> int:
    """Measure all, print a line for each that has worsened, and give the exit code."""
    held, start = read(), time.perf_counter()
    lines: list[str] = []
    for what, measure in measures.items():
        if what not in held:
            lines.append(f"{what}: {FILE.name} does not hold it; write it anew with --hold")
        elif line := worsened(what, held[what], measure):
            lines.append(line)
    print(*(f"{line}\n" for line in lines), sep="", end="")
    took = f"{time.perf_counter() - start:.0f} s"
    print(f"{len(measures) - len(lines)} of {len(measures)} ratios hold, {took}", file=sys.stderr)
    return 1 if lines else 0


def hold(measures: Mapping[str, Measure], runs: int) -> None:
    """Measure all *runs* times, and as often beside busy loops, and write the file anew."""
    samples: dict[str, list[float]] = {what: [] for what in measures}
    for loops in (0, os.cpu_count() or 1):
        with _open_loops(loops):
            for number in range(runs):
                print(f"run {number + 1} of {runs}, {loops} busy loops", file=sys.stderr)
                for what, measure in measures.items():
                    samples[what].append(measure())
    held = {what: Held.of(taken) for what, taken in samples.items()}
    FILE.write_text(written(held, runs), encoding="utf-8")


@contextmanager
def _open_loops(count: int) -> Generator[None]:
    """Keep so many processors busy."""
    with ExitStack() as stack:
        for _ in range(count):
            loop = stack.enter_context(subprocess.Popen([sys.executable, "-c", "while True: pass"]))
            stack.callback(loop.kill)
        yield
