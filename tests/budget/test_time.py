"""The time that a budget gives."""

import pytest
import trio

from sagent.budget import Budget
from sagent.errors import (
    BudgetExceededError,
)


def test_a_deadline_is_the_earliest_of_all_levels() -> None:
    budget = Budget(seconds=60)
    late, early, free = budget.child(seconds=100), budget.child(seconds=5), budget.child()

    deadlines = [share.deadline(1000) for share in (late, early, free)]

    assert deadlines == [1060, 1005, 1060]


def test_the_time_of_each_level_begins_with_the_first_question_about_it() -> None:
    budget = Budget(seconds=60)
    share = budget.child(seconds=30)
    budget.deadline(1000)

    first, later = share.deadline(1010), share.deadline(1039)

    assert (first, later) == (1040, 1040)


def test_without_a_limit_there_is_no_deadline() -> None:
    assert Budget().child().deadline(1000) == float("inf")


async def test_a_run_that_takes_too_long_is_cancelled_and_told_whose_time_is_up(
    autojump_clock: trio.testing.MockClock,
) -> None:
    share = Budget(seconds=2.5, name="ann").child("bob", seconds=10)

    with trio.CancelScope(deadline=share.deadline(trio.current_time())):
        await trio.sleep_forever()

    assert autojump_clock.current_time() == 2.5
    with pytest.raises(BudgetExceededError, match=r"the budget of ann is 2\.5 seconds"):
        share.check_deadline(trio.current_time())


def test_in_time_nothing_is_said() -> None:
    budget = Budget(seconds=1)
    budget.deadline(0)

    budget.check_deadline(0.5)
