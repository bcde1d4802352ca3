"""Tables in Markdown."""

from collections.abc import Sequence

_LONGEST_CELL_CHARS = 1000

type Rows = Sequence[Sequence[str]]


def is_table(rows: Rows) -> bool:
    """Tell whether *rows* show data; what only lays a page out has one column, or long cells."""
    return max(map(len, rows)) > 1 and all(
        "\n\n" not in cell and len(cell) <= _LONGEST_CELL_CHARS for row in rows for cell in row
    )


def table_of(rows: Rows) -> str:
    """Write *rows* as a table, the first as its head."""
    width = max(map(len, rows))
    lines = [_line([*row, *[""] * (width - len(row))]) for row in rows]
    return "\n".join([lines[0], "|" + " --- |" * width, *lines[1:]])


def _line(row: Sequence[str]) -> str:
    return "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in row) + " |"
