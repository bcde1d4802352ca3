"""Command lines at the same turn on one server: what they take, and what they leave behind."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.command_lines.measured import SIGNALS, Installed, Measured, measured
from benchmarks.command_lines.programs import OTHERS, SAGENT
from benchmarks.command_lines.vendor_server import open_vendor_server
from benchmarks.compared import Compared
from benchmarks.effort import Effort
from benchmarks.row import MEGABYTES, MILLISECONDS, PROCESSES, Unit


def compared(effort: Effort, directory: Path) -> list[Compared]:
    """Measure all, in some four minutes, with the others installed in *directory*."""
    files = [(program, program.installed(directory)) for program in (SAGENT, *OTHERS)]
    with open_vendor_server() as address, TemporaryDirectory() as homes:
        installed = [
            Installed(program, file, Path(homes), address)
            for program, file in files
            if file is not None
        ]
        found = measured(
            [program for program in installed if program.is_ready()],
            rounds=effort.times(15),
            stops=effort.times(5),
        )

    def by_all(what: str, unit: Unit, value: Callable[[Measured], float]) -> Compared:
        return Compared(what=what, unit=unit, values={one.name: value(one) for one in found})

    def ended_s(by: str) -> Callable[[Measured], float]:
        return lambda one: one.ends_s[by]

    def left(by: str) -> Callable[[Measured], float]:
        return lambda one: one.left[by]

    return [
        by_all("`--help`", MILLISECONDS, lambda one: one.help_s),
        by_all("one headless turn", MILLISECONDS, lambda one: one.turn_s),
        by_all("its time of the processors", MILLISECONDS, lambda one: one.cpu_s),
        by_all("its memory, at most", MEGABYTES, lambda one: one.peak_bytes),
        *(by_all(f"from {by} to the end", MILLISECONDS, ended_s(by)) for by in SIGNALS),
        *(by_all(f"processes that {by} leaves", PROCESSES, left(by)) for by in SIGNALS),
    ]
