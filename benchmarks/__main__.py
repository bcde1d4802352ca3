"""``python -m benchmarks``: measure, and print the table."""

import argparse
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks import (
    actors,
    agent,
    providers,
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
from benchmarks.command_lines import comparison
from benchmarks.effort import FULL, QUICK, Effort
from benchmarks.report import Report
from benchmarks.row import Row

GROUPS: Mapping[str, Callable[[Effort], list[Row]]] = {
    "startup": startup.rows,
    "surfaces": surfaces.rows,
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


class Options(argparse.Namespace):
    groups: list[str]
    list: bool
    quick: bool
    markdown: Path | None
    peers: Path | None


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    add = parser.add_argument
    add("groups", nargs="*", metavar="GROUP", help=f"{', '.join(GROUPS)}; all, unless named")
    add("--list", action="store_true", help="print the names of the groups and exit")
    add("--quick", action="store_true", help="measure less, for a first look")
    add("--markdown", type=Path, metavar="FILE", help="write a dated report, too")
    add(
        "--peers",
        type=Path,
        metavar="DIRECTORY",
        help="hold surfaces against other command lines, too, which npm installs there",
    )
    options = parser.parse_args(namespace=Options())
    if unknown := [name for name in options.groups if name not in GROUPS]:
        parser.error(f"no group {unknown[0]!r}: choose from {', '.join(GROUPS)}")
    if options.list:
        print(*GROUPS, sep="\n")
        return 0
    effort = QUICK if options.quick else FULL
    groups = options.groups or GROUPS
    report = Report([(name, _measure(name, effort, options.peers)) for name in groups])
    report.show()
    if options.markdown is not None:
        options.markdown.write_text(report.markdown(), encoding="utf-8")
    return 0


def _measure(name: str, effort: Effort, peers: Path | None) -> list[Row]:
    start = time.perf_counter()
    rows = GROUPS[name](effort)
    if peers is not None and name == "surfaces":
        rows += comparison.rows(effort, peers)
    print(f"{name}: {time.perf_counter() - start:.0f} s", file=sys.stderr)
    return rows


if __name__ == "__main__":
    sys.exit(main())
