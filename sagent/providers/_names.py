"""Providers by name, and the provider that a model's name suggests."""

from collections.abc import Mapping

from sagent.errors import UnknownNameError, UsageError
from sagent.providers._anthropic import Anthropic
from sagent.providers._dashscope import DashScope
from sagent.providers._google import Google
from sagent.providers._local import Local
from sagent.providers._minimax import MiniMax
from sagent.providers._moonshot import Moonshot
from sagent.providers._openai import OpenAI
from sagent.providers._openai_compat import OpenAICompat
from sagent.providers._provider import HttpProvider
from sagent.providers._self_hosted import SelfHosted
from sagent.providers.local import CATALOGUE

PROVIDERS: Mapping[str, type[HttpProvider] | type[Local]] = {
    "Anthropic": Anthropic,
    "OpenAI": OpenAI,
    "Google": Google,
    "Moonshot": Moonshot,
    "DashScope": DashScope,
    "MiniMax": MiniMax,
    "OpenAICompat": OpenAICompat,
    "SelfHosted": SelfHosted,
    "Local": Local,
}
PROVIDER_NAMES = tuple(PROVIDERS)
"""The names of all providers, as ``--provider`` takes them."""

KEY_VARIABLES: Mapping[str, tuple[str, ...]] = {
    kind.NAME: kind.KEY_VARIABLES
    for kind in (Anthropic, OpenAI, Google, Moonshot, DashScope, MiniMax)
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


def build_provider(name: str, *, key: str = "", base_url: str = "") -> HttpProvider | Local:
    """Make the provider of that *name*, from its environment variables unless a *key* is given.

    Args:
        name: one of `PROVIDER_NAMES`, in any case.
        key: the credential; "" to take it from the environment.
        base_url: where the API lives, if elsewhere than the environment or the vendor says.

    Raises:
        UnknownNameError: there is no such provider.
        MissingKeyError: there is no key.
        UsageError: *base_url* is none, or Local was given one.
    """
    found = [kind for known, kind in PROVIDERS.items() if known.lower() == name.lower()]
    if not found:
        raise UnknownNameError(
            f"unknown provider: {name!r}; choose {', '.join(PROVIDER_NAMES[:-1])} or Local"
        )
    kind = found[0]
    if issubclass(kind, Local):
        if key or base_url:
            raise UsageError("Local runs its own server: it takes no key and no base URL")
        return kind()
    return kind.from_key(key, base_url=base_url) if key else kind.from_env(base_url=base_url)


def infer_provider(model: str) -> str:
    """Tell the name of the provider whose own API has *model*.

    Raises:
        UnknownNameError: none is known to.
    """
    if model in CATALOGUE or model.endswith(".gguf"):
        return "Local"
    name = model.lower()
    for beginning, provider in _MODELS.items():
        if name.startswith(beginning):
            return provider
    raise UnknownNameError(
        f"no provider is known for the model {model!r}: say which, {', '.join(PROVIDER_NAMES)}"
    )
