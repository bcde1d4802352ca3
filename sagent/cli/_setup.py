"""From options to an agent."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path

import attrs

from sagent.agent import Agent
from sagent.cli._parser import Options
from sagent.errors import MissingKeyError, UnknownNameError, UsageError
from sagent.model import Model
from sagent.prompt import system_prompt
from sagent.providers import PROVIDER_NAMES, Local, OpenAICompat
from sagent.providers.local import OnProgress
from sagent.tool import Tool
from sagent.tools import TOOLS, build_tools

LOCAL_TOOLS = ("Read",)
"""What a small model can choose among without fail."""
LOCAL_ROUNDS = 12
"""A small model that is not done by then is lost."""


def build_agent(options: Options, *, on_progress: OnProgress) -> Agent:
    """Make the agent that *options* ask for.

    Raises:
        UsageError: a name or a value cannot be meant.
        MissingKeyError: the provider needs a key that is not in the environment.
    """
    provider = options.provider or _implied_provider(options)
    build = _BUILDERS.get(provider)
    if build is None:
        raise UnknownNameError(
            f"unknown provider: {provider!r}; choose {' or '.join(PROVIDER_NAMES)}"
        )
    names = options.tools if options.tools is not None else _DEFAULT_TOOLS[provider]
    system = "" if provider == "Local" else system_prompt(Path.cwd())
    return Agent(
        model=build(options, on_progress),
        system="\n\n".join(part for part in (system, options.system) if part),
        tools=_tools(names),
        max_tool_call_rounds=options.max_tool_call_rounds or _DEFAULT_ROUNDS[provider],
    )


def _tools(names: Iterable[str]) -> list[Tool]:
    for name in names:
        if " " in name:
            raise UnknownNameError(
                f"unknown tool: {name!r}; if that is the prompt, put it first, or write --tools A,B"
            )
    return build_tools(names)


def _implied_provider(options: Options) -> str:
    if options.base_url or os.environ.get("OPENAI_COMPAT_BASE_URL"):
        return "OpenAICompat"
    keys = OpenAICompat.KEY_VARIABLES
    found = [key for key in keys if os.environ.get(key)]
    if found:
        raise UsageError(
            f"{found[0]} is set, but not where to send it: pass --base-url URL; or run a model on "
            "this machine with --provider Local"
        )
    raise MissingKeyError(
        f"no provider was named and no key found: looked for {', '.join(keys)}; set one and pass "
        "--base-url URL, or run a model on this machine with --provider Local"
    )


def _openai_compat(options: Options, _: OnProgress) -> Model:
    provider = OpenAICompat.from_env(base_url=options.base_url or "")
    if options.tool_protocol:
        provider = attrs.evolve(provider, tool_protocol=options.tool_protocol)
    return provider.model(options.model or "")


def _local(options: Options, on_progress: OnProgress) -> Model:
    for flag, value in (
        ("--base-url", options.base_url),
        ("--tool-protocol", options.tool_protocol),
    ):
        if value:
            raise UsageError(f"{flag} does not go with --provider Local, which runs its own server")
    return Local(on_progress=on_progress).model(options.model or "")


_BUILDERS: dict[str, Callable[[Options, OnProgress], Model]] = {
    "OpenAICompat": _openai_compat,
    "Local": _local,
}
_DEFAULT_ROUNDS = {"OpenAICompat": None, "Local": LOCAL_ROUNDS}
_DEFAULT_TOOLS = {"OpenAICompat": tuple(TOOLS), "Local": LOCAL_TOOLS}
