"""What an agent has to say to people, as they and programs see it."""

import json

from command import Command, at
from hypothesis import given
from hypothesis import strategies as st
from loopback import answer, call, serve_loopback

from sagent.terminal._people_rows import MOST_ROWS, plan_rows
from sagent.tool import Plan, PlanItem, PlanStatus


def plan_at(current: int, length: int) -> Plan:
    """Make a plan whose items before *current* are done."""

    def status(place: int) -> PlanStatus:
        return "completed" if place < current else "in_progress" if place == current else "pending"

    return tuple(PlanItem(content=f"step {n}", status=status(n)) for n in range(length))


def test_a_short_plan_is_shown_whole_with_the_words_for_what_is_done_now() -> None:
    items = (
        PlanItem(content="Look", status="completed"),
        PlanItem(content="Mend it", status="in_progress", active_form="Mending it"),
        PlanItem(content="Test"),
    )

    assert plan_rows(items) == ["  ☰ 1 of 3 done", "    ✓ Look", "    ▸ Mending it", "    · Test"]


def test_of_a_long_plan_what_is_about_the_current_step_is_shown() -> None:
    rows = plan_rows(plan_at(50, 90))

    assert rows[0] == "  ☰ 50 of 90 done"
    assert rows[1:4] == ["    ✓ step 48", "    ✓ step 49", "    ▸ step 50"]
    assert rows[-1] == "    … and 82 more"


def test_a_plan_that_is_gone_is_told_so() -> None:
    assert plan_rows(()) == ["  ☰ no plan any more"]


@given(st.integers(0, 40), st.integers(1, 40))
def test_no_plan_takes_more_than_ten_rows_and_each_shows_the_current_step(
    current: int, length: int
) -> None:
    rows = plan_rows(plan_at(current, length))

    assert len(rows) <= MOST_ROWS + 2
    assert current >= length or f"    ▸ step {current}" in rows


def test_a_plan_is_an_object_in_the_stream_of_a_run(sagent: Command) -> None:
    todos = [{"content": "Look", "status": "in_progress"}]
    with serve_loopback(call("Todo", {"todos": todos}), answer("done")) as server:
        done = sagent(*at(server), "--output-format", "stream-json", "hi")

    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert {"descriptor": "application/x-plan", "content": todos} in events
    assert done.stderr == b""


def test_a_question_that_nobody_can_answer_is_left_to_the_model(sagent: Command) -> None:
    with serve_loopback(call("AskUser", {"question": "Why?"}), answer("done")) as server:
        done = sagent(*at(server), "--tools", "AskUser", "--", "hi")

    assert "nobody here to ask" in server.seen[1].body["messages"][-1]["content"]
    assert (done.returncode, done.stdout) == (0, b"done\n")
