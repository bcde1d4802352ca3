"""A family in lines of a terminal's width."""

from rich.cells import cell_len, set_cell_size

from sagent.repl._family_view import FamilyRow, FamilyView

_INDENT = 2
_MOST_INDENT = 12
_NAME_CHARS = 20
_LEAST_DOING = 12
"""Where fewer columns are left for what an agent does, its figures are left out."""


def family_lines(view: FamilyView, *, columns: int, most: int) -> list[str]:
    """Give a line of *columns* at most for each that fits into *most* lines, and for the rest."""
    if not view.rows or most < 1:
        return []
    hidden = view.hidden
    shown = view.rows
    if len(shown) + bool(hidden) > most:
        shown = shown[: most - 1]
        hidden += len(view.rows) - len(shown)
    width = min(_NAME_CHARS, max((_indent(row) + len(row.name) for row in shown), default=0))
    lines = [_line(row, width, columns) for row in shown]
    more = "more" if shown else "agents at work"
    return [*lines, *([_cut(f"  … {hidden} {more}", columns)] if hidden else [])]


def _line(row: FamilyRow, width: int, columns: int) -> str:
    name = f"{' ' * _indent(row)}{row.name}"
    if len(name) > _NAME_CHARS:
        name = f"{name[: _NAME_CHARS - 1]}…"
    head = f"  {name:<{width}}  "
    for figures in (row.figures, row.figures.partition(" · ")[0]):
        room = columns - cell_len(head) - len(figures) - 2
        if room >= _LEAST_DOING:
            return f"{head}{_filled(row.doing, room)}  {figures}"
    return _cut(f"{head}{row.doing}", columns)


def _indent(row: FamilyRow) -> int:
    return min(_INDENT * row.depth, _MOST_INDENT)


def _cut(text: str, columns: int) -> str:
    if cell_len(text) <= columns:
        return text
    return f"{set_cell_size(text, max(columns - 1, 0))}…"


def _filled(text: str, columns: int) -> str:
    return set_cell_size(_cut(text, columns), columns)
