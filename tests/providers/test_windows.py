"""How long windows are: known, else guessed."""

import pytest
from genai_prices import data_snapshot

from sagent.providers import _price_table as price_table
from sagent.providers._prices import GUESSED_WINDOW, guess_window, window_of
from sagent.providers._prices_override import VERSIONS, WINDOWS


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


@pytest.mark.parametrize(("vendor", "name"), VERSIONS)
def test_an_override_names_a_model_that_the_table_has_not_under_this_name(
    vendor: str, name: str
) -> None:
    same = price_table._models_of(vendor)

    assert same.find(VERSIONS[vendor, name].model) is not None
    assert same.find(name) is None, "it can go"


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
