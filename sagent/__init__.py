"""Agents as actors: a typed runtime for multi-provider, multi-agent LLM applications, on trio.

    from sagent import tools
    from sagent.agent import Agent
    from sagent.providers import OpenAICompat

Importing this package imports no third-party library; its parts are loaded as they are named.
"""

from importlib import import_module

TYPE_CHECKING = False  # typing itself takes longer to import than this package
if TYPE_CHECKING:
    from sagent import (
        actors,
        agent,
        budget,
        checkpoint,
        compaction,
        errors,
        message,
        model,
        permission,
        process,
        prompt,
        providers,
        session,
        team,
        testing,
        tool,
        tools,
        trace,
    )
    from sagent.agent import Agent

    __version__: str

__all__ = [
    "Agent",
    "actors",
    "agent",
    "budget",
    "checkpoint",
    "compaction",
    "errors",
    "message",
    "model",
    "permission",
    "process",
    "prompt",
    "providers",
    "session",
    "team",
    "testing",
    "tool",
    "tools",
    "trace",
]


def __getattr__(name: str) -> object:
    if name == "Agent":
        return import_module("sagent.agent").Agent
    if name == "__version__":
        return import_module("importlib.metadata").version("sagent")
    if name in __all__:
        return import_module(f"sagent.{name}")
    raise AttributeError(f"module 'sagent' has no attribute {name!r}")
