"""What is expected of a call, and what the rest of a budget buys."""

from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagent.budget import (
    ASSUMED_OUTPUT_TOKENS,
    Budget,
    Estimate,
    Spent,
    affordable_output_tokens,
    estimate,
)
from sagent.model import Model, ModelRequest, ModelResponse, ModelStream, Price, Usage
from sagent.providers import Anthropic, Local, MiniMax, SelfHosted
from sagent.testing import ScriptedModel

SONNET = Anthropic.from_key("a key").model("claude-sonnet-4-6")


FLAT = ScriptedModel(
    model_id="flat", price=Price(input_per_mtok="3", output_per_mtok="15", cached_per_mtok="0.30")
)
FREE = ScriptedModel(price=Price())


class Odd(ScriptedModel):
    """A model whose price is no straight line: what is beyond a thousand tokens costs double."""

    def price_usd(self, usage: Usage, *, when: datetime | None = None) -> Decimal | None:
        return Decimal(usage.output_tokens + max(0, usage.output_tokens - 1000))


class Confused(ScriptedModel):
    """A model that gives no number for a price."""

    def price_usd(self, usage: Usage, *, when: datetime | None = None) -> Decimal | None:
        return Decimal("NaN")


class Unpriced:
    """A model that knows of no prices at all."""

    model_id = "plain"
    context_window = None

    def stream(self, request: ModelRequest) -> ModelStream:
        raise NotImplementedError

    async def buffer(self, request: ModelRequest) -> ModelResponse:
        raise NotImplementedError


def test_an_estimate_is_the_request_and_a_short_answer_at_the_models_price() -> None:
    expected = estimate(FLAT, 10_000)

    assert expected == Estimate(
        input_tokens=10_000, output_tokens=1000, usd=Decimal("0.045"), model_id="flat"
    )


def test_an_answer_is_expected_to_keep_to_its_cap() -> None:
    short, long = estimate(FLAT, 0, 20), estimate(FLAT, 0, 64_000)

    assert (short.output_tokens, long.output_tokens) == (20, ASSUMED_OUTPUT_TOKENS)


def test_a_caller_who_will_not_overspend_assumes_the_whole_cap() -> None:
    expected = estimate(FLAT, 0, 8000, assumed_output_tokens=8000)

    assert expected.usd == Decimal("0.12")


def test_what_the_cache_has_is_expected_to_cost_less() -> None:
    expected = estimate(FLAT, 10_000, 0, cached_tokens=9000)

    assert expected.usd == Decimal("0.0057")


def test_no_more_can_come_from_the_cache_than_is_sent() -> None:
    assert estimate(FLAT, 1000, 0, cached_tokens=9999).usd == Decimal("0.0003")


def test_what_is_new_to_an_anthropic_cache_is_expected_to_cost_what_writing_does() -> None:
    expected = estimate(SONNET, 1_000, 0)

    assert expected.usd == Decimal("0.00375")


def test_what_is_new_to_a_cache_that_is_cheap_to_write_is_expected_not_to_be_written() -> None:
    highspeed = MiniMax.from_key("a key").model("MiniMax-M2.7-highspeed")

    assert estimate(highspeed, 1_000, 0).usd == Decimal("0.0006")


@pytest.mark.parametrize(
    "model", [SelfHosted().model("my-model"), ScriptedModel(), Unpriced(), Confused()]
)
def test_a_model_without_a_price_has_an_estimate_of_tokens(model: Model) -> None:
    expected = estimate(model, 10)

    assert (expected.input_tokens, expected.usd) == (10, None)


def test_a_local_model_costs_nothing() -> None:
    model = Local().model()

    assert estimate(model, 10_000).usd == 0
    assert affordable_output_tokens(Decimal(0), model, 10_000) is None


def test_what_a_call_took_is_priced_by_its_model() -> None:
    usage = Usage(input_tokens=10_000, cached_tokens=8000, output_tokens=100)

    assert Spent.of(FLAT, usage) == Spent(usage, Decimal("0.0099"))
    assert Spent.of(Unpriced(), usage) == Spent(usage, None)


def test_what_remains_buys_an_answer_after_the_input_is_paid() -> None:
    assert affordable_output_tokens(Decimal("0.06"), FLAT, 10_000) == 2000


def test_where_not_even_the_input_can_be_paid_nothing_can_be_written() -> None:
    assert affordable_output_tokens(Decimal("0.02"), FLAT, 10_000) == 0


@pytest.mark.parametrize(
    ("remaining", "model"),
    [
        (None, FLAT),
        (Decimal(1), FREE),
        (Decimal(1), Unpriced()),
        (Decimal(1000), FLAT),
    ],
)
def test_without_a_limit_or_a_price_or_with_enough_for_any_answer_there_is_no_cap(
    remaining: Decimal | None, model: Model
) -> None:
    assert affordable_output_tokens(remaining, model, 10) is None


@pytest.mark.parametrize(("remaining", "bought"), [(500, 500), (1000, 1000), (1501, 1250)])
def test_a_price_that_rises_with_the_length_of_the_answer_is_kept_to(
    remaining: int, bought: int
) -> None:
    assert affordable_output_tokens(Decimal(remaining), Odd(), 10) == bought


@given(
    remaining=st.decimals(min_value=0, max_value=2, places=9),
    given_tokens=st.integers(0, 300_000),
    share=st.integers(0, 100),
)
def test_what_remains_buys_exactly_as_much_as_it_can(
    remaining: Decimal, given_tokens: int, share: int
) -> None:
    cached = given_tokens * share // 100

    def cost(written: int) -> Decimal:
        expected = estimate(
            SONNET,
            given_tokens,
            cached_tokens=cached,
            assumed_output_tokens=written,
        )
        assert expected.usd is not None
        return expected.usd

    bought = affordable_output_tokens(remaining, SONNET, given_tokens, cached_tokens=cached)

    assert bought is not None
    assert cost(bought) <= remaining or bought == 0
    assert cost(bought + 1) > remaining


def test_calls_that_are_capped_by_what_remains_never_pass_the_limit() -> None:
    budget = Budget(usd="0.10")

    for _ in range(2):
        remaining = budget.remaining.usd
        hold = budget.reserve(estimate(FLAT, 1000))
        cap = affordable_output_tokens(remaining, FLAT, 1000)
        hold.settle(Spent.of(FLAT, Usage(input_tokens=1000, output_tokens=min(cap or 0, 4000))))

    assert budget.spent.usd == Decimal("0.09999")
