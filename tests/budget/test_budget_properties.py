"""Whatever is reserved, settled and released, in whatever order."""

from decimal import Decimal

import attrs
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from sagent.budget import Amount, Budget, Estimate, Hold, LedgerEntry, Spent
from sagent.errors import BudgetExceededError
from sagent.model import Usage

NOTHING = Amount()
money = st.decimals(min_value=0, max_value=5, places=7)
limits = st.fixed_dictionaries(
    {
        "usd": st.none() | money,
        "tokens": st.none() | st.integers(0, 500),
        "rounds": st.none() | st.integers(0, 8),
    }
)
tokens = st.integers(0, 100)


@attrs.define(eq=False)
class Node:
    budget: Budget
    limits: dict[str, Decimal | int | None]
    parent: "Node | None" = None
    children: "list[Node]" = attrs.field(factory=list["Node"])
    own: Amount = NOTHING

    def total(self) -> Amount:
        return sum((child.total() for child in self.children), self.own)

    def lineage(self) -> "list[Node]":
        return [self, *(self.parent.lineage() if self.parent else [])]

    def fits(self, asked: Amount) -> bool:
        taken = self.budget.spent + self.budget.reserved + asked
        return all(
            limit is None or amount <= limit
            for limit, amount in (
                (self.limits["usd"], taken.usd),
                (self.limits["tokens"], taken.tokens),
                (self.limits["rounds"], taken.calls),
            )
        )


class Trees(RuleBasedStateMachine):
    @initialize(limits=limits)
    def plant(self, limits: dict[str, Decimal | int | None]) -> None:
        self.nodes = [Node(Budget(**limits), limits)]  # type: ignore[arg-type]  # as drawn
        self.open: list[tuple[Node, Hold]] = []

    @precondition(lambda self: len(self.nodes) < 8)
    @rule(data=st.data(), limits=limits, name=st.sampled_from("ab"))
    def grow(self, data: st.DataObject, limits: dict[str, Decimal | int | None], name: str) -> None:
        parent = data.draw(st.sampled_from(self.nodes))
        budget = parent.budget.child(name, **limits)  # type: ignore[arg-type]  # as drawn
        child = Node(budget, limits, parent)
        parent.children.append(child)
        self.nodes.append(child)

    @rule(data=st.data(), usd=money, given=tokens, written=tokens)
    def reserve(self, data: st.DataObject, usd: Decimal, given: int, written: int) -> None:
        node = data.draw(st.sampled_from(self.nodes))
        estimate = Estimate(input_tokens=given, output_tokens=written, usd=usd)
        fits = all(each.fits(estimate.amount) for each in node.lineage())
        before = [each.budget.reserved for each in self.nodes]
        try:
            self.open.append((node, node.budget.reserve(estimate)))
        except BudgetExceededError:
            assert not fits
            assert [each.budget.reserved for each in self.nodes] == before
        else:
            assert fits

    @precondition(lambda self: self.open)
    @rule(data=st.data(), usd=money, given=st.integers(1, 100), written=tokens)
    def settle(self, data: st.DataObject, usd: Decimal, given: int, written: int) -> None:
        node, hold = self.open.pop(data.draw(st.integers(0, len(self.open) - 1)))
        hold.settle(Spent(Usage(input_tokens=given, output_tokens=written), usd))
        node.own += Amount(usd=usd, tokens=given + written, calls=1)

    @precondition(lambda self: self.open)
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        _, hold = self.open.pop(data.draw(st.integers(0, len(self.open) - 1)))
        hold.release()

    @invariant()
    def what_is_spent_at_a_level_is_its_own_and_its_childrens(self) -> None:
        for node in self.nodes:
            assert node.budget.spent == node.total()

    @invariant()
    def what_is_reserved_at_a_level_is_what_is_open_below_it(self) -> None:
        for node in self.nodes:
            below = [hold.estimate.amount for at, hold in self.open if node in at.lineage()]
            assert node.budget.reserved == sum(below, NOTHING)

    @invariant()
    def nothing_more_can_be_reserved_than_what_remains(self) -> None:
        for node in self.nodes:
            left = node.budget.remaining
            asked = Amount(usd=left.usd or Decimal(0), tokens=left.tokens or 0)
            over = any(not each.fits(NOTHING) for each in node.lineage())
            assert over or all(each.fits(asked) for each in node.lineage())

    @invariant()
    def the_ledger_adds_up(self) -> None:
        ledger = self.nodes[0].budget.ledger
        assert ledger.total == self.nodes[0].total()
        assert sum((entry.own for entry in _all(ledger)), NOTHING) == ledger.total

    def teardown(self) -> None:
        for _, hold in self.open:
            hold.release()
        for node in self.nodes:
            assert node.budget.reserved == NOTHING


def _all(entry: LedgerEntry) -> list[LedgerEntry]:
    return [entry, *(below for child in entry.children for below in _all(child))]


TestTrees = Trees.TestCase
TestTrees.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
