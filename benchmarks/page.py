"""The report that is kept: a page with tables and pictures, between two marks of a file."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import attrs

from benchmarks import plots, results
from benchmarks.compared import table
from benchmarks.results import Group
from benchmarks.row import COLUMNS

BEGIN = "<!-- What follows is made by `python -m benchmarks --report`. -->"
END = "<!-- What came before is made by `python -m benchmarks --report`. -->"
COMMAND = ".venv/bin/uv run python -m benchmarks"
NUMBERS = (1, 2, 3)
"""The columns of a group's table that are aligned to the right."""


@attrs.frozen
class Page:
    """A Markdown file, and a folder of its name beside it for the pictures and the numbers."""

    file: Path

    @property
    def folder(self) -> Path:
        return self.file.with_suffix("")

    def renew(self, measured: Sequence[Group], about: Mapping[str, str]) -> None:
        """Put *measured* in the place of what was there of the same groups.

        Args:
            measured: the groups that were measured now.
            about: what each group is about, by its name and in the order of the page.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        numbers = self.folder / "results.json"
        groups = results.merged(results.load(numbers), measured, about)
        results.save(groups, numbers)
        for group in groups:
            if group.compared:
                picture = plots.picture(group.compared)
                self._picture(group).write_text(picture, encoding="utf-8")
        self._write("\n\n".join([_summary(groups), *(self._section(g, about) for g in groups)]))

    def _picture(self, group: Group) -> Path:
        return self.folder / f"{group.name}.svg"

    def _write(self, made: str) -> None:
        old = self.file.read_text(encoding="utf-8") if self.file.exists() else "# Benchmarks\n"
        before, _, rest = old.partition(BEGIN)
        _, _, after = rest.partition(END)
        text = f"{before.rstrip()}\n\n{BEGIN}\n\n{made}\n\n{END}\n{after.lstrip()}"
        self.file.write_text(text, encoding="utf-8")

    def _section(self, group: Group, about: Mapping[str, str]) -> str:
        parts = [f"## {group.name}", about[group.name], _origin(group)]
        if group.rows:
            parts.append(markdown([COLUMNS, *(row.cells() for row in group.rows)], NUMBERS))
        if group.compared:
            picture = self._picture(group).relative_to(self.file.parent)
            lines = table(group.compared)
            parts += [
                f"![{_described(group)}]({picture})",
                markdown(lines, range(1, len(lines[0]))),
            ]
        return "\n\n".join(parts)


def _origin(group: Group) -> str:
    peers = " --peers DIRECTORY" if group.compared else ""
    command = f"`{COMMAND} {group.name}{peers}`"
    return f"{command}, {group.seconds:,.0f} s, on {group.day}.\n{group.machine}."


def _described(group: Group) -> str:
    return f"Bars of {group.name}: {', '.join(one.what for one in group.compared)}"


def _summary(groups: Sequence[Group]) -> str:
    rows = [(group.name, row) for group in groups for row in group.all_rows if row.target]
    missed = [(name, row) for name, row in rows if row.met is False]
    lines = ["## Targets", f"{len(rows) - len(missed)} of {len(rows)} are met."]
    if missed:
        cells = [(name, *row.cells()[:-1]) for name, row in missed]
        lines += [
            "Those that are not:",
            markdown([("group", *COLUMNS[:-1]), *cells], (2, 3, 4)),
        ]
    return "\n\n".join(lines)


def markdown(lines: Sequence[Sequence[str]], numbers: Sequence[int]) -> str:
    """Make a table of *lines*, the first of which is its head; align *numbers* to the right."""
    head, *body = lines
    rule = ["--:" if column in numbers else "---" for column in range(len(head))]
    return "\n".join(f"| {' | '.join(line)} |" for line in [head, rule, *body])
