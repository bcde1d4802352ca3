"""Who spent what, to the cent and in bounded memory."""

from decimal import Decimal

from sagent.budget import Amount, Budget, Estimate, Spent
from sagent.model import Usage


def spend(budget: Budget, usd: str) -> None:
    estimate = Estimate(input_tokens=1, output_tokens=0, usd=Decimal(usd))
    budget.reserve(estimate).settle(Spent(Usage(input_tokens=1), Decimal(usd)))


def test_the_ledger_tells_what_each_child_spent_and_adds_up() -> None:
    budget = Budget()
    reviewer = budget.child("reviewer")
    spend(budget, "0.10")
    spend(reviewer, "0.0333")
    spend(reviewer.child("tester"), "0.007")

    ledger = budget.ledger

    assert (ledger.name, ledger.own.usd) == ("this run", Decimal("0.10"))
    (entry,) = ledger.children
    assert (entry.name, entry.own.usd) == ("reviewer", Decimal("0.0333"))
    assert [child.name for child in entry.children] == ["tester"]
    assert entry.total.usd == Decimal("0.0403")
    assert ledger.total == budget.spent
    assert ledger.total.usd == Decimal("0.1403")


def test_children_of_one_name_are_one_entry_and_have_limits_of_their_own() -> None:
    budget = Budget()
    for _ in range(3):
        spend(budget.child("worker", rounds=1), "0.01")

    (entry,) = budget.ledger.children

    assert entry.own == Amount(usd=Decimal("0.03"), tokens=3, calls=3)


def test_what_a_child_spent_stays_when_the_child_is_gone() -> None:
    budget = Budget()
    share = budget.child("short-lived")
    spend(share, "0.01")

    del share

    assert budget.ledger.children[0].total.usd == Decimal("0.01")


def test_a_childs_ledger_is_its_part_of_the_whole() -> None:
    budget = Budget()
    share = budget.child("reviewer")
    spend(share, "0.01")

    assert share.ledger == budget.ledger.children[0]


def test_names_are_kept_apart_up_to_a_thousand() -> None:
    budget = Budget()
    for number in range(1100):
        spend(budget.child(f"worker-{number}"), "0.01")

    ledger = budget.ledger

    assert len(ledger.children) == 1001
    assert ledger.children[-1].name == "(others)"
    assert ledger.children[-1].own.calls == 100
    assert ledger.total == budget.spent
