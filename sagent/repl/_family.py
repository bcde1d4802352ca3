"""The agents below the one that a person talks to: who is at work, and what came of it."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import assert_never

import attrs

from sagent.agent import (
    AgentStatus,
    ChildEvent,
    Done,
    Failed,
    Interrupted,
    QuestionClosed,
    Responded,
    Retrying,
    ToolCalled,
    ToolReturned,
    UserAsked,
)
from sagent.model import Usage
from sagent.repl._family_view import FamilyRow, FamilyView
from sagent.repl._figures import figures
from sagent.repl._lineage import depth_among, in_tree_order
from sagent.repl._printed import Printed, Remark, in_short
from sagent.terminal import one_line

MOST_ROWS = 8
"""How many agents are shown at once; of the rest, their number."""
_WORK = (
    ToolCalled,
    ToolReturned,
    UserAsked,
    QuestionClosed,
    Retrying,
    Responded,
    Done,
    Failed,
    Interrupted,
)
"""What tells that an agent is at work, or was until now."""


@attrs.define
class _Member:
    since_s: float
    doing: str = "thinking"
    status: AgentStatus | None = None
    usage: Usage = attrs.field(factory=Usage)
    cost_usd: Decimal = Decimal(0)


@attrs.define
class Family:
    """Follows the agents below one, by what they tell and by how they stand.

    What they tell comes at once, but not from all of them, and nothing tells that an agent has
    been killed; so they are looked at besides, now and then.
    """

    _at_work: dict[str, _Member] = attrs.field(factory=dict[str, _Member], init=False)
    _ended_s: dict[str, float] = attrs.field(factory=dict[str, float], init=False)

    @property
    def is_at_work(self) -> bool:
        """Whether any of them is."""
        return bool(self._at_work)

    def hear(self, told: ChildEvent, now_s: float) -> list[Printed]:
        """Take in what one tells, and give what is left of it when its work has ended."""
        path, event = told.path, told.event
        if not isinstance(event, _WORK):
            return []
        member = self._at_work.setdefault(path, _Member(now_s))
        match event:
            case ToolCalled():
                member.doing = event.summary
            case ToolReturned() | QuestionClosed():
                member.doing = "thinking"
            case UserAsked():
                member.doing = f"asks: {event.question.text}"
            case Retrying():
                member.doing = f"waits: {event.content}"
            case Responded():
                member.usage += event.usage
                member.cost_usd += event.cost_usd or 0
            case Done() | Failed() | Interrupted():
                del self._at_work[path]
                self._ended_s[path] = now_s
                return [_last_line(told.name, member, event, now_s)]
        return []

    def see(
        self,
        statuses: Mapping[str, AgentStatus],
        alive: Iterable[str],
        *,
        asked_s: float,
        now_s: float,
    ) -> list[Printed]:
        """Take in how those stand that have answered, by their paths, when asked at *asked_s*.

        Give a line for each that was at work, and is not *alive* any more without having told so.
        """
        alive = frozenset(alive)
        for path, status in statuses.items():
            if self._ended_s.get(path, -1) >= asked_s:
                continue  # since then it has told otherwise
            if status.phase == "idle":
                self._at_work.pop(path, None)
            elif (member := self._at_work.get(path)) is None:
                self._at_work[path] = _Member(now_s, status=status)
            else:
                member.status = status
        gone = [
            path
            for path, member in self._at_work.items()
            if path not in alive and member.since_s < asked_s
        ]
        self._ended_s = {path: at for path, at in self._ended_s.items() if path in alive}
        return [
            Remark(f"  {_name(path)} ended · {_figures(self._at_work.pop(path), now_s)}")
            for path in gone
        ]

    def forget(self) -> None:
        """Take nobody for being at work until they are seen to be."""
        self._at_work.clear()

    def view(self, now_s: float) -> FamilyView:
        """Show those at work, *now_s* by the clock."""
        paths = in_tree_order(self._at_work)
        rows = tuple(self._row(path, now_s) for path in paths[:MOST_ROWS])
        return FamilyView(rows=rows, hidden=len(paths) - len(rows))

    def _row(self, path: str, now_s: float) -> FamilyRow:
        member = self._at_work[path]
        depth = depth_among(path, self._at_work)
        status = member.status
        return FamilyRow(
            depth=depth,
            name=_name(path),
            doing=one_line(member.doing),
            elapsed_s=now_s - member.since_s,
            tokens=max(_total(member.usage), 0 if status is None else _total(status.usage)),
            cost_usd=max(member.cost_usd, Decimal(0) if status is None else status.cost_usd),
        )


def _figures(member: _Member, now_s: float) -> str:
    tokens, cost_usd = _total(member.usage), member.cost_usd
    if not tokens and member.status is not None:
        tokens, cost_usd = _total(member.status.usage), member.status.cost_usd
    return figures(now_s - member.since_s, tokens, cost_usd)


def _last_line(
    name: str, member: _Member, event: Done | Failed | Interrupted, now_s: float
) -> Remark:
    told = _figures(member, now_s)
    match event:
        case Failed():
            return Remark(f"  ✗ {name} failed · {told}: {event.content}", "error")
        case Interrupted():
            return Remark(f"  {name} interrupted · {told}", "notice")
        case Done():
            return Remark(f"  {name} done · {told} → {in_short(event.text)}")
        case _:
            assert_never(event)


def _total(usage: Usage) -> int:
    return usage.input_tokens + usage.output_tokens


def _name(path: str) -> str:
    return path.rpartition("/")[2]
