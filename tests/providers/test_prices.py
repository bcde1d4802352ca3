"""What calls cost, to the last digit, and how long windows are."""

import decimal
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from sagent.lib.json import JsonValue
from sagent.model import Price, Usage
from sagent.providers import Anthropic, ChatDialect, Google, OpenAI, OpenAICompat
from sagent.providers._prices import price_usd, window_of

NOW = datetime(2026, 11, 22, tzinfo=UTC)
A_DAY_BEFORE_ONE_RATE_FOR_ALL_LENGTHS = datetime(2026, 3, 12, 23, 59, tzinfo=UTC)
A_MILLION = 1_000_000

GIVEN = Usage(input_tokens=10_000)
WRITTEN = Usage(output_tokens=10_000)
FROM_CACHE = Usage(input_tokens=10_000, cached_tokens=10_000)
INTO_CACHE = Usage(input_tokens=10_000, cache_write_tokens=10_000)


def price(vendor: str, model_id: str, usage: Usage) -> Decimal | None:
    return price_usd(vendor, model_id, usage, when=NOW)


def per_million(vendor: str, model_id: str, ten_thousand: Usage) -> Decimal:
    cost = price(vendor, model_id, ten_thousand)
    assert cost is not None
    return cost * 100


@pytest.mark.parametrize(
    ("vendor", "model_id", "given", "written"),
    [
        ("anthropic", "claude-sonnet-4-6", "3", "15"),
        ("anthropic", "claude-sonnet-5-5", "2", "10"),
        ("anthropic", "claude-opus-5-5", "4", "20"),
        ("anthropic", "claude-haiku-5-5", "0.10", "0.50"),
        ("anthropic", "claude-fable-5-1", "10", "50"),
        ("anthropic", "claude-haiku-4-5", "1", "5"),
        ("openai", "gpt-5.5", "5", "30"),
        ("openai", "gpt-5.4", "2.5", "15"),
        ("openai", "gpt-5.4-mini", "0.75", "4.5"),
        ("openai", "gpt-6-sol", "2", "10"),
        ("openai", "gpt-6.1-sol", "2", "10"),
        ("openai", "gpt-6-luna", "0.10", "0.50"),
        ("google", "gemini-3.1-pro-preview", "2", "12"),
        ("google", "gemini-3.5-flash", "1.5", "9"),
        ("google", "gemini-3.1-flash-lite", "0.25", "1.5"),
        ("moonshotai", "kimi-k2.6", "0.95", "4"),
        ("moonshotai", "kimi-k3", "3", "15"),
        ("minimax", "MiniMax-M2.7", "0.3", "1.2"),
        ("together", "Qwen/Qwen3.6-Plus", "0.5", "3"),
    ],
)
def test_a_million_tokens_cost_what_the_vendor_says(
    vendor: str, model_id: str, given: str, written: str
) -> None:
    assert per_million(vendor, model_id, GIVEN) == Decimal(given)
    assert per_million(vendor, model_id, WRITTEN) == Decimal(written)


@pytest.mark.parametrize(
    ("vendor", "model_id", "read"),
    [
        ("anthropic", "claude-sonnet-4-6", "0.30"),
        ("openai", "gpt-5.5", "0.5"),
        ("google", "gemini-3.1-pro-preview", "0.2"),
        ("moonshotai", "kimi-k2.6", "0.16"),
        ("minimax", "MiniMax-M2.7", "0.06"),
    ],
)
def test_cached_tokens_cost_less_and_not_twice(vendor: str, model_id: str, read: str) -> None:
    assert per_million(vendor, model_id, FROM_CACHE) == Decimal(read)


def test_tokens_put_into_the_cache_have_a_price_of_their_own() -> None:
    assert per_million("anthropic", "claude-sonnet-4-6", INTO_CACHE) == Decimal("3.75")


def test_tokens_put_into_a_cache_that_charges_nothing_for_it_cost_what_input_costs() -> None:
    assert per_million("openai", "gpt-5.5", INTO_CACHE) == Decimal(5)


def test_cache_writes_that_stay_for_an_hour_cost_more() -> None:
    usage = Usage(input_tokens=3000, cache_write_tokens=2000, hour_cache_write_tokens=1500)

    cost = price_usd("anthropic", "claude-sonnet-4-6", usage, when=NOW)

    assert cost == Decimal("0.003") + Decimal("0.001875") + Decimal("0.009")


def test_hour_long_writes_have_no_price_where_the_vendor_tells_none() -> None:
    usage = Usage(input_tokens=10, cache_write_tokens=10, hour_cache_write_tokens=10)

    assert price_usd("minimax", "MiniMax-M2.7", usage, when=NOW) is None


def test_thinking_is_part_of_what_was_written() -> None:
    plain, thinking = Usage(output_tokens=100), Usage(output_tokens=100, thinking_tokens=90)

    assert price("openai", "gpt-5.5", thinking) == price("openai", "gpt-5.5", plain)


def test_a_mixed_call_is_the_sum_of_its_parts() -> None:
    usage = Usage(
        input_tokens=100_000, cached_tokens=80_000, cache_write_tokens=15_000, output_tokens=1234
    )

    assert price("anthropic", "claude-sonnet-4-6", usage) == Decimal("0.11376")


@pytest.mark.parametrize(
    ("vendor", "model_id", "most", "given", "written"),
    [
        ("anthropic", "claude-haiku-5-5", 100_000, ("0.1", "0.5"), ("0.5", "2.5")),
        ("openai", "gpt-5.5", 272_000, ("5", "10"), ("30", "45")),
        ("google", "gemini-3.1-pro-preview", 200_000, ("2", "4"), ("12", "18")),
    ],
)
def test_a_long_request_costs_more_for_every_token_from_one_token_on(
    vendor: str, model_id: str, most: int, given: tuple[str, str], written: tuple[str, str]
) -> None:
    for tokens, low, high in zip((most, most + 1), given, written, strict=True):
        usage = Usage(input_tokens=tokens, output_tokens=A_MILLION)
        expected = Decimal(low) * tokens / A_MILLION + Decimal(high)

        assert price(vendor, model_id, usage) == expected


def test_what_came_from_the_cache_counts_for_the_length_of_a_request() -> None:
    usage = Usage(input_tokens=300_000, cached_tokens=300_000)

    assert price("google", "gemini-3.1-pro-preview", usage) == Decimal("0.12")


def test_a_call_costs_what_it_cost_when_it_was_made() -> None:
    usage = Usage(input_tokens=400_000)

    then = price_usd(
        "anthropic", "claude-sonnet-4-6", usage, when=A_DAY_BEFORE_ONE_RATE_FOR_ALL_LENGTHS
    )
    now = price_usd("anthropic", "claude-sonnet-4-6", usage, when=NOW)

    assert (then, now) == (Decimal("2.4"), Decimal("1.2"))


def test_a_price_has_no_more_digits_than_it_needs() -> None:
    assert str(price("openai", "gpt-5.5", Usage(input_tokens=1000))) == "0.005"


def test_nothing_used_costs_nothing() -> None:
    assert price("openai", "gpt-5.5", Usage()) == 0


@pytest.mark.parametrize(
    ("vendor", "name", "plain"),
    [
        ("anthropic", "claude-haiku-4-5-20251001", "claude-haiku-4-5"),
        ("openai", "gpt-5.5-2026-04-23", "gpt-5.5"),
        ("openai", "gpt-5.5-20260423", "gpt-5.5"),
        ("openai", "GPT-5.5", "gpt-5.5"),
        ("openai", "openai/gpt-5.5", "gpt-5.5"),
        ("google", "models/gemini-3.5-flash", "gemini-3.5-flash"),
        ("google", "gemini-3.1-pro-preview-customtools", "gemini-3.1-pro-preview"),
        ("anthropic", "anthropic/claude-opus-5-5", "claude-opus-5-5"),
    ],
)
def test_dates_and_prefixes_do_not_hide_a_model(vendor: str, name: str, plain: str) -> None:
    usage = Usage(input_tokens=1000, output_tokens=1000)

    assert price(vendor, name, usage) == price(vendor, plain, usage) is not None
    assert window_of(vendor, name) == window_of(vendor, plain) is not None


@pytest.mark.parametrize(
    ("vendor", "name", "plain"),
    [
        ("anthropic", "claude-sonnet-4-20250514", "claude-sonnet-4"),
        ("anthropic", "claude-opus-4-8@20260601", "claude-opus-4-8"),
        ("anthropic", "claude-3-7-sonnet-latest", "claude-3-7-sonnet-20250219"),
        ("google", "gemini-3-flash-preview-09-2025", "gemini-3-flash-preview"),
        ("google", "gemini-3.1-pro-preview-05-06", "gemini-3.1-pro-preview"),
        ("google", "gemini-3.5-flash-001", "gemini-3.5-flash"),
        ("google", "gemini-3.6-flash-preview", "gemini-3.6-flash"),
        ("mistral", "magistral-medium-2509", "magistral-medium-latest"),
        ("openai", "ft:gpt-4o-2024-08-06:house:name:id", "ft:gpt-4o-2024-11-20"),
        ("x-ai", "x-ai/grok-4.7", "grok-4.7-20261101"),
    ],
)
def test_a_date_a_version_preview_and_latest_may_follow_a_known_name(
    vendor: str, name: str, plain: str
) -> None:
    assert price(vendor, name, GIVEN) == price(vendor, plain, GIVEN) is not None


@pytest.mark.parametrize(
    ("vendor", "model_id"),
    [
        ("anthropic", "claude-opus-4-8-fast"),
        ("anthropic", "claude-opus-4-15"),
        ("anthropic", "claude-fable-5-3"),
        ("anthropic", "claude-fable-5-200"),
        ("openai", "gpt-6-sol-20269901"),
        ("anthropic", "claude-haiku-4-5-turbo"),
        ("moonshotai", "kimi-k2.6-turbo"),
        ("moonshotai", "kimi-k2.5-highspeed"),
        ("google", "gemini-3.6-flash-image"),
        ("google", "gemini-3.6-flash-tts"),
        ("google", "gemini-3.6-flash-preview-tts"),
        ("google", "gemini-3.7-flash-lite"),
        ("google", "gemini-3.8-flash-live"),
        ("openai", "gpt-5-nano-pro"),
    ],
)
def test_an_unknown_variant_has_not_the_price_of_what_its_name_begins_with(
    vendor: str, model_id: str
) -> None:
    assert price(vendor, model_id, GIVEN) is None
    assert window_of(vendor, model_id) is None


@pytest.mark.parametrize(
    ("vendor", "model_id"),
    [
        ("google", "gemini-3-pro-image-preview"),
        ("openai", "gpt-audio"),
        ("openai", "gpt-4o-search-preview"),
        ("openrouter", "perplexity/sonar-pro"),
    ],
)
def test_what_costs_more_than_tokens_tell_has_no_price(vendor: str, model_id: str) -> None:
    assert price(vendor, model_id, GIVEN) is None


def test_one_model_costs_otherwise_at_another_seller() -> None:
    at_together = per_million("together", "Qwen/Qwen3.6-Plus", GIVEN)
    at_openrouter = per_million("openrouter", "qwen/qwen3.6-plus", GIVEN)

    assert at_together != at_openrouter


@pytest.mark.parametrize(
    ("vendor", "model_id"),
    [
        ("", "gpt-5.5"),
        ("my-openai-proxy", "gpt-5.5"),
        ("litellm", "openai/gpt-5.5"),
        ("openai", "gpt-99"),
        ("openai", ""),
        ("openai", "text-embedding-3-small"),
        ("google", "gemma-4-31b-it"),
        ("dashscope", "qwen3.6-plus"),
        ("", "Qwen/Qwen3.6-27B"),
        ("moonshotai", "kimi-for-coding"),
    ],
)
def test_what_is_not_known_has_no_price(vendor: str, model_id: str) -> None:
    assert price(vendor, model_id, Usage(input_tokens=1000, output_tokens=1000)) is None


@pytest.mark.parametrize(
    "options",
    [
        {"service_tier": "priority"},
        {"service_tier": "flex"},
        {"service_tier": "tier of tomorrow"},
        {"service_tier": ["default"]},
        {"model": "gpt-5.5-pro"},
        {"web_search_options": {}},
        {"temperature": 0, "tools": [{"type": "web_search"}]},
    ],
)
def test_an_option_that_changes_what_a_call_costs_leaves_no_price(
    options: Mapping[str, JsonValue],
) -> None:
    model = OpenAI(key="k", options=options).model("gpt-5.5")

    assert model.price_usd(GIVEN) is None
    assert model.context_window == 1_050_000


def test_vendors_have_words_of_their_own_for_another_rate() -> None:
    fast = Anthropic(key="k", options={"speed": "fast"})
    at_home = Anthropic(key="k", options={"inference_geo": "us"})
    flex = Google(key="k", options={"serviceTier": "flex"})
    by_dialect = OpenAICompat(
        key="k",
        base_url="https://api.openai.com/v1",
        dialect=ChatDialect(wire="mine", fields={"service_tier": "priority"}),
    )

    assert fast.model("claude-opus-5-5").price_usd(GIVEN) is None
    assert at_home.model("claude-opus-5-5").price_usd(GIVEN) is None
    assert flex.model("gemini-3.5-flash").price_usd(GIVEN) is None
    assert by_dialect.model("gpt-5.5").price_usd(GIVEN) is None


@pytest.mark.parametrize(
    "options",
    [{"service_tier": "default"}, {"service_tier": "auto"}, {"service_tier": None}, {"top_p": 0.9}],
)
def test_other_options_change_no_price(options: Mapping[str, JsonValue]) -> None:
    usage = Usage(input_tokens=1000)

    assert OpenAI(key="k", options=options).model("gpt-5.5").price_usd(usage) == Decimal("0.005")


def test_who_knows_what_a_tier_costs_says_so() -> None:
    provider = OpenAI(key="k", options={"service_tier": "priority"})

    model = provider.model("gpt-5.5", price=Price(input_per_mtok="12.50"))

    assert model.price_usd(GIVEN) == Decimal("0.125")


def test_a_price_is_exact_whatever_the_threads_context_of_decimals() -> None:
    usage = Usage(input_tokens=123_457, cached_tokens=7, output_tokens=777)

    with decimal.localcontext(decimal.Context(prec=3)):
        cost = price("anthropic", "claude-sonnet-4-6", usage)

    assert cost == Decimal("0.3820071")


@pytest.mark.parametrize(
    "usage",
    [
        Usage(input_tokens=1, cached_tokens=2),
        Usage(input_tokens=3, cached_tokens=2, cache_write_tokens=2),
        Usage(output_tokens=-1),
    ],
)
def test_counts_that_contradict_each_other_have_no_price(usage: Usage) -> None:
    assert price("anthropic", "claude-sonnet-4-6", usage) is None


def test_no_table_is_read_for_a_server_of_ones_own() -> None:
    code = """
import sys
read = []
sys.addaudithook(lambda event, args: read.append(str(args[0])) if event == "open" else None)
from sagent.model import Usage
from sagent.providers import Anthropic, SelfHosted
own = SelfHosted().model("claude-sonnet-4-6")
assert own.price_usd(Usage()) is own.context_window is None
assert not any("price_table.json" in path for path in read)
sold = Anthropic.from_key("a key").model("claude-sonnet-4-6")
assert sold.price_usd(Usage(input_tokens=1)) is not None
assert sold.context_window
assert any("price_table.json" in path for path in read)
assert "genai_prices" not in sys.modules
"""
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)

    assert (done.returncode, done.stderr) == (0, "")


def test_a_price_asks_no_network() -> None:
    code = """
import sys
sys.addaudithook(lambda event, args: sys.exit(event) if event.startswith("socket.") else None)
from sagent.model import Usage
from sagent.providers._prices import price_usd
assert price_usd("openai", "gpt-5.5", Usage(input_tokens=1)) is not None
"""
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)

    assert (done.returncode, done.stderr) == (0, "")
