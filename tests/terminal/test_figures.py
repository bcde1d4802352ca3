"""Times, sums and sizes as people read them."""

from decimal import Decimal

import pytest

from sagent.terminal import age, cost, size_of

SECOND_NS = 10**9


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (-5, "now"),
        (59, "now"),
        (60, "1 min ago"),
        (3_599, "59 min ago"),
        (3_600, "1 h ago"),
        (86_399, "23 h ago"),
        (86_400 * 400, "400 d ago"),
    ],
)
def test_an_age_is_told_in_its_largest_unit(seconds: int, shown: str) -> None:
    now_ns = 10**18

    assert age(now_ns - seconds * SECOND_NS, now_ns) == shown


@pytest.mark.parametrize(
    ("usd", "shown"),
    [("0", ""), ("0.004", "<$0.01"), ("0.01", "$0.01"), ("12.346", "$12.35")],
)
def test_a_cost_is_told_to_the_cent(usd: str, shown: str) -> None:
    assert cost(Decimal(usd)) == shown


@pytest.mark.parametrize(
    ("size_bytes", "shown"),
    [(1, "1 kB"), (311_900, "312 kB"), (1_000_000, "1.0 MB"), (1_240_000, "1.2 MB")],
)
def test_a_size_is_told_in_kilobytes_or_megabytes(size_bytes: int, shown: str) -> None:
    assert size_of(size_bytes) == shown
