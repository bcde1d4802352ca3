from collections.abc import Mapping, Sequence
from typing import Literal

import attrs

from sagent.errors import UsageError
from sagent.lib.json import JSON

type PlanStatus = Literal["pending", "in_progress", "completed"]
"""How far a step of a plan has come."""

type Plan = tuple[PlanItem, ...]
"""What an agent means to do, step by step."""

MOST_ITEMS = 100
MOST_ITEM_CHARS = 500
_MARKS: dict[PlanStatus, str] = {"pending": "[ ]", "in_progress": "[>]", "completed": "[x]"}
_STATUSES: dict[str, PlanStatus] = {status: status for status in _MARKS}


def _one_line(text: str) -> str:
    return " ".join(text.split())


@attrs.frozen(kw_only=True)
class PlanItem:
    """A step of a plan.

    Attributes:
        content: what is to be done, in a line.
        status: how far it has come.
        active_form: the same, as said while it is done; "" for `content`.
        id: names it among the others; "" for none.
    """

    content: str = attrs.field(converter=_one_line)
    status: PlanStatus = "pending"
    active_form: str = attrs.field(default="", converter=_one_line)
    id: str = attrs.field(default="", converter=_one_line)

    @property
    def title(self) -> str:
        """What people read of it now."""
        if self.status == "in_progress" and self.active_form:
            return self.active_form
        return self.content


def read_plan(items: JSON) -> Plan:
    """Read a plan from JSON, a list of objects with the fields of `PlanItem`.

    Raises:
        UsageError: it is none; the message is for the model that wrote it.
    """
    if not isinstance(items, Sequence) or isinstance(items, str):
        raise UsageError("a plan is a list of items")
    plan = tuple(_item(number, item) for number, item in enumerate(items, 1))
    check_plan(plan)
    return plan


def check_plan(plan: Plan) -> None:
    """See whether people can follow *plan*.

    Raises:
        UsageError: it has too many items, an empty or a very long one, two of one id, or more than
            one in progress.
    """
    if len(plan) > MOST_ITEMS:
        raise UsageError(f"the plan has {len(plan)} items: keep to {MOST_ITEMS}, in larger steps")
    for number, item in enumerate(plan, 1):
        if not item.content:
            raise UsageError(f"item {number} is empty: say what is to be done")
        longest = max(map(len, (item.content, item.active_form, item.id)))
        if longest > MOST_ITEM_CHARS:
            raise UsageError(f"item {number} is longer than a line of {MOST_ITEM_CHARS} characters")
    ids = [item.id for item in plan if item.id]
    for id_ in ids:
        if ids.count(id_) > 1:
            raise UsageError(f"two items have the id {id_!r}: give each its own, or none")
    active = [item.content for item in plan if item.status == "in_progress"]
    if len(active) > 1:
        raise UsageError(
            f"{len(active)} items are in progress ({'; '.join(active)[:200]}): keep one, as the "
            "user is to see what you are at"
        )


def plan_lines(plan: Plan) -> list[str]:
    """Write *plan* for a model, a line for each item."""
    return [f"{_MARKS[item.status]} {item.content}" for item in plan]


def plan_progress(plan: Plan) -> str:
    """Tell in a line how far *plan* has come."""
    if not plan:
        return "The plan is empty."
    done = sum(item.status == "completed" for item in plan)
    told = [f"Plan: {done} of {len(plan)} done."]
    for word, status in (("Now", "in_progress"), ("Next", "pending")):
        first = next((item for item in plan if item.status == status), None)
        told += [f"{word}: {first.content.rstrip('.')}."] if first else []
    return " ".join(told)


def plan_as_json(plan: Plan) -> list[dict[str, str]]:
    """Give *plan* as JSON, from which `read_plan` makes it again."""
    return [{name: text for name, text in _fields(item) if text} for item in plan]


def _fields(item: PlanItem) -> tuple[tuple[str, str], ...]:
    return (
        ("content", item.content),
        ("status", item.status),
        ("active_form", item.active_form),
        ("id", item.id),
    )


def _item(number: int, fields: JSON) -> PlanItem:
    if not isinstance(fields, Mapping):
        raise UsageError(f"item {number} is no object")
    texts = {name: fields.get(name) or "" for name in ("content", "active_form", "id")}
    content, active_form, id_ = (_text(number, name, text) for name, text in texts.items())
    status = _status(number, fields.get("status"))
    return PlanItem(content=content, status=status, active_form=active_form, id=id_)


def _status(number: int, value: JSON) -> PlanStatus:
    status = _STATUSES.get(value) if isinstance(value, str) else None
    if status is None:
        raise UsageError(f"the status of item {number} must be one of {', '.join(_STATUSES)}")
    return status


def _text(number: int, name: str, value: JSON) -> str:
    if not isinstance(value, str):
        raise UsageError(f"{name} of item {number} must be a string")
    return value
