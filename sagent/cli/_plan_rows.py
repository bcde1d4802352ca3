from sagent.tool import Plan, PlanItem, PlanStatus

MOST_ROWS = 8
_BEFORE_CURRENT = 2
"""How many items before the one in progress are shown of a long plan."""
_MARKS: dict[PlanStatus, str] = {"completed": "✓", "in_progress": "▸", "pending": "·"}


def plan_rows(plan: Plan) -> list[str]:
    """Show *plan* in a few rows; of a long one, the items about the one to be done now."""
    if not plan:
        return ["  ☰ no plan any more"]
    done = sum(item.status == "completed" for item in plan)
    first = _first(plan) if len(plan) > MOST_ROWS else 0
    shown = plan[first : first + MOST_ROWS]
    rows = [f"  ☰ {done} of {len(plan)} done", *map(_row, shown)]
    if others := len(plan) - len(shown):
        rows.append(f"    … and {others} more")
    return rows


def _row(item: PlanItem) -> str:
    return f"    {_MARKS[item.status]} {item.title}"


def _first(plan: Plan) -> int:
    left = (place for place, item in enumerate(plan) if item.status != "completed")
    current = next((n for n, item in enumerate(plan) if item.status == "in_progress"), None)
    wanted = next(left, len(plan)) if current is None else current
    return max(0, min(wanted - _BEFORE_CURRENT, len(plan) - MOST_ROWS))
