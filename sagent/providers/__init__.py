"""Who runs the models: each provider owns a credential and serves requests as an actor.

A vendor's module is loaded when its name is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from sagent.providers._exchange import Timeouts
from sagent.providers._fallback import Fallback
from sagent.providers._model import WireModel
from sagent.providers._names import (
    KEY_VARIABLES,
    MODULES,
    PROVIDER_NAMES,
    build_provider,
    infer_provider,
)
from sagent.providers._pacer import ProviderStatus
from sagent.providers._prices import guess_window
from sagent.providers._progress import OnProgress, Progress
from sagent.providers._provider import HttpProvider
from sagent.providers._retries import WithRetries
from sagent.providers._retry import RetryPolicy

if TYPE_CHECKING:
    from sagent.providers._anthropic import Anthropic
    from sagent.providers._dashscope import DashScope
    from sagent.providers._google import Google
    from sagent.providers._local import Local
    from sagent.providers._minimax import MiniMax
    from sagent.providers._moonshot import Moonshot
    from sagent.providers._openai import OpenAI, OpenAIApi
    from sagent.providers._openai_compat import OpenAICompat, ToolProtocol
    from sagent.providers._self_hosted import SelfHosted
    from sagent.providers._wires.chat.dialect import ChatDialect

__all__ = [
    "KEY_VARIABLES",
    "PROVIDER_NAMES",
    "Anthropic",
    "ChatDialect",
    "DashScope",
    "Fallback",
    "Google",
    "HttpProvider",
    "Local",
    "MiniMax",
    "Moonshot",
    "OnProgress",
    "OpenAI",
    "OpenAIApi",
    "OpenAICompat",
    "Progress",
    "ProviderStatus",
    "RetryPolicy",
    "SelfHosted",
    "Timeouts",
    "ToolProtocol",
    "WireModel",
    "WithRetries",
    "build_provider",
    "guess_window",
    "infer_provider",
]

_ELSEWHERE = {
    **MODULES,
    "ChatDialect": "sagent.providers._wires.chat.dialect",
    "OpenAIApi": MODULES["OpenAI"],
    "ToolProtocol": MODULES["OpenAICompat"],
}


def __getattr__(name: str) -> object:
    if name in _ELSEWHERE:
        return getattr(import_module(_ELSEWHERE[name]), name)
    raise AttributeError(f"module 'sagent.providers' has no attribute {name!r}")
