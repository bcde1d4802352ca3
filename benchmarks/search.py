"""What Grep and Glob take over many files, against ripgrep itself."""

import shutil
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

import attrs
import trio

from benchmarks.effort import FULL, Effort
from benchmarks.row import MILLISECONDS, Row, ratio_at_most
from sagent.lib.json import JSON
from sagent.message import JsonMessage
from sagent.tool import Binding, Workspace
from sagent.tools import TOOLS

FILES = 50_000
_IN_FOLDER = 100
_LINE = "a few words that are in every file\n"


@attrs.frozen
class Case:
    """One search, as the tool is asked and as ripgrep is."""

    what: str
    tool: str
    directive: Mapping[str, JSON]
    arguments: tuple[str, ...]


CASES = (
    Case("Grep, files", "Grep", {"pattern": "needle"}, ("--files-with-matches", "needle")),
    Case(
        "Grep, lines",
        "Grep",
        {"pattern": "needle", "output_mode": "content"},
        ("--line-number", "needle"),
    ),
    # Its `--glob` would list what is ignored, too.
    Case("Glob", "Glob", {"pattern": "**/*.py"}, ("--files", "--type=py")),
)


def rows(effort: Effort = FULL) -> list[Row]:
    """Measure all, in some thirty seconds; nothing where there is no ripgrep to measure against."""
    program = shutil.which("rg")
    if program is None:
        return []
    with TemporaryDirectory() as folder:
        root = Path(folder)
        _plant(root, effort.times(FILES))
        return [row for case in CASES for row in _compared(case, program, root, effort.times(9))]


def _compared(case: Case, program: str, root: Path, times: int) -> list[Row]:
    theirs, ours, alone = list[float](), list[float](), list[float]()
    for _ in range(times):  # by turns, so that a busy moment strikes all of them
        theirs.append(_seconds(lambda: _ripgrep(case, program, root)))
        ours.append(_seconds(lambda: _tool(case, root)))
        with mock.patch.object(shutil, "which", return_value=None):
            alone.append(_seconds(lambda: _tool(case, root)))
    anchor = statistics.median(theirs)
    return [
        Row(
            what=f"{case.what} / ripgrep",
            ours=statistics.median(ours),
            anchor=anchor,
            unit=MILLISECONDS,
            target=ratio_at_most(1.3),
        ),
        Row(
            what=f"{case.what}, by itself / ripgrep",
            ours=statistics.median(alone),
            anchor=anchor,
            unit=MILLISECONDS,
        ),
    ]


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _ripgrep(case: Case, program: str, root: Path) -> None:
    subprocess.run(
        [program, "--no-config", "--hidden", *case.arguments, "./"],
        cwd=root,
        check=True,
        stdout=subprocess.PIPE,
    )


def _tool(case: Case, root: Path) -> None:
    tool = TOOLS[case.tool]().bind(Binding(agent="searcher", workspace=Workspace(root)))
    trio.run(tool.run, JsonMessage(case.directive))


def _plant(root: Path, count: int) -> None:
    (root / ".git").mkdir()  # else ripgrep ignores nothing
    (root / ".gitignore").write_text("*.log\nbuild/\n")
    for number in range(count):
        folder = root / f"part{number // (20 * _IN_FOLDER)}" / f"sub{number // _IN_FOLDER}"
        if number % _IN_FOLDER == 0:
            folder.mkdir(parents=True)
        text = _LINE * 20 + ("a needle\n" if number % 997 == 0 else "")
        (folder / f"file{number}.{'py' if number % 2 else 'txt'}").write_text(text)
