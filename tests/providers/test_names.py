import subprocess
import sys

import pytest

from sagent import providers
from sagent.errors import MissingKeyError, UnknownNameError, UsageError
from sagent.providers import (
    KEY_VARIABLES,
    PROVIDER_NAMES,
    HttpProvider,
    Local,
    build_provider,
    infer_provider,
)


@pytest.mark.parametrize("name", PROVIDER_NAMES)
def test_every_provider_is_there_under_its_name(name: str) -> None:
    kind = getattr(providers, name)

    assert kind.__name__ == name
    if name in KEY_VARIABLES:
        assert KEY_VARIABLES[name] == kind.KEY_VARIABLES


@pytest.mark.parametrize("name", ["Anthropic", "openai", "GOOGLE"])
def test_a_provider_is_built_from_a_name_in_any_case(name: str) -> None:
    built = build_provider(name, key="some-key")

    assert isinstance(built, HttpProvider)
    assert built.NAME.lower() == name.lower()
    assert built.key == "some-key"


def test_a_provider_takes_its_key_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASHSCOPE_API_KEY", "from-env")

    built = build_provider("DashScope")

    assert isinstance(built, HttpProvider)
    assert built.key == "from-env"


def test_a_key_that_is_not_there_is_told_with_the_variables(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("MOONSHOT_API_KEY", raising=False)
    monkeypatch.delenv("KIMI_API_KEY", raising=False)

    with pytest.raises(MissingKeyError, match="set MOONSHOT_API_KEY or KIMI_API_KEY"):
        build_provider("Moonshot")


def test_the_local_provider_takes_neither_key_nor_address() -> None:
    assert isinstance(build_provider("local"), Local)
    with pytest.raises(UsageError, match="no key and no base URL"):
        build_provider("Local", key="k")


def test_an_unknown_provider_is_told_with_those_that_are() -> None:
    with pytest.raises(UnknownNameError, match="'Nope'; choose Anthropic, OpenAI"):
        build_provider("Nope")


@pytest.mark.parametrize(
    ("model", "provider"),
    [
        ("claude-sonnet-4-6", "Anthropic"),
        ("gpt-5.5", "OpenAI"),
        ("o3", "OpenAI"),
        ("gemini-3.1-pro-preview", "Google"),
        ("kimi-k2.6", "Moonshot"),
        ("qwen3.6-plus", "DashScope"),
        ("MiniMax-M2.7", "MiniMax"),
        ("qwen2.5-coder-0.5b", "Local"),
        ("/models/mine.gguf", "Local"),
    ],
)
def test_a_models_name_tells_its_provider(model: str, provider: str) -> None:
    assert infer_provider(model) == provider


def test_a_model_that_nobody_is_known_for_needs_a_provider() -> None:
    with pytest.raises(
        UnknownNameError, match=r"say which \(--provider\), Anthropic, .* or where it is"
    ):
        infer_provider("llama-9")


def test_a_vendor_that_is_not_used_is_not_loaded() -> None:
    code = (
        "import sys; from sagent.providers import OpenAICompat;"
        "assert not [name for name in sys.modules if 'anthropic' in name or 'google' in name]"
    )

    subprocess.run([sys.executable, "-c", code], check=True)
