from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.command_lines.measured import SIGNALS, Installed, Measured, measured
from benchmarks.command_lines.programs import OTHERS, SAGENT
from benchmarks.command_lines.vendor_server import open_vendor_server
from benchmarks.effort import Effort
from benchmarks.row import MEGABYTES, MILLISECONDS, PROCESSES, Row


def rows(effort: Effort, directory: Path) -> list[Row]:
    """Measure all, in some five minutes, with the others installed in *directory*."""
    files = [(program, program.installed(directory)) for program in (SAGENT, *OTHERS)]
    with open_vendor_server() as address, TemporaryDirectory() as homes:
        installed = [
            Installed(program, file, Path(homes), address)
            for program, file in files
            if file is not None
        ]
        ours, *theirs = measured(
            [program for program in installed if program.is_ready()],
            rounds=effort.times(15),
            stops=effort.times(5),
        )
    return [row for other in theirs for row in _rows(ours, other)]


def _rows(ours: Measured, other: Measured) -> Iterator[Row]:
    costs = (
        ("--help", ours.help_s, other.help_s, MILLISECONDS),
        ("one headless turn", ours.turn_s, other.turn_s, MILLISECONDS),
        ("the same, processor time", ours.cpu_s, other.cpu_s, MILLISECONDS),
        ("the same, peak memory of all processes", ours.peak_bytes, other.peak_bytes, MEGABYTES),
    )
    for what, our, their, unit in costs:
        yield Row(what=f"{what} / {other.name}", ours=our, anchor=their, unit=unit)
    for by in SIGNALS:
        yield Row(
            what=f"from {by} to the end, a tool running / {other.name}",
            ours=ours.ends_s[by],
            anchor=other.ends_s[by],
            unit=MILLISECONDS,
        )
        yield Row(
            what=f"processes that {by} leaves, a tool running / {other.name}",
            ours=ours.left[by],
            anchor=other.left[by],
            unit=PROCESSES,
        )
