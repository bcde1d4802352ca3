"""Which parts are reduced together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagent.errors import UsageError
from sagent.team import FanIn
from sagent.team._groups import grouped

SIZES = st.lists(st.integers(0, 50), max_size=60)
FAN_INS = st.builds(FanIn, count=st.integers(2, 9), tokens=st.none() | st.integers(1, 100))


def test_neighbours_go_together_up_to_the_count() -> None:
    assert grouped([1] * 5, FanIn(count=2), least=1) == [range(2), range(2, 4), range(4, 5)]


def test_neighbours_go_together_up_to_the_tokens() -> None:
    assert grouped([4, 4, 4, 9], FanIn(tokens=8), least=1) == [range(2), range(2, 3), range(3, 4)]


def test_a_group_has_its_least_even_beyond_its_tokens() -> None:
    assert grouped([9, 9, 9], FanIn(tokens=8), least=2) == [range(2), range(2, 3)]


@given(SIZES, FAN_INS, st.integers(1, 2))
def test_groups_hold_every_part_once_and_in_order(
    sizes: list[int], fan_in: FanIn, least: int
) -> None:
    groups = grouped(sizes, fan_in, least=least)

    assert [place for group in groups for place in group] == list(range(len(sizes)))


@given(SIZES, FAN_INS)
def test_a_group_of_several_fits(sizes: list[int], fan_in: FanIn) -> None:
    groups = grouped(sizes, fan_in, least=1)

    assert all(len(group) <= fan_in.count for group in groups)
    assert all(
        len(group) == 1 or fan_in.tokens is None or sum(sizes[p] for p in group) <= fan_in.tokens
        for group in groups
    )


@given(SIZES, FAN_INS)
def test_with_two_at_least_every_level_has_fewer_parts(sizes: list[int], fan_in: FanIn) -> None:
    groups = grouped(sizes, fan_in, least=2)

    assert len(groups) <= (len(sizes) + 1) // 2


@pytest.mark.parametrize("arguments", [{"count": 1}, {"tokens": 0}])
def test_a_fan_in_that_reduces_nothing_is_refused(arguments: dict[str, int]) -> None:
    with pytest.raises(UsageError):
        FanIn(**arguments)
