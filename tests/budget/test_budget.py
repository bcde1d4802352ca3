"""What a tree of budgets allows, refuses and remembers."""

import decimal
import threading
from decimal import Decimal

import pytest
import trio

from sagent.budget import Amount, Budget, Estimate, Remaining, Spent, estimate
from sagent.errors import (
    BudgetExceededError,
    ConnectionFailedError,
    RateLimitError,
    ServerError,
    StreamCutError,
    UsageError,
)
from sagent.model import Price, Usage
from sagent.testing import ScriptedModel

NOTHING = Amount()


def call(usd: str | None = "0.10", tokens: int = 100) -> Estimate:
    price = None if usd is None else Decimal(usd)
    return Estimate(input_tokens=tokens, output_tokens=0, usd=price, model_id="m-1")


def bill(usd: str | None = "0.10", tokens: int = 100) -> Spent:
    return Spent(Usage(input_tokens=tokens), None if usd is None else Decimal(usd))


def test_a_call_is_reserved_and_then_spent() -> None:
    budget = Budget(usd="1.00", tokens=1000, rounds=5)

    hold = budget.reserve(call("0.10", tokens=100))
    reserved = budget.reserved
    hold.settle(bill("0.07", tokens=90))

    assert reserved == Amount(usd=Decimal("0.10"), tokens=100, calls=1)
    assert budget.reserved == NOTHING
    assert budget.spent == Amount(usd=Decimal("0.07"), tokens=90, calls=1)
    assert budget.remaining == Remaining(usd=Decimal("0.93"), tokens=910, calls=4)


def test_a_budget_without_limits_refuses_nothing_and_counts() -> None:
    budget = Budget()

    budget.reserve(call("1000000", tokens=10**9)).settle(bill("1000000", tokens=10**9))

    assert budget.spent.usd == 1_000_000
    assert budget.remaining == Remaining()


def test_the_last_cent_can_be_spent_and_no_more() -> None:
    budget = Budget(usd="0.20")

    budget.reserve(call("0.20"))

    with pytest.raises(BudgetExceededError):
        budget.reserve(call("0.000001"))


def test_calls_that_run_at_once_never_begin_beyond_the_limit() -> None:
    budget = Budget(usd="0.25")
    ann, bob, eve = (budget.child(name) for name in ("ann", "bob", "eve"))

    ann.reserve(call("0.10"))
    bob.reserve(call("0.10"))

    with pytest.raises(BudgetExceededError):
        eve.reserve(call("0.10"))


def test_a_share_is_bound_by_what_is_left_above_it() -> None:
    budget = Budget(usd="1")
    share = budget.child("reviewer", usd="5", tokens=7)
    budget.reserve(call("0.90")).settle(bill("0.90"))

    left = share.remaining

    assert left == Remaining(usd=Decimal("0.10"), tokens=7)
    with pytest.raises(BudgetExceededError, match="the budget of this run"):
        share.reserve(call("0.20", tokens=7))


def test_a_refused_call_reserves_nothing_anywhere() -> None:
    budget = Budget(rounds=1)
    share = budget.child()
    budget.reserve(call())

    with pytest.raises(BudgetExceededError):
        share.reserve(call())

    assert share.reserved == NOTHING
    assert budget.reserved.calls == 1


def test_what_a_grandchild_spends_counts_at_every_level() -> None:
    budget = Budget()
    child = budget.child("child")
    grandchild = child.child("grandchild")

    grandchild.reserve(call()).settle(bill("0.30"))

    assert budget.spent == child.spent == grandchild.spent
    assert budget.spent.usd == Decimal("0.30")


def test_a_call_that_took_more_than_expected_is_booked_and_the_next_is_refused() -> None:
    budget = Budget(usd="1")

    budget.reserve(call("0.10")).settle(bill("3"))

    assert budget.spent.usd == 3
    assert budget.remaining.usd == 0
    with pytest.raises(BudgetExceededError):
        budget.reserve(call("0"))


def test_a_call_is_settled_once() -> None:
    budget = Budget()
    hold = budget.reserve(call())
    hold.settle(bill())

    with pytest.raises(UsageError, match="settled or released already"):
        hold.settle(bill())

    assert budget.spent.calls == 1


def test_a_released_call_cannot_be_settled() -> None:
    hold = Budget().reserve(call())
    hold.release()

    with pytest.raises(UsageError, match="settled or released already"):
        hold.settle(bill())


def test_a_release_gives_back_once_and_never_what_is_settled() -> None:
    budget = Budget()
    released, settled = budget.reserve(call()), budget.reserve(call())

    released.release()
    released.release()
    settled.settle(bill())
    settled.release()

    assert budget.reserved == NOTHING
    assert budget.spent.calls == 1


@pytest.mark.parametrize(
    "error",
    [
        RateLimitError("slow down", status=429),
        ServerError("down", status=503),
        ConnectionFailedError("no route"),
        UsageError("no such effort"),
    ],
)
def test_a_call_that_was_refused_is_not_billed(error: Exception) -> None:
    budget = Budget()

    with pytest.raises(type(error)), budget.reserve(call()):
        raise error

    assert (budget.reserved, budget.spent) == (NOTHING, NOTHING)


@pytest.mark.parametrize(
    "error",
    [
        StreamCutError("cut"),
        ServerError("an error inside of the stream", status=200),
        KeyboardInterrupt(),
        ValueError("the caller's own"),
    ],
)
def test_a_call_that_broke_off_is_billed_as_expected(error: BaseException) -> None:
    budget = Budget()

    with pytest.raises(type(error)), budget.reserve(call("0.10")):
        raise error

    assert budget.reserved == NOTHING
    assert budget.spent == Amount(usd=Decimal("0.10"), tokens=100, calls=1)


async def test_a_cancelled_call_is_billed_as_expected() -> None:
    budget = Budget()

    with trio.CancelScope() as scope, budget.reserve(call("0.10")):
        scope.cancel()
        await trio.sleep_forever()

    assert budget.reserved == NOTHING
    assert budget.spent.usd == Decimal("0.10")


def test_a_block_that_settles_is_billed_what_it_took() -> None:
    budget = Budget()

    with budget.reserve(call("0.10")) as hold:
        hold.settle(bill("0.02"))

    assert budget.spent.usd == Decimal("0.02")


def test_a_bill_without_a_price_counts_as_the_estimate() -> None:
    budget = Budget(usd="1")

    budget.reserve(call("0.10")).settle(bill(None))

    assert budget.spent.usd == Decimal("0.10")


def test_calls_without_a_price_are_counted_where_money_is_not_limited() -> None:
    budget = Budget(tokens=1000)

    budget.reserve(call(None)).settle(bill(None, tokens=30))

    assert budget.spent == Amount(tokens=30, calls=1, unpriced_calls=1)


@pytest.mark.parametrize("usd", ["NaN", "Infinity"])
def test_what_is_no_price_is_none(usd: str) -> None:
    budget = Budget()

    budget.reserve(call(usd)).settle(bill(usd))

    assert budget.spent.unpriced_calls == 1


def test_counts_below_zero_give_nothing_back() -> None:
    budget = Budget()

    budget.reserve(call()).settle(Spent(Usage(input_tokens=-5, output_tokens=6), Decimal(-1)))

    assert budget.spent == Amount(tokens=6, calls=1)


def test_a_call_whose_tokens_the_server_does_not_count_is_booked_as_expected() -> None:
    model = ScriptedModel(price=Price(input_per_mtok="3", output_per_mtok="15"))
    budget = Budget()

    budget.reserve(estimate(model, 1000, 100)).settle(Spent.of(model, Usage()))

    assert budget.spent == Amount(usd=Decimal("0.0045"), tokens=1100, calls=1)


def test_a_call_without_a_price_cannot_be_made_where_money_is_limited_anywhere_above() -> None:
    share = Budget(usd="1").child(tokens=1000)

    with pytest.raises(UsageError) as caught:
        share.reserve(call(None))

    assert str(caught.value) == (
        "no price is known for m-1, so --max-budget-usd (usd=...) cannot be kept: "
        "limit the tokens (--max-budget-tokens, or tokens=...), or choose a model with a price"
    )
    assert share.reserved == NOTHING


def test_a_budget_of_no_money_allows_what_is_free() -> None:
    budget = Budget(usd=0)

    budget.reserve(call("0")).settle(bill("0"))

    assert budget.spent.calls == 1


def test_a_refusal_says_whose_limit_it_is_what_is_taken_and_what_to_do() -> None:
    share = Budget(usd="2.00").child("reviewer", usd="0.50")
    share.reserve(call("0.30")).settle(bill("0.25"))
    share.reserve(call("0.2000125"))

    with pytest.raises(BudgetExceededError) as caught:
        share.reserve(call("0.10"))

    assert str(caught.value) == (
        "the budget of reviewer is $0.50, with $0.25 spent and $0.2000125 reserved for calls that "
        "go on; the next call is expected to take $0.10: allow more dollars (--max-budget-usd, or "
        "usd=...), or ask for less"
    )


@pytest.mark.parametrize(
    ("budget", "said"),
    [
        (Budget(tokens=1050), "this run is 1,050 tokens, with 1,000 tokens spent"),
        (Budget(rounds=1), "this run is 1 round, with 1 round spent and 0 rounds reserved"),
        (Budget(rounds=1, name="ann"), r"budget of ann .* allow more rounds \(rounds=\.\.\.\)"),
    ],
)
def test_tokens_and_rounds_are_refused_in_their_own_words(budget: Budget, said: str) -> None:
    budget.reserve(call(tokens=1000)).settle(bill(tokens=1000))

    with pytest.raises(BudgetExceededError, match=said):
        budget.reserve(call())


@pytest.mark.parametrize("usd", ["", "$2", "two", "-1", "NaN", "Infinity", "1e99", -1, 0.5])
def test_what_is_no_amount_of_money_is_refused(usd: str | int) -> None:
    with pytest.raises(UsageError, match="is no amount of US dollars"):
        Budget(usd=usd)


def test_limits_below_zero_are_refused() -> None:
    with pytest.raises(UsageError, match="tokens is -1: allow none"):
        Budget(tokens=-1)
    with pytest.raises(UsageError, match="rounds is -1: allow none"):
        Budget().child(rounds=-1)
    with pytest.raises(UsageError, match="seconds is nan"):
        Budget(seconds=float("nan"))


def test_the_threads_own_context_of_decimals_changes_nothing() -> None:
    with decimal.localcontext(decimal.Context(prec=2)):
        budget = Budget(usd="123456.78")
        share = budget.child()
        share.reserve(call("1.111111")).settle(bill("1.111111"))
        share.reserve(call("2.222222"))

        left, total = share.remaining.usd, budget.ledger.total.usd

    assert left == Decimal("123453.446667")
    assert total == Decimal("1.111111")


def test_money_below_a_picodollar_is_rounded_up() -> None:
    budget = Budget()

    budget.reserve(call()).settle(bill("0.0000000000001"))

    assert budget.spent.usd == Decimal("1E-12")


def test_threads_that_share_a_budget_lose_nothing_and_pass_no_limit() -> None:
    budget = Budget(rounds=500)
    together = threading.Barrier(4)
    refused: list[BudgetExceededError] = []

    def spend() -> None:
        share = budget.child("worker")
        together.wait()
        for _ in range(200):
            try:
                share.reserve(call("0.01")).settle(bill("0.01"))
            except BudgetExceededError as error:
                refused.append(error)

    threads = [threading.Thread(target=spend) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert budget.spent == Amount(usd=Decimal(5), tokens=50_000, calls=500)
    assert budget.ledger.total == budget.spent
    assert len(refused) == 300


def test_what_is_carried_over_counts_against_the_limits_of_one_level_alone() -> None:
    whole = Budget(tokens=100)
    share = whole.child("scout", tokens=50)

    share.carry_over(Amount(tokens=45, calls=1))

    assert (share.remaining.tokens, whole.remaining.tokens) == (5, 100)
    assert (share.spent, share.ledger.total) == (Amount(), Amount())
    with pytest.raises(BudgetExceededError, match="with 45 tokens spent"):
        share.reserve(Estimate(input_tokens=6, output_tokens=0))
