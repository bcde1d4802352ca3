"""Who runs the models: each provider owns a credential and serves requests as an actor."""

from sagent.providers._local import Local
from sagent.providers._openai_compat import OpenAICompat, ToolProtocol

PROVIDER_NAMES = ("OpenAICompat", "Local")
"""The names of all providers, as ``--provider`` takes them."""

__all__ = ["PROVIDER_NAMES", "Local", "OpenAICompat", "ToolProtocol"]
