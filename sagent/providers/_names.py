"""Providers by name, and the provider that a model's name suggests."""

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING

from sagent.errors import UnknownNameError, UsageError
from sagent.nearness import did_you_mean
from sagent.providers._provider import HttpProvider

if TYPE_CHECKING:
    from sagent.providers._local import Local

MODULES: Mapping[str, str] = {
    "Anthropic": "sagent.providers._anthropic",
    "OpenAI": "sagent.providers._openai",
    "Google": "sagent.providers._google",
    "Moonshot": "sagent.providers._moonshot",
    "DashScope": "sagent.providers._dashscope",
    "MiniMax": "sagent.providers._minimax",
    "OpenAICompat": "sagent.providers._openai_compat",
    "SelfHosted": "sagent.providers._self_hosted",
    "Local": "sagent.providers._local",
}
"""Where each provider lives; most programs use one, and load no other."""

PROVIDER_NAMES = tuple(MODULES)
"""The names of all providers, as ``--provider`` takes them."""

KEY_VARIABLES: Mapping[str, tuple[str, ...]] = {
    "Anthropic": ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"),
    "OpenAI": ("OPENAI_API_KEY",),
    "Google": ("GOOGLE_API_KEY", "GEMINI_API_KEY"),
    "Moonshot": ("MOONSHOT_API_KEY", "KIMI_API_KEY"),
    "DashScope": ("DASHSCOPE_API_KEY",),
    "MiniMax": ("MINIMAX_API_KEY",),
}
"""Where each vendor's key is looked for in the environment."""

_MODELS = {
    "claude": "Anthropic",
    "gpt-": "OpenAI",
    "chatgpt": "OpenAI",
    "o1": "OpenAI",
    "o3": "OpenAI",
    "o4": "OpenAI",
    "gemini": "Google",
    "gemma": "Google",
    "kimi": "Moonshot",
    "moonshot": "Moonshot",
    "qwen": "DashScope",
    "qwq": "DashScope",
    "minimax": "MiniMax",
    "abab": "MiniMax",
}
"""How the models of each vendor's own API begin."""


def build_provider(name: str, *, key: str = "", base_url: str = "") -> "HttpProvider | Local":
    """Make the provider of that *name* from its variables; what is given goes before them.

    Args:
        name: one of `PROVIDER_NAMES`, in any case.
        key: the credential; "" to take it from the environment.
        base_url: where the API lives, if elsewhere than the environment or the vendor says.

    Raises:
        UnknownNameError: there is no such provider.
        MissingKeyError: there is no key.
        UsageError: *base_url* is none, or Local was given one.
    """
    found = next((known for known in MODULES if known.lower() == name.lower()), None)
    if found is None:
        raise UnknownNameError(
            f"unknown provider: {name!r}; choose {', '.join(PROVIDER_NAMES[:-1])} or Local"
            f"{did_you_mean(name, PROVIDER_NAMES)}"
        )
    kind: type[HttpProvider | Local] = getattr(import_module(MODULES[found]), found)
    if not issubclass(kind, HttpProvider):
        if key or base_url:
            raise UsageError("Local runs its own server: it takes no key and no base URL")
        return kind()
    return kind.from_env(base_url=base_url, key=key)


def infer_provider(model: str) -> str:
    """Tell the name of the provider whose own API has *model*.

    Raises:
        UnknownNameError: none is known to.
    """
    from sagent.providers.local import CATALOGUE  # noqa: PLC0415  # few models are local

    if model in CATALOGUE or model.endswith(".gguf"):
        return "Local"
    name = model.lower()
    for beginning, provider in _MODELS.items():
        if name.startswith(beginning):
            return provider
    from sagent.providers._price_table import model_names  # noqa: PLC0415  # only who errs waits

    raise UnknownNameError(
        f"no provider is known for the model {model!r}: say which (--provider), "
        f"{', '.join(PROVIDER_NAMES)}, or where it is served (--base-url)"
        f"{did_you_mean(model, (*CATALOGUE, *model_names()))}"
    )
