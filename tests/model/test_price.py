"""What a model says that its calls cost."""

import decimal
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagent.errors import UsageError
from sagent.model import ModelRequest, Price, Priced, Usage
from sagent.providers import Local, OpenAICompat, SelfHosted
from sagent.testing import ScriptedModel

USAGE = Usage(input_tokens=1_000_000, output_tokens=100_000, cached_tokens=200_000)
tokens = st.integers(0, 10**9)
rates = st.decimals(min_value=0, max_value=1000, places=6)


def test_a_call_costs_its_tokens_at_their_rates() -> None:
    price = Price(input_per_mtok="3", output_per_mtok=15, cached_per_mtok=Decimal("0.30"))

    assert price.of(USAGE) == Decimal("2.40") + Decimal("0.06") + Decimal("1.50")


def test_cached_tokens_without_a_rate_cost_what_input_costs() -> None:
    assert Price(input_per_mtok="3").of(USAGE) == 3


def test_a_price_that_says_nothing_is_free() -> None:
    assert Price().of(USAGE) == 0


@given(given_rate=rates, written_rate=rates, given_tokens=tokens, written_tokens=tokens)
def test_a_price_is_exact_whatever_the_threads_context_of_decimals(
    given_rate: Decimal, written_rate: Decimal, given_tokens: int, written_tokens: int
) -> None:
    price = Price(input_per_mtok=given_rate, output_per_mtok=written_rate)
    with decimal.localcontext(decimal.Context(prec=2)):
        cost = price.of(Usage(input_tokens=given_tokens, output_tokens=written_tokens))

    micro = int(given_rate * 10**6) * given_tokens + int(written_rate * 10**6) * written_tokens
    assert int(cost.scaleb(12, decimal.Context(prec=60))) == micro


@pytest.mark.parametrize("rate", ["", "$3", "-1", "NaN", "Infinity", -1, 0.5])
def test_what_is_no_price_is_refused(rate: str | int) -> None:
    with pytest.raises(UsageError, match="is no price"):
        Price(input_per_mtok=rate)


def test_a_scripted_model_costs_what_it_is_told() -> None:
    model = ScriptedModel(price=Price(output_per_mtok="10"))

    assert model.price_usd(USAGE) == 1
    assert ScriptedModel().price_usd(USAGE) is None


async def test_a_scripted_models_calls_take_what_it_is_told() -> None:
    model = ScriptedModel("hello", usage=USAGE)

    response = await model.buffer(ModelRequest(messages=()))

    assert response.usage == USAGE


def test_a_model_on_this_machine_is_free_and_a_server_on_loopback_is_not_known() -> None:
    assert Local().model().price_usd(USAGE) == 0
    assert SelfHosted().model("m").price_usd(USAGE) is None


def test_who_knows_a_servers_price_says_so() -> None:
    server = OpenAICompat(base_url="http://127.0.0.1:8000/v1")

    own = SelfHosted().model("m", price=Price())
    proxied = server.model("gpt-5.5", price=Price(input_per_mtok="2"))

    assert own.price_usd(USAGE) == 0
    assert proxied.price_usd(USAGE) == 2


def test_models_that_tell_their_prices_are_priced() -> None:
    models: list[Priced] = [ScriptedModel(), SelfHosted().model("m"), Local().model()]

    assert all(isinstance(model, Priced) for model in models)
