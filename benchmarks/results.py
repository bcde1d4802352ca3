"""What was measured, kept in a file, so that a later run renews some groups alone."""

import json
import os
import platform
import subprocess
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path

import attrs
import cattrs

from benchmarks.compared import Compared
from benchmarks.row import Row

LIBRARIES = ("trio", "httpx", "attrs")


@attrs.frozen(kw_only=True)
class Group:
    """A group's numbers, when and where they were taken.

    Attributes:
        name: as the command line has it.
        rows: ours, each beside its anchor.
        compared: ours beside others'.
        day: when it was, in UTC.
        seconds: how long it took.
        machine: what it ran on.
    """

    name: str
    rows: tuple[Row, ...]
    compared: tuple[Compared, ...]
    day: date
    seconds: float
    machine: str

    @property
    def all_rows(self) -> Sequence[Row]:
        return [*self.rows, *(row for one in self.compared for row in one.rows())]


def today() -> date:
    return datetime.now(UTC).date()


def machine() -> str:
    """Tell what the numbers depend upon."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    place = f"{platform.system()} on {platform.machine()}, {os.cpu_count()} processors"
    return f"{place}; {python}; {libraries}"


def node() -> str:
    """Tell which Node.js runs the command lines that want it."""
    done = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False)
    return f"; Node.js {done.stdout.strip()}" if done.returncode == 0 else ""


def merged(old: Iterable[Group], new: Iterable[Group], order: Iterable[str]) -> list[Group]:
    """Put *new* in the place of what *old* has of the same name; leave out unknown names."""
    known = {group.name: group for group in (*old, *new)}
    return [known[name] for name in order if name in known]


def load(file: Path) -> list[Group]:
    """Read what `save` wrote; nothing if there is no such file."""
    if not file.exists():
        return []
    return CONVERTER.structure(json.loads(file.read_text(encoding="utf-8")), list[Group])


def save(groups: Iterable[Group], file: Path) -> None:
    text = json.dumps(CONVERTER.unstructure(list(groups)), indent=1, ensure_ascii=False)
    file.write_text(f"{text}\n", encoding="utf-8")


def _converter() -> cattrs.Converter:
    converter = cattrs.Converter()
    converter.register_unstructure_hook(date, date.isoformat)
    converter.register_structure_hook(date, lambda text, _: date.fromisoformat(text))
    converter.register_unstructure_hook(float, lambda value: float(f"{value:.6g}"))
    return converter


CONVERTER = _converter()
