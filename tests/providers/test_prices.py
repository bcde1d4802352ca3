"""What calls cost, to the last digit, and how long windows are."""

import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from genai_prices import data_snapshot

from sagent.model import Usage
from sagent.providers._prices import GUESSED_WINDOW, guess_window, price_usd, vendor_at, window_of
from sagent.providers._prices_override import WINDOWS

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
        ("anthropic", "anthropic/claude-opus-5-5", "claude-opus-5-5"),
    ],
)
def test_dates_and_prefixes_do_not_hide_a_model(vendor: str, name: str, plain: str) -> None:
    usage = Usage(input_tokens=1000, output_tokens=1000)

    assert price(vendor, name, usage) == price(vendor, plain, usage) is not None
    assert window_of(vendor, name) == window_of(vendor, plain) is not None


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
    "usage",
    [
        Usage(input_tokens=1, cached_tokens=2),
        Usage(input_tokens=3, cached_tokens=2, cache_write_tokens=2),
        Usage(output_tokens=-1),
    ],
)
def test_counts_that_contradict_each_other_have_no_price(usage: Usage) -> None:
    assert price("anthropic", "claude-sonnet-4-6", usage) is None


@pytest.mark.parametrize(
    ("base_url", "vendor"),
    [
        ("https://api.anthropic.com/", "anthropic"),
        ("https://api.openai.com/v1/", "openai"),
        ("https://generativelanguage.googleapis.com/v1beta/", "google"),
        ("https://api.moonshot.ai/v1/", "moonshotai"),
        ("https://api.minimax.io/v1/", "minimax"),
        ("https://api.minimax.io/anthropic/", "minimax"),
        ("https://dashscope-intl.aliyuncs.com/compatible-mode/v1/", "dashscope"),
        ("https://openrouter.ai/api/v1/", "openrouter"),
        ("https://api.together.xyz/v1/", "together"),
        ("https://api.moonshot.cn/v1/", ""),
        ("https://api.minimaxi.com/v1/", ""),
        ("https://api.kimi.com/coding/v1/", ""),
        ("http://127.0.0.1:8000/v1/", ""),
        ("https://llm.example.org/api.openai.com/v1/", ""),
    ],
)
def test_who_sells_is_told_by_the_address(base_url: str, vendor: str) -> None:
    assert vendor_at(base_url) == vendor


@pytest.mark.parametrize(
    ("vendor", "model_id", "window"),
    [
        ("anthropic", "claude-sonnet-4-6", 1_000_000),
        ("anthropic", "claude-haiku-4-5", 200_000),
        ("openai", "gpt-5.5", 1_050_000),
        ("openai", "gpt-5.4-mini", 400_000),
        ("openai", "gpt-6-luna", 1_050_000),
        ("google", "gemini-3.1-pro-preview", 1_048_576),
        ("moonshotai", "kimi-k2.6", 262_144),
        ("moonshotai", "kimi-k3", 1_048_576),
        ("dashscope", "qwen3.6-plus", 1_000_000),
        ("dashscope", "qwen3.6-plus-2026-04-02", 1_000_000),
        ("minimax", "MiniMax-M2.7", 204_800),
        ("dashscope", "qwen-of-tomorrow", None),
        ("", "gpt-5.5", None),
    ],
)
def test_a_window_is_known_or_none(vendor: str, model_id: str, window: int | None) -> None:
    assert window_of(vendor, model_id) == window


@pytest.mark.parametrize(("vendor", "model_id"), WINDOWS)
def test_an_override_says_what_genai_prices_does_not(vendor: str, model_id: str) -> None:
    table = data_snapshot.get_snapshot()
    try:
        _, known = table.find_provider_model(model_id, None, vendor, None)
    except LookupError:
        return
    assert known.id == model_id, "the table would not be found under this name"
    assert known.context_window != WINDOWS[vendor, model_id].tokens, "it can go"


@pytest.mark.parametrize(
    ("model_id", "window"),
    [
        ("claude-of-tomorrow", 200_000),
        ("us.anthropic.claude-of-tomorrow-v1:0", 200_000),
        ("google/gemini-9-pro", 1_048_576),
        ("gpt-6.9-sol", 1_050_000),
        ("gpt-5.9", 400_000),
        ("moonshotai/Kimi-K3.5", 1_048_576),
        ("kimi-for-coding", 262_144),
        ("Qwen/Qwen3.6-27B", 262_144),
        ("MiniMax-M4", 204_800),
        ("some/model", GUESSED_WINDOW),
        ("", GUESSED_WINDOW),
    ],
)
def test_an_unknown_models_window_is_guessed_by_its_family(model_id: str, window: int) -> None:
    assert guess_window(model_id) == window


@pytest.mark.parametrize(
    "command", ["import sagent.cli, sagent.agent", "import sagent.providers._prices"]
)
def test_the_table_is_not_loaded_until_something_is_asked(command: str) -> None:
    code = f"{command}; import sys; sys.exit('genai_prices' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_table_can_be_loaded_ahead() -> None:
    code = """
import sys
from sagent.providers._prices import load_prices
load_prices()
sys.exit("genai_prices.data" not in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


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
