"""What an agent has to say to people, in a few rows."""

from collections.abc import Mapping
from typing import assert_never

from sagent.agent import Planned, QuestionClosed, UserAsked
from sagent.tool import Answer, Plan, PlanItem, PlanStatus

MOST_ROWS = 8
_BEFORE_CURRENT = 2
"""How many items before the one in progress are shown of a long plan."""
_MARKS: Mapping[PlanStatus, str] = {"completed": "✓", "in_progress": "▸", "pending": "·"}


def people_rows(event: Planned | UserAsked | QuestionClosed) -> list[str]:
    """Show *event*."""
    match event:
        case Planned(items=items):
            return plan_rows(items)
        case UserAsked(question=question):
            return [f"  ? {question.text}", *(f"    · {label}" for label in question.labels)]
        case QuestionClosed(answer=answer):
            return [f"    → {'withdrawn' if answer is None else _said(answer)}"]
        case _:
            assert_never(event)


def _said(answer: Answer) -> str:
    return ", ".join(filter(None, (*answer.chosen, answer.other))) or "passed over"


def plan_rows(plan: Plan) -> list[str]:
    """Show *plan*; of a long one, the items about the one to be done now."""
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
    """Give the place of the first item to show."""
    left = [place for place, item in enumerate(plan) if item.status != "completed"]
    active = [place for place in left if plan[place].status == "in_progress"]
    wanted = next(iter(active or left), len(plan))
    return max(0, min(wanted - _BEFORE_CURRENT, len(plan) - MOST_ROWS))
