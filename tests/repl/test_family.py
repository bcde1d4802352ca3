"""Who is at work below an agent, as a person sees it."""

from decimal import Decimal

import attrs
import pytest

from sagent.agent import (
    AgentStatus,
    ChildEvent,
    Done,
    Failed,
    Notice,
    OwnEvent,
    Responded,
    ToolCalled,
    ToolReturned,
)
from sagent.agent._status import Phase
from sagent.message import TextMessage
from sagent.model import Usage
from sagent.repl._family import MOST_ROWS, Family
from sagent.repl._family_lines import family_lines
from sagent.repl._family_view import FamilyRow, FamilyView

USAGE = Usage(input_tokens=300, output_tokens=45)
LS = ToolCalled(call_id="c1", name="Bash", summary="Bash ls", content={})
LISTED = ToolReturned(call_id="c1", name="Bash", message=TextMessage("a"))
DONE = Done(TextMessage("fine"), USAGE)


def told(name: str, event: OwnEvent) -> ChildEvent:
    return ChildEvent(path=f"/Agent/{name}", event=event)


def stands(name: str, phase: Phase = "thinking") -> AgentStatus:
    return AgentStatus(
        name=name,
        title="",
        task="",
        phase=phase,
        model_id="m",
        messages=1,
        context_tokens=1,
        context_window=None,
        usage=USAGE,
        cost_usd=Decimal("0.02"),
        unpriced_calls=0,
        tasks=(),
    )


def texts(family: Family, *events: ChildEvent, now_s: float = 0) -> list[str]:
    return [one.text for event in events for one in family.hear(event, now_s)]


def see(family: Family, statuses: dict[str, AgentStatus], *, at_s: float) -> list[str]:
    told = family.see(statuses, statuses, asked_s=at_s, now_s=at_s)
    return [one.text for one in told]


def names(family: Family) -> list[tuple[int, str]]:
    return [(row.depth, row.name) for row in family.view(0).rows]


def test_an_agent_is_shown_with_what_it_does_until_it_has_ended() -> None:
    family = Family()

    assert texts(family, told("kid", LS), told("kid", Responded(USAGE, Decimal("0.02")))) == []
    row = family.view(12).rows[0]
    ended = texts(family, told("kid", LISTED), told("kid", DONE), now_s=12)

    assert (row.doing, row.figures) == ("Bash ls", "12s · 345 tokens · $0.02")
    assert ended == ["  kid done · 12s · 345 tokens · $0.02 → fine"]
    assert not family.is_at_work


def test_a_failure_is_told_with_its_reason() -> None:
    failed = texts(Family(), told("kid", LS), told("kid", Failed("no key")))

    assert failed == ["  ✗ kid failed · 0s: no key"]


def test_one_that_tells_nothing_is_seen_and_missed_when_it_has_gone() -> None:
    family = Family()

    see(family, {"/kid": stands("kid")}, at_s=1)
    seen = names(family)
    gone = see(family, {}, at_s=3)

    assert seen == [(0, "kid")]
    assert gone == ["  kid ended · 2s · 345 tokens · $0.02"]


def test_one_that_is_too_busy_to_answer_is_not_taken_for_gone() -> None:
    family = Family()
    see(family, {"/kid": stands("kid")}, at_s=1)

    told = family.see({}, ["/kid"], asked_s=2, now_s=3)

    assert (told, names(family)) == ([], [(0, "kid")])


def test_one_that_has_become_idle_is_shown_no_more_and_told_nothing_of() -> None:
    family = Family()

    see(family, {"/kid": stands("kid")}, at_s=1)
    said = see(family, {"/kid": stands("kid", "idle")}, at_s=2)

    assert (said, names(family)) == ([], [])


def test_what_was_asked_before_the_end_brings_nobody_back() -> None:
    family = Family()
    texts(family, told("kid", LS), told("kid", DONE), now_s=5)

    see(family, {"/Agent/kid": stands("kid")}, at_s=4)

    assert not family.is_at_work


def test_news_of_an_idle_agent_is_no_work() -> None:
    family = Family()

    texts(family, told("kid", Notice("hm")))

    assert not family.is_at_work


def test_children_stand_below_their_parents_by_their_names() -> None:
    family = Family()
    paths = ["/z10", "/z9", "/a", "/z9/only", "/a/guardian#1/b/c", "/a/guardian#1/b", "/a/d"]

    see(family, {path: stands(path) for path in paths}, at_s=1)

    assert names(family) == [
        (0, "a"),
        (1, "b"),
        (2, "c"),
        (1, "d"),
        (0, "z9"),
        (1, "only"),
        (0, "z10"),
    ]


def test_three_hundred_at_work_take_no_more_room_than_a_few() -> None:
    family = Family()

    see(family, {f"/k{n}": stands(f"k{n}") for n in range(300)}, at_s=1)
    view = family.view(1)

    assert (len(view.rows), view.hidden) == (MOST_ROWS, 300 - MOST_ROWS)
    assert family_lines(view, columns=40, most=3)[2:] == ["  … 298 more"]


@pytest.mark.parametrize(
    ("columns", "line"),
    [
        (60, f"  kid    読む the whole file{' ' * 8}12s · 345 tokens · $0.02"),
        (40, f"  kid    読む the whole file{' ' * 9}12s"),
        (20, "  kid    読む the w…"),
        (8, "  kid  …"),
    ],
)
def test_a_line_keeps_what_matters_most(columns: int, line: str) -> None:
    row = FamilyRow(
        name="kid",
        doing="読む the whole file",
        elapsed_s=12,
        tokens=345,
        cost_usd=Decimal("0.02"),
    )
    below = attrs.evolve(row, depth=1)

    lines = family_lines(FamilyView(rows=(row, below)), columns=columns, most=9)

    assert lines[0] == line
