"""The table, for a terminal or a pipe."""

import sys
from collections.abc import Sequence

import attrs
from rich.console import Console
from rich.table import Table

from benchmarks.row import COLUMNS, Row

HEAD = ("group", *COLUMNS)
NUMBERS = (2, 3, 4)


@attrs.frozen
class Report:
    """What was measured, by group."""

    groups: Sequence[tuple[str, Sequence[Row]]]

    def lines(self) -> list[tuple[str, ...]]:
        return [(group, *row.cells()) for group, rows in self.groups for row in rows]

    def show(self) -> None:
        """Print the table to standard output."""
        if sys.stdout.isatty():
            Console().print(self._rich())
        else:
            print(self.plain())

    def plain(self) -> str:
        """Align the table with spaces."""
        lines = [HEAD, *self.lines()]
        widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
        return "\n".join(_aligned(line, widths, "  ").rstrip() for line in lines)

    def _rich(self) -> Table:
        table = Table(*HEAD)
        for column in NUMBERS:
            table.columns[column].justify = "right"
        for group, rows in self.groups:
            for row in rows:
                style = "red" if row.met is False else None
                table.add_row(group, *row.cells(), style=style)
            table.add_section()
        return table


def _aligned(line: Sequence[str], widths: Sequence[int], between: str) -> str:
    return between.join(
        cell.rjust(width) if column in NUMBERS else cell.ljust(width)
        for column, (cell, width) in enumerate(zip(line, widths, strict=True))
    )
