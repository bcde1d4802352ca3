from hypothesis import given
from hypothesis import strategies as st

from sagent.process._birth import numbers_since

MOST = 64
RESERVED = 3


def numbered(previous: int, taken: set[int]) -> int:
    """The next free number, as Linux gives it out."""
    number = previous
    while True:
        number = number + 1 if number + 1 < MOST else RESERVED
        if number not in taken:
            return number


@given(
    before=st.sets(st.integers(1, MOST - 1), max_size=MOST // 2 - 1),
    cursor=st.integers(1, MOST - 1),
    lives=st.lists(st.booleans(), max_size=MOST // 2 - 2),
)
def test_whoever_began_later_is_among_the_younger(
    before: set[int], cursor: int, lives: list[bool]
) -> None:
    leader = last = numbered(cursor, before)
    later = {leader}
    for lives_on in lives:
        last = numbered(last, before | later)
        later |= {last} if lives_on else set()

    younger = numbers_since(
        before | later, leader=leader, last=last, forks=1 + len(lives), most=MOST
    )

    assert later <= set(younger)


def test_whoever_was_there_before_is_not_looked_into() -> None:
    assert numbers_since([1, 40, 50, 60], leader=50, last=55, forks=6, most=MOST) == [50]


def test_numbers_that_began_anew_are_among_the_younger() -> None:
    assert numbers_since([1, 5, 40, 60], leader=60, last=5, forks=9, most=MOST) == [1, 5, 60]


def test_all_are_looked_into_when_the_numbers_may_have_gone_round() -> None:
    assert numbers_since([1, 40, 60], leader=50, last=55, forks=40, most=MOST) == [1, 40, 60]


def test_a_count_that_is_not_kept_is_not_believed() -> None:
    assert numbers_since([1, 40, 60], leader=50, last=55, forks=0, most=MOST) == [1, 40, 60]
