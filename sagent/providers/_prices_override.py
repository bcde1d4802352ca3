"""What genai-prices lacks or has otherwise; each entry with its source and the day it was read."""

from collections.abc import Mapping
from datetime import date

import attrs


@attrs.frozen(kw_only=True)
class KnownWindow:
    """A model's window.

    Attributes:
        tokens: how many tokens request and answer may have together.
        source: where it stands.
        read_on: when it stood there.
    """

    tokens: int
    source: str
    read_on: date


@attrs.frozen(kw_only=True)
class KnownVersion:
    """A name that a model has besides those that genai-prices knows.

    Attributes:
        model: the model's own name.
        source: where it stands that they are one model, at one price.
        read_on: when it stood there.
    """

    model: str
    source: str
    read_on: date


_READ = date(2026, 11, 22)

WINDOWS: Mapping[tuple[str, str], KnownWindow] = {
    ("openai", "gpt-5.5"): KnownWindow(
        tokens=1_050_000, source="litellm 1.106.2; OpenRouter's list", read_on=_READ
    ),
    ("google", "gemini-3.1-pro-preview"): KnownWindow(
        tokens=1_048_576, source="litellm 1.106.2; OpenRouter's list", read_on=_READ
    ),
    ("google", "gemini-3.5-flash"): KnownWindow(
        tokens=1_048_576, source="litellm 1.106.2; OpenRouter's list", read_on=_READ
    ),
    ("google", "gemini-3.1-flash-lite"): KnownWindow(
        tokens=1_048_576, source="litellm 1.106.2; OpenRouter's list", read_on=_READ
    ),
    ("dashscope", "qwen3.6-plus"): KnownWindow(
        tokens=1_000_000, source="Together's and OpenRouter's lists", read_on=_READ
    ),
}
"""By vendor and model, as genai-prices names them; DashScope, which it lacks, has no prices here:
its own list was not to be read."""

VERSIONS: Mapping[tuple[str, str], KnownVersion] = {
    ("google", "gemini-3.1-pro-preview-customtools"): KnownVersion(
        model="gemini-3.1-pro-preview",
        source="ai.google.dev/gemini-api/docs/models/gemini-3.1-pro-preview; OpenRouter's list",
        read_on=date(2026, 11, 28),
    ),
}
"""By vendor and name, in small letters."""
