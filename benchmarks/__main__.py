"""``python -m benchmarks``: measure, and print the table."""

import argparse
import inspect
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks import (
    actors,
    agent,
    ends,
    guard,
    leftovers,
    providers,
    results,
    saved_turns,
    search,
    sessions,
    shell,
    size,
    startup,
    surfaces,
    team,
    tools,
    wire,
)
from benchmarks.command_lines import comparison as command_lines
from benchmarks.compared import Compared
from benchmarks.effort import FULL, QUICK, Effort
from benchmarks.held import MEASURES
from benchmarks.peers import comparison as frameworks
from benchmarks.report import Report
from benchmarks.results import Group
from benchmarks.row import Row
from benchmarks.runtimes import comparison as runtimes

GROUPS: Mapping[str, Callable[[Effort], list[Row]]] = {
    "startup": startup.rows,
    "surfaces": surfaces.rows,
    "ends": ends.rows,
    "agent": agent.rows,
    "saved_turns": saved_turns.rows,
    "tools": tools.rows,
    "actors": actors.rows,
    "wire": wire.rows,
    "providers": providers.rows,
    "sessions": sessions.rows,
    "team": team.rows,
    "shell": shell.rows,
    "search": search.rows,
    "size": size.rows,
}

type Compare = Callable[[Effort, Path], list[Compared]]

BESIDE_OTHERS: Mapping[str, Compare] = {
    "command_lines": command_lines.compared,
    "frameworks": frameworks.compared,
    "leftovers": leftovers.compared,
    "runtimes": runtimes.compared,
}
"""Those that take others, which must be installed."""
ALL = (*GROUPS, *BESIDE_OTHERS)


class Options(argparse.Namespace):
    groups: list[str]
    list: bool
    quick: bool
    peers: Path | None
    report: Path | None
    guard: bool
    hold: int | None


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    add = parser.add_argument
    add("groups", nargs="*", metavar="GROUP", help=f"{', '.join(ALL)}; all, unless named")
    add("--list", action="store_true", help="print the names of the groups and exit")
    add("--quick", action="store_true", help="measure less, for a first look")
    add(
        "--peers",
        type=Path,
        metavar="DIRECTORY",
        help=f"what {', '.join(BESIDE_OTHERS)} need: others, which npm and uv install there",
    )
    add(
        "--report",
        type=Path,
        metavar="FILE",
        help="renew what FILE, of Markdown, and the folder beside it say of these groups",
    )
    add("--guard", action="store_true", help="measure what guard.toml holds; fail if it worsened")
    add("--hold", type=int, metavar="RUNS", help="write guard.toml anew, out of so many runs")
    options = parser.parse_args(namespace=Options())
    if unknown := [name for name in options.groups if name not in ALL]:
        parser.error(f"no group {unknown[0]!r}: choose from {', '.join(ALL)}")
    if options.peers is None and (alone := BESIDE_OTHERS.keys() & options.groups):
        parser.error(f"{min(alone)} needs --peers DIRECTORY, to install others there")
    if options.list:
        print(*ALL, sep="\n")
        return 0
    if options.hold is not None:
        guard.hold(MEASURES, options.hold)
        return 0
    if options.guard:
        return guard.watch(MEASURES)
    _measure_all(options)
    return 0


def _measure_all(options: Options) -> None:
    names = options.groups or (GROUPS if options.peers is None else ALL)
    effort = QUICK if options.quick else FULL
    measured = [_measure(name, effort, options.peers) for name in names]
    Report([(group.name, group.all_rows) for group in measured]).show()
    if options.report is not None:
        from benchmarks.page import Page  # noqa: PLC0415  # it draws, which only a report needs

        Page(options.report).renew(measured, {name: _about(name) for name in ALL})


def _measure(name: str, effort: Effort, peers: Path | None) -> Group:
    start = time.perf_counter()
    rows: list[Row] = []
    compared: list[Compared] = []
    if name in GROUPS:
        rows = GROUPS[name](effort)
    elif peers is not None:
        compared = BESIDE_OTHERS[name](effort, peers)
    seconds = time.perf_counter() - start
    print(f"{name}: {seconds:.0f} s", file=sys.stderr)
    return Group(
        name=name,
        rows=tuple(rows),
        compared=tuple(compared),
        day=results.today(),
        seconds=seconds,
        machine=results.machine() + (results.node() if name == "command_lines" else ""),
    )


def _about(name: str) -> str:
    """Give what the group's module says of itself."""
    module = inspect.getmodule(GROUPS.get(name) or BESIDE_OTHERS[name])
    return inspect.getdoc(module) or ""


if __name__ == "__main__":
    sys.exit(main())
